"""The test that shows a run: it is Python that makes the very workload, and nothing that goes without saying."""

import ast
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.callers import Auth
from harness.faults import ExponentialDelay, Fault, FixedDelay, FlowRange
from harness.replaying.pytest_file import StackOfTest, file_name_of, pytest_file
from harness.workload import Deadlines, Workload
from harness.workload.arrival import Arrival, ClosedLoop, PoissonRate, Ramp
from harness.workload.payloads import PayloadMix
from harness.workload.polling import ExponentialBackoff, FixedInterval, Polling

SMALL = Workload(seed=7, flows=100, arrival=ClosedLoop(1), only_flows=(17,))

FAULTS = st.builds(
    Fault,
    kind=st.just("crashes"),
    name=st.sampled_from(["a", "b"]),
    rate=st.floats(0, 1),
    operations=st.frozensets(st.sampled_from(["POST /users", 'a "quoted" one', "it's"])),
    flows=st.none() | st.builds(FlowRange, st.just(1), st.integers(1, 9)),
    delay=st.none() | st.builds(FixedDelay, st.just(5.0)) | st.builds(ExponentialDelay, st.just(1.0), st.just(9.0)),
    for_s=st.none() | st.just(3.5),
)
ARRIVALS: list[Arrival] = [ClosedLoop(), ClosedLoop(1), PoissonRate(5.5), Ramp(1, 2, 3, most_in_flight=4)]
POLLINGS: list[Polling] = [FixedInterval(), ExponentialBackoff(0.25)]
WORKLOADS = st.builds(
    Workload,
    seed=st.integers(0, 2**62),
    flows=st.just(100),
    arrival=st.sampled_from(ARRIVALS),
    payloads=st.sampled_from([PayloadMix(), PayloadMix(0, 0, 0, 0)]),
    polling=st.sampled_from(POLLINGS),
    deadlines=st.sampled_from([Deadlines(), Deadlines(flow_timeout_s=4)]),
    confirming_polls=st.integers(0, 2),
    faults=st.lists(FAULTS, max_size=3).map(tuple),
    only_flows=st.none() | st.lists(st.integers(0, 99), min_size=1, unique=True).map(tuple),
    auth=st.sampled_from(Auth),
    strangers=st.sampled_from([0, 0.25]),
)


def run_test(text: str) -> list[tuple[Workload, list[str]]]:
    """Run the file's one test as pytest would, with a `drive` that drives nothing; return what it was given."""
    driven: list[tuple[Workload, list[str]]] = []

    def drive(workload: Workload, require: list[str] | None = None) -> Any:
        driven.append((workload, require or []))
        return SimpleNamespace(assert_valid=lambda: None)

    module: dict[str, Any] = {"__file__": "test_it.py"}
    exec(compile(text, "test_it.py", "exec"), module)
    [test] = [value for name, value in module.items() if name.startswith("test_")]
    test(drive, Workload(seed=1, flows=5))
    return driven


@given(WORKLOADS)
def test_it_drives_the_very_workload(workload: Workload) -> None:
    text = pytest_file("20261127-1", workload, ["no-create-lost"], [], StackOfTest())
    assert run_test(text) == [(workload, [])]


def test_it_is_ten_lines_where_there_is_little_to_say() -> None:
    text = pytest_file("20261127-1", SMALL, ["no-create-lost"], [], StackOfTest())
    assert len(text.splitlines()) <= 10
    assert "def test_no_create_lost(drive, workload):" in text
    assert "deadlines" not in text, "what is as ever goes without saying"


def test_only_the_requirements_that_were_missed_are_required() -> None:
    broken = ["visible.p99<2s"]
    text = pytest_file("20261127-1", SMALL, broken, ["visible.p99<2s", "errors<1%"], StackOfTest())
    assert run_test(text) == [(SMALL, ["visible.p99<2s"])]


def test_a_checker_names_the_test_before_a_requirement_does() -> None:
    text = pytest_file("1", SMALL, ["errors<1%", "no-create-lost"], ["errors<1%"], StackOfTest())
    assert "def test_no_create_lost(" in text


def test_another_stack_than_the_checkout_s_is_deployed_by_a_fixture() -> None:
    stack = StackOfTest(("MaxReceiveCount=2",), 'Path("a")', 'Path(__file__).parent / "b"')
    text = pytest_file("1", SMALL, ["no-create-lost"], [], stack)
    assert run_test(text) == [(SMALL, [])]
    fixture = next(node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef))
    assert fixture.name == "harness_stack_request"
    assert 'parameters=["MaxReceiveCount=2"]' in text
    assert 'source_dir=Path("a")' in text


@pytest.mark.parametrize("broken", [["no-create-lost"], [f"claim-{'x' * 30}-{letter}" for letter in "abcde"]])
def test_its_lines_are_short_and_it_ends_with_a_line_break(broken: list[str]) -> None:
    faults = tuple(Fault("crashes", f"name-{number}", 0.5) for number in range(3))
    text = pytest_file("20261127-220250074-giia", replace(SMALL, faults=faults), broken, [], StackOfTest())
    assert all(len(line) <= 120 for line in text.splitlines())
    assert text.endswith("\n")


def test_a_stack_that_asks_who_calls_is_deployed_so() -> None:
    text = pytest_file("1", replace(SMALL, auth=Auth.JWT), ["no-create-lost"], [], StackOfTest(auth=Auth.JWT))
    assert "DeploymentRequest(url, account, auth=Auth.JWT)" in text
    assert "from harness.callers import Auth" in text


def test_two_runs_have_tests_in_modules_of_different_names() -> None:
    assert file_name_of("20261127-1-ab") == "test_shrunk_20261127_1_ab.py"
