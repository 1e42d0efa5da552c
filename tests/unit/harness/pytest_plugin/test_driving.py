"""`drive(workload)` in a test, with a stand-in for what drives the stack."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from harness.engines import RunningEngine
from harness.errors import UnavailableError
from harness.history import History
from harness.judging.results import Results
from harness.pytest_plugin.driving import DrivenRun, driver
from harness.stack.deployment import Deployment, DeploymentRequest
from harness.verdicts import Verdict
from harness.workload import Workload
from tests.unit.harness.pytest_plugin.results import INVALID, UNKNOWN, VALID
from tests.unit.harness.stack.test_deployment import OUTPUTS

DEPLOYMENT = Deployment(**OUTPUTS)
ENGINE = RunningEngine("http://127.0.0.1:4566")
WORKLOAD = Workload(seed=7, flows=5)
HISTORY = History(flows=(), asked=5)


@dataclass(frozen=True)
class FakeRun:
    results: Results
    folder: Path = Path("runs/7")
    history: History = HISTORY

    @property
    def verdict(self) -> Verdict:
        return self.results.verdict


def run_of(results: Results) -> DrivenRun:
    return DrivenRun(results.verdict, results, Path("runs/7"), HISTORY)


def test_the_workload_is_driven_at_the_deployed_stack_and_the_run_is_returned() -> None:
    asked: list[object] = []

    def drive_stack(
        workload: Workload,
        deployment: Deployment,
        *,
        engine: RunningEngine | None,
        store: Path,
        thresholds: Sequence[str] = (),
        request: DeploymentRequest | None = None,
    ) -> FakeRun:
        asked.extend([workload, deployment, engine, store, thresholds, request])
        return FakeRun(VALID)

    account, name = DEPLOYMENT.account_id, DEPLOYMENT.stack_name
    request = DeploymentRequest("http://127.0.0.1:4566", account, stack_name=name, parameters=("A=1",))
    drive = driver(drive_stack, DEPLOYMENT, ENGINE, Path("runs"), request)
    run = drive(WORKLOAD, require=["visible.p99<2s"])
    assert asked == [WORKLOAD, DEPLOYMENT, ENGINE, Path("runs"), ["visible.p99<2s"], request]
    assert run == DrivenRun(VALID.verdict, VALID, Path("runs/7"), HISTORY)

    driver(drive_stack, DEPLOYMENT, ENGINE, Path("runs"), replace(request, stack_name="another"))(WORKLOAD)
    assert asked[-1] is None, "what deployed another stack says nothing of this one"


def test_a_run_that_could_not_be_made_fails_the_test_with_its_line_and_notes() -> None:
    def drive_stack(*_arguments: object, **_options: object) -> FakeRun:
        error = UnavailableError("no engine answers")
        error.add_note("the engine's log: engine.log")
        raise error

    with pytest.raises(pytest.fail.Exception) as caught:
        driver(drive_stack, DEPLOYMENT, ENGINE, Path("runs"))(WORKLOAD)
    assert str(caught.value) == "no engine answers\nthe engine's log: engine.log"


def test_a_valid_run_passes() -> None:
    run_of(VALID).assert_valid()


@pytest.mark.parametrize("results", [INVALID, UNKNOWN])
def test_any_other_run_fails_with_its_explanation(results: Results) -> None:
    with pytest.raises(AssertionError, match=f"the run is {results.verdict.word}: {results.verdict.reason}"):
        run_of(results).assert_valid()
