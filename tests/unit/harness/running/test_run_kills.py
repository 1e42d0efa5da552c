"""A whole run that kills its engine, a fake one: it comes back with its stack, or the run says that it did not."""

import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from harness.errors import ExitCode, MisuseError, UnavailableError
from harness.faults.notation import fault_in_words
from harness.running.phases import Phases
from harness.running.request import RunRequest
from harness.running.run import Run, perform
from harness.running.site import Site
from harness.stack.deployment import DeploymentRequest
from harness.store.folder import RunFolder
from harness.store.runs import RunStore
from harness.workload import Deadlines, Workload
from harness.workload.arrival import ClosedLoop
from tests.unit.harness.fake_engine import FakeEngine, MortalFakeEngine
from tests.unit.harness.fake_stack import QUICK, dependencies, quick_api

WORKLOAD = Workload(
    seed=7,
    flows=60,
    arrival=ClosedLoop(4),
    polling=QUICK,
    faults=(fault_in_words("kills"),),
    deadlines=Deadlines(quiet_timeout_s=1),
)


def run_on(engine: FakeEngine, folder: Path, asked: list[DeploymentRequest], workload: Workload = WORKLOAD) -> Run:
    site = Site(engine, "embedded", "111122223333", "us-east-1", "users-api", folder / "outputs.json", ("A=1",))
    around = dependencies(quick_api(), on_deploy=asked.append)
    return perform(RunRequest(workload), site, RunStore(folder / "runs"), Phases({}), around)


def test_it_is_started_again_deployed_to_as_before_and_stopped_and_both_logs_are_kept(tmp_path: Path) -> None:
    asked: list[DeploymentRequest] = []
    engine = MortalFakeEngine(tmp_path / "engine.log")
    run = run_on(engine, tmp_path, asked)
    assert run.exit_code is ExitCode.VALID, run.verdict
    assert engine.told == ["kill", "restart", "stop"]
    first, again = asked
    assert replace(again, quiet=first.quiet) == first
    assert again.quiet, "the run's progress is shown meanwhile"
    [kill] = run.history.faults
    assert kill.fired == len(kill.periods) == 1
    assert RunFolder(run.folder).log_path.read_text() == "first\nsecond\n"
    assert run.results.figures.faults is not None


def test_one_that_does_not_come_back_leaves_what_was_recorded_and_an_unknown_verdict(tmp_path: Path) -> None:
    def fail() -> None:
        raise UnavailableError("port 4566 is busy")

    engine = MortalFakeEngine(tmp_path / "engine.log", on_restart=fail)
    run = run_on(engine, tmp_path, [], replace(WORKLOAD, flows=500, faults=(fault_in_words("kills from=10%"),)))
    assert run.exit_code is ExitCode.UNKNOWN
    assert engine.told == ["kill", "restart", "stop"]
    assert run.results.figures.flows.completed > 0
    assert any("the engine did not come back: port 4566 is busy" in note for note in run.results.notes)
    assert any("abandoned: the engine, which the run had killed" in note for note in run.results.notes)


def test_ctrl_c_while_it_starts_again_stops_it_only_when_it_has(tmp_path: Path) -> None:
    engine = MortalFakeEngine(tmp_path / "engine.log", on_restart=lambda: os.kill(os.getpid(), signal.SIGINT))
    run = run_on(engine, tmp_path, [])
    assert run.exit_code is ExitCode.INTERRUPTED
    assert engine.told == ["kill", "restart", "stop"]
    assert RunFolder(run.folder).log_path.read_text() == "first\nsecond\n"


def test_one_that_cannot_be_killed_is_refused_and_stopped(tmp_path: Path) -> None:
    engine = FakeEngine()
    with pytest.raises(MisuseError, match="is not this run's own"):
        run_on(engine, tmp_path, [])
    assert engine.stopped
