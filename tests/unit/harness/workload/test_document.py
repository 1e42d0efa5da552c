"""Workloads as JSON: what is written is read back, and whatever is wrong is one line with its place."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.callers import Auth
from harness.errors import ExitCode, HarnessError, MisuseError
from harness.faults import ExponentialDelay, Fault, FixedDelay, FlowRange, UniformDelay
from harness.faults.catalogue import kind_named, usual_fault
from harness.shape.document import shape_from_json
from harness.shape.users import USERS_API
from harness.workload import Deadlines, Workload
from harness.workload.arrival import Bursts, ClosedLoop, ConstantRate, PoissonRate, Ramp
from harness.workload.document import workload_from_json, workload_to_json
from harness.workload.payloads import PayloadMix
from harness.workload.polling import ExponentialBackoff, FixedInterval, RetryAfter
from harness.workload.ranges import check_workload
from tests.unit.harness.shape.jobs import JOBS_DOCUMENT

RATES = st.integers(1, 1000) | st.floats(0.001, 100_000)
SECONDS = st.integers(1, 3600) | st.floats(0.001, 3600)
AT_ONCE = st.integers(1, 10_000)
QUARTERS = st.floats(0, 0.25)
MILLISECONDS = st.integers(0, 1000) | st.floats(0, 1000)
DELAYS = st.one_of(
    st.builds(FixedDelay, MILLISECONDS),
    st.builds(UniformDelay, MILLISECONDS, st.integers(1000, 3_600_000)),
    st.builds(ExponentialDelay, MILLISECONDS, MILLISECONDS),
)
FAULTS = st.builds(
    Fault,
    kind=st.just("slow-tables"),
    name=st.from_regex(r"[a-z0-9][a-z0-9-]{0,62}", fullmatch=True),
    rate=st.floats(0, 1),
    times=st.integers(1, 1_000_000),
    limit=st.integers(1, 1_000_000_000),
    operations=st.frozensets(st.sampled_from(["PutItem", "Query"])),
    resources=st.frozensets(st.text(min_size=1, max_size=5), max_size=3),
    flows=st.none() | st.builds(FlowRange, st.integers(0, 9), st.integers(9, 99)),
    delay=DELAYS,
    from_s=st.floats(0, 3600),
    for_s=st.none() | SECONDS,
)
WORKLOADS = st.builds(
    Workload,
    seed=st.integers(0, 2**63 - 1),
    flows=st.integers(1, 1_000_000),
    arrival=st.one_of(
        st.builds(ClosedLoop, AT_ONCE),
        st.builds(ConstantRate, RATES, AT_ONCE),
        st.builds(PoissonRate, RATES, AT_ONCE),
        st.builds(Ramp, RATES, RATES, SECONDS, AT_ONCE),
        st.builds(Bursts, st.integers(1, 1000), SECONDS, AT_ONCE),
    ),
    payloads=st.builds(PayloadMix, QUARTERS, QUARTERS, QUARTERS, QUARTERS),
    polling=st.one_of(
        st.builds(FixedInterval, SECONDS),
        st.builds(ExponentialBackoff, SECONDS, st.floats(1, 100), SECONDS, st.floats(0, 1)),
        st.builds(RetryAfter, SECONDS, SECONDS),
    ),
    deadlines=st.builds(Deadlines, SECONDS, SECONDS, SECONDS, SECONDS),
    confirming_polls=st.integers(0, 100),
    poison=st.integers(0, 1000),
    warm_up_s=st.floats(0, 3600),
    faults=st.lists(FAULTS, max_size=4, unique_by=lambda fault: fault.name).map(tuple),
    shape=st.sampled_from([USERS_API, shape_from_json(JOBS_DOCUMENT)]),
)
LEAST: dict[str, Any] = {"format": 1, "seed": 7, "flows": 100}


def refusal(document: Any) -> str:
    with pytest.raises(HarnessError) as caught:
        workload_from_json(document, "load.json")
    assert caught.value.exit_code is ExitCode.MISUSE
    text = str(caught.value)
    assert "\n" not in text
    assert text.isascii()
    return text


@given(workload=WORKLOADS)
def test_a_workload_comes_back_from_json_as_it_was(workload: Workload) -> None:
    assert workload_from_json(json.loads(json.dumps(workload_to_json(workload)))) == workload


def test_seed_and_flows_are_enough() -> None:
    assert workload_from_json(LEAST) == Workload(seed=7, flows=100)


def test_a_choice_is_told_by_its_kind() -> None:
    document = LEAST | {
        "arrival": {"kind": "ramp", "from_per_s": 1, "to_per_s": 2.5, "over_s": 10},
        "polling": {"kind": "retry-after"},
    }
    workload = workload_from_json(document)
    assert workload.arrival == Ramp(1, 2.5, 10, most_in_flight=1000)
    assert workload.polling == RetryAfter(otherwise_s=1, most_s=30)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"format": 2}, 'load.json.format: 1 is expected, not 2; add "format": 1'),
        ({"format": True}, 'load.json.format: 1 is expected, not True; add "format": 1'),
        ({"flow": 7}, "load.json.flow: not known; there are seed, flows, arrival,"),
        ({"a\nb": 7}, "load.json.a\\nb: not known;"),
        ({"flows": 0}, "load.json.flows: 1 to 1,000,000 is expected, not 0"),
        ({"flows": 1_000_001}, "load.json.flows: 1 to 1,000,000 is expected, not 1,000,001"),
        ({"flows": 1.5}, "load.json.flows: a whole number is expected, not 1.5"),
        ({"flows": True}, "load.json.flows: a whole number is expected, not True"),
        ({"flows": "7"}, "load.json.flows: a whole number is expected, not '7'"),
        ({"seed": None}, "load.json.seed: a whole number is expected, not None"),
        ({"seed": -1}, "load.json.seed: 0 to "),
        ({"warm_up_s": float("nan")}, "load.json.warm_up_s: "),
        ({"warm_up_s": float("inf")}, "load.json.warm_up_s: a number is expected, not inf"),
        (
            {"arrival": {"clients": 7}},
            "load.json.arrival.kind: one of closed loop, constant rate, poisson rate, ramp, bursts is expected",
        ),
        ({"arrival": {"kind": "bursts", "size": 3}}, "load.json.arrival.every_s: missing"),
        ({"arrival": {"kind": ["bursts"]}}, "load.json.arrival.kind: one of closed loop"),
        (
            {"arrival": {"kind": "constant rate", "per_s": 0}},
            "load.json.arrival.per_s: 0.001 to 100,000 is expected, not 0",
        ),
        (
            {"arrival": {"kind": "closed loop", "clients": 0}},
            "load.json.arrival.clients: 1 to 10,000 is expected, not 0",
        ),
        (
            {"polling": {"kind": "fixed interval", "interval_s": 0}},
            "load.json.polling.interval_s: 0.001 to 3,600 is expected, not 0",
        ),
        ({"polling": 0.05}, "load.json.polling: an object is expected, not 0.05"),
        ({"payloads": {"unicode_share": 1.1}}, "load.json.payloads.unicode_share: 0 to 1 is expected, not 1.1"),
        (
            {"payloads": {"unicode_share": 0.6, "hostile_share": 0.5}},
            "load.json.payloads: the shares are 1.17 together; 1 at most is expected",
        ),
        (
            {"deadlines": {"flow_timeout_s": 3601}},
            "load.json.deadlines.flow_timeout_s: 0.001 to 3,600 is expected, not 3,601",
        ),
        ({"shape": {"name": "x"}}, "load.json.shape.create: missing"),
        ({"shape": JOBS_DOCUMENT | {"headers": {"X": "\n"}}}, "load.json.shape.headers.X: a header's name and"),
        ({"shape": JOBS_DOCUMENT | {"name": 7}}, "load.json.shape.name: a text is expected, not 7"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(change: dict[str, Any], expected: str) -> None:
    assert refusal(LEAST | change).startswith(expected)


@pytest.mark.parametrize("missing", ["format", "seed", "flows"])
def test_what_is_missing_is_named(missing: str) -> None:
    assert refusal({name: value for name, value in LEAST.items() if name != missing}).startswith(
        f"load.json.{missing}:"
    )


@pytest.mark.parametrize("document", [None, [], 7, "x"])
def test_what_is_no_object_is_refused(document: object) -> None:
    assert refusal(document).startswith("load.json: an object is expected, not ")


def test_tenths_add_up_to_one() -> None:
    shares = {"unicode_share": 0.1, "hostile_share": 0.2, "limit_share": 0.3, "invalid_share": 0.4}
    assert workload_from_json(LEAST | {"payloads": shares}).payloads == PayloadMix(0.1, 0.2, 0.3, 0.4)


def test_a_workload_made_in_code_is_held_to_the_same() -> None:
    with pytest.raises(MisuseError, match=r"workload\.flows: 1 to 1,000,000 is expected, not 0"):
        check_workload(Workload(seed=7, flows=0))


def fault(**changes: Any) -> dict[str, Any]:
    return {"kind": "crashes", "name": "crashes", "rate": 0.5} | changes


@pytest.mark.parametrize(
    ("members", "complaint"),
    [
        ({"faults": [fault(kind="crashs")]}, "load.json.faults[0].kind: no kind of fault is called 'crashs'; "),
        ({"faults": [fault(), fault()]}, "load.json.faults: 2 are called crashes"),
        ({"faults": [fault(rate=1.5)]}, "load.json.faults[0].rate: 0 to 1 is expected, not 1.5"),
        ({"faults": [fault(kind="gsi-lag")]}, "load.json.faults[0].delay: missing"),
        ({"faults": [fault(for_s=0)]}, "load.json.faults[0].for_s: 0.001 to 3,600 is expected, not 0"),
        ({"only_flows": []}, "load.json.only_flows: one flow at least"),
        ({"only_flows": [3, 3]}, "load.json.only_flows: numbers that grow"),
        ({"only_flows": [3, 100]}, "load.json.only_flows: numbers from 0 to 99 are expected, not 100"),
        ({"only_flows": [-1]}, "load.json.only_flows: numbers from 0 to 99 are expected, not -1"),
    ],
)
def test_faults_and_flows_that_make_no_sense_are_refused(members: dict[str, Any], complaint: str) -> None:
    assert complaint in refusal(LEAST | members)


def test_the_flows_that_are_to_be_made_alone_come_back() -> None:
    assert workload_from_json(LEAST | {"only_flows": [2, 5]}).only_flows == (2, 5)


def test_users_that_a_killed_engine_forgets_cannot_sign_a_run_that_kills_it() -> None:
    killing = Workload(seed=1, flows=2, auth=Auth.IAM, faults=(usual_fault(kind_named("kills")),))
    with pytest.raises(MisuseError, match=r"workload\.auth: an engine that was killed has forgotten whose the access"):
        check_workload(killing)
    check_workload(replace(killing, auth=Auth.JWT))
