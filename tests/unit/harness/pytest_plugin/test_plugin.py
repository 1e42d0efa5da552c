"""The plugin as pytest runs it, in sessions of its own; what drives the stack is a stand-in."""

import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import pytest

from harness.engines import RunningEngine
from harness.errors import UnavailableError
from harness.stack.deployment import Deployment, DeploymentRequest
from harness.workload import Workload
from tests.unit.harness.pytest_plugin.results import INVALID, VALID
from tests.unit.harness.pytest_plugin.test_driving import FakeRun

# What a person's own conftest file may do: say where the stack is, instead of having it deployed.
STACK_FROM_ELSEWHERE = """
    import pytest
    from harness.stack.deployment import Deployment
    from harness.engines import RunningEngine

    @pytest.fixture(scope="session")
    def harness_engine():
        return RunningEngine("http://127.0.0.1:4566")

    @pytest.fixture(scope="session")
    def harness_stack():
        return Deployment(*["x"] * 13, changed=False)
"""
DRIVES = """
    def test_of_flows(drive, workload):
        drive(workload).assert_valid()
"""


@pytest.fixture
def driven(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Workload, Path]]:
    """Let driving return a valid run of an even seed and an invalid one of an odd, and note what was asked."""
    asked: list[tuple[Workload, Path]] = []

    def drive_stack(
        workload: Workload,
        deployment: Deployment,
        *,
        engine: RunningEngine | None,
        store: Path,
        thresholds: Sequence[str] = (),
        request: DeploymentRequest | None = None,
    ) -> FakeRun:
        del deployment, engine, thresholds, request
        asked.append((workload, store))
        if workload.seed == 404:
            raise UnavailableError("no engine answers")
        return FakeRun(INVALID if workload.seed % 2 else VALID)

    drive_module = ModuleType("harness.running.drive_stack")
    drive_module.__dict__["drive_stack"] = drive_stack
    monkeypatch.setitem(sys.modules, "harness.running.drive_stack", drive_module)
    return asked


def test_a_workload_is_of_the_sessions_seed_and_flows_and_runs_are_kept_in_the_rootdir(
    pytester: pytest.Pytester, driven: list[tuple[Workload, Path]]
) -> None:
    pytester.makeconftest(STACK_FROM_ELSEWHERE)
    pytester.makepyfile(DRIVES)
    result = pytester.runpytest_inprocess("--seed", "8", "--flows", "5", "-p", "no:xdist")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines("harness: --seed 8 --flows 5")
    assert driven == [(Workload(seed=8, flows=5), pytester.path / ".harness" / "runs")]


def test_a_seed_that_is_not_given_is_drawn_and_shown(
    pytester: pytest.Pytester, driven: list[tuple[Workload, Path]]
) -> None:
    pytester.makeconftest(STACK_FROM_ELSEWHERE)
    pytester.makepyfile("def test_of_flows(drive, workload): drive(workload)")
    for _ in range(2):
        result = pytester.runpytest_inprocess("-p", "no:xdist")
        result.stdout.fnmatch_lines(f"harness: --seed {driven[-1][0].seed} --flows 100")
    assert driven[0][0].seed != driven[1][0].seed


@pytest.mark.usefixtures("driven")
def test_a_failing_test_shows_verdict_evidence_folder_and_the_command_that_repeats_it(
    pytester: pytest.Pytester,
) -> None:
    pytester.makeconftest(STACK_FROM_ELSEWHERE)
    pytester.makepyfile(test_users=DRIVES)
    result = pytester.runpytest_inprocess("--seed", "7", "-p", "no:xdist")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            ">       drive(workload).assert_valid()",
            "E       AssertionError: the run is invalid: 1 check and 1 threshold failed",
            "E           flow 0: message m0 is nowhere",
            "E         the run: runs/7",
            "*- to repeat it -*",
            "pytest test_users.py::test_of_flows --seed 7",
        ]
    )
    result.stdout.no_fnmatch_line("*explanation.py*")
    result.stdout.no_fnmatch_line("*driving.py*")


@pytest.mark.usefixtures("driven")
def test_a_run_that_could_not_be_made_is_one_line_at_the_tests_own(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(STACK_FROM_ELSEWHERE)
    pytester.makepyfile(DRIVES)
    result = pytester.runpytest_inprocess("--seed", "404", "-p", "no:xdist")
    result.stdout.fnmatch_lines([">       drive(workload).assert_valid()", "E       Failed: no engine answers"])
    result.stdout.no_fnmatch_line("*UnavailableError*")
    result.stdout.no_fnmatch_line("*driving.py*")


def test_an_engine_that_is_not_there_is_an_error_of_one_line_and_no_traceback(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_users="def test_of_calls(api): pass")
    options = ["--engine", "external", "--endpoint-url", "http://127.0.0.1:1", "--seed", "7", "-p", "no:xdist"]
    result = pytester.runpytest_inprocess(*options)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        [
            "no engine answers at http://127.0.0.1:1 *",
            "pytest test_users.py::test_of_calls --seed 7 --engine external --endpoint-url http://127.0.0.1:1",
        ]
    )
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*fixtures.py*")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--engine", "external"], "--engine external and --endpoint-url go together"),
        (["--endpoint-url", "http://127.0.0.1:4566"], "--engine external and --endpoint-url go together"),
        (["--engine", "external", "--endpoint-url", "localhost"], "'localhost' is no endpoint URL"),
        (["--engine", "docker"], "invalid choice: 'docker'"),
        (["--seed", "-1"], "'-1' is no whole number from 0"),
        (["--flows", "0"], "'0' is no whole number from 1 to 1,000,000"),
        (["--flows", "many"], "'many' is no whole number"),
    ],
)
def test_wrong_options_are_said_in_one_line(pytester: pytest.Pytester, options: list[str], said: str) -> None:
    result = pytester.runpytest_inprocess(*options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert said in result.stderr.str()
    assert "Traceback" not in result.stderr.str()


def test_tests_that_use_nothing_of_it_are_as_they_were(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys
        import pytest

        @pytest.fixture
        def engine():
            return "mine"

        @pytest.fixture
        def api():
            return "mine"

        def test_with_fixtures_of_its_own(engine, api):
            assert engine == api == "mine"

        def test_that_fails():
            slow = ("aiohttp", "boto3", "harness.running.drive_stack", "psutil")
            assert not [name for name in slow if name in sys.modules]
            assert False
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:xdist", "-p", "no:schemathesis")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines("E       assert False")
    result.stdout.no_fnmatch_line("*repeat*")
    assert not (pytester.path / ".harness").exists()


def test_a_worker_that_takes_a_killed_ones_place_has_the_same_seed_and_an_account_of_its_own(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(
        test_users="""
        import os, pathlib, signal
        import pytest

        @pytest.mark.parametrize("number", range(3))
        def test_of_session(harness_session, number):
            pathlib.Path(".harness").mkdir(exist_ok=True)
            pathlib.Path(f"seen-{number}.txt").write_text(f"{harness_session.seed} {harness_session.account_id}")
            if number == 1:
                os.kill(os.getpid(), signal.SIGKILL)
        """
    )
    result = pytester.runpytest_subprocess("--numprocesses", "1", "--seed", "7", "-p", "no:schemathesis")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*worker 'gw?' crashed while running *",
            "*- to repeat it -*",
            "pytest 'test_users.py::test_of_session*' --seed 7",
        ]
    )
    seen = {path.read_text() for path in pytester.path.glob("seen-*.txt")}
    assert {each.split()[0] for each in seen} == {"7"}
    assert {each.split()[1] for each in seen} == {"100000000001", "100000000002"}
