"""A whole run with a fake engine: what is kept of it, and that the engine stops, whatever happens to the run."""

import resource
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from harness.errors import DeploymentFailedError, ExitCode, UnavailableError
from harness.history.reader import read_history
from harness.observation import ObservationError
from harness.operations import FlowEnding
from harness.running.dependencies import RunDependencies
from harness.running.phases import Phases
from harness.running.request import RunRequest
from harness.running.run import Run, make_run, perform
from harness.running.site import Place, Site
from harness.stack.deployment import DeploymentRequest
from harness.store.folder import RunFolder
from harness.store.record import SourcesRecord
from harness.store.runs import RunStore
from harness.store.sources import read_archived, read_sources
from harness.timing.thresholds import parse_threshold
from harness.transport import TransportFailure
from harness.workload import Deadlines, Workload
from harness.workload.arrival import ClosedLoop
from harness.workload.document import workload_from_json
from tests.unit.harness.fake_api import API_URL, Answer, FakeApi
from tests.unit.harness.fake_engine import FakeEngine
from tests.unit.harness.fake_stack import QUICK, StackObserver, dependencies, quick_api

WORKLOAD = Workload(seed=7, flows=20, arrival=ClosedLoop(4), polling=QUICK)
REQUEST = RunRequest(WORKLOAD, arguments=("run", "--flows", "20"))


def press_ctrl_c() -> None:
    signal.raise_signal(signal.SIGINT)


def perform_on(engine: FakeEngine, around: RunDependencies, folder: Path, request: RunRequest = REQUEST) -> Run:
    site = Site(engine, "embedded", "111122223333", "us-east-1", "users-api", folder / "outputs.json", ("A=1",))
    return perform(request, site, RunStore(folder / "runs"), Phases({"install": 3214}), around)


def test_a_run_is_kept_with_all_that_is_needed_to_make_it_again_and_to_judge_it_again(tmp_path: Path) -> None:
    asked: list[DeploymentRequest] = []
    engine = FakeEngine()
    run = perform_on(engine, dependencies(quick_api(), on_deploy=asked.append), tmp_path)

    assert run.exit_code is ExitCode.VALID, run.verdict
    assert engine.stopped
    assert [(request.account, request.parameters) for request in asked] == [("111122223333", ("A=1",))]
    folder = RunFolder(run.folder)
    assert sorted(path.name for path in run.folder.iterdir()) == [
        "history.jsonl",
        "junit.xml",
        "report.html",
        "results.json",
        "run.json",
        "stack.zip",
    ]
    kept = folder.read_record()
    assert kept == run.record
    assert workload_from_json(kept.workload) == WORKLOAD
    assert (kept.arguments, kept.engine.pid, kept.api_url) == (("run", "--flows", "20"), 1234, API_URL)
    assert kept.parameters == ("A=1",)
    sources = read_sources(None, None)
    assert kept.sources == SourcesRecord(sources.stack_hash, sources.function_hash)
    assert read_archived(folder.sources_path) == sources.files
    assert list(kept.phases_ms) == [
        "install",
        "start-up",
        "engine",
        "deploy",
        "flows",
        "judging",
        "report",
        "stop",
    ]
    assert folder.read_results() == run.results
    assert read_history(folder.history_path).complete


def test_what_was_acknowledged_and_is_not_in_the_table_makes_the_run_invalid(tmp_path: Path) -> None:
    api = quick_api()
    observer = StackObserver(api)
    kept = observer.stored

    async def lose_one() -> object:
        return (await kept())[1:]

    observer.stored = lose_one  # type: ignore[method-assign,assignment]  # a table that lost one
    run = perform_on(FakeEngine(), dependencies(api, observer=observer), tmp_path)

    assert run.exit_code is ExitCode.INVALID
    found = {check.name for check in run.results.checks if check.verdict == "invalid"}
    assert "no-create-lost" in found


def test_a_threshold_that_is_missed_makes_the_run_invalid(tmp_path: Path) -> None:
    request = replace(REQUEST, thresholds=(parse_threshold("visible.p99<1us"),))
    run = perform_on(FakeEngine(), dependencies(quick_api()), tmp_path, request)
    assert run.exit_code is ExitCode.INVALID
    assert "visible.p99<1us" in run.verdict.reason


def test_an_engine_that_does_not_start_is_stopped_for_it_may_have_half(tmp_path: Path) -> None:
    def fail() -> None:
        raise UnavailableError("the engine did not start")

    engine = FakeEngine(on_start=fail)
    with pytest.raises(UnavailableError):
        perform_on(engine, dependencies(quick_api()), tmp_path)
    assert engine.stopped
    assert not (tmp_path / "runs").exists()


def test_a_failed_deployment_stops_the_engine_and_names_its_log(tmp_path: Path) -> None:
    def fail(_request: DeploymentRequest) -> None:
        raise DeploymentFailedError("no")

    engine = FakeEngine()
    with pytest.raises(DeploymentFailedError) as caught:
        perform_on(engine, dependencies(quick_api(), on_deploy=fail), tmp_path)
    assert caught.value.__notes__ == ["the engine's log: engine.log"]
    assert engine.stopped


def test_ctrl_c_while_the_engine_starts_or_the_stack_deploys_stops_the_engine(tmp_path: Path) -> None:
    in_start = FakeEngine(on_start=press_ctrl_c)
    with pytest.raises(KeyboardInterrupt):
        perform_on(in_start, dependencies(quick_api()), tmp_path)
    in_deploy = FakeEngine()
    with pytest.raises(KeyboardInterrupt):
        perform_on(in_deploy, dependencies(quick_api(), on_deploy=lambda _request: press_ctrl_c()), tmp_path)
    assert in_start.stopped
    assert in_deploy.stopped


def test_ctrl_c_in_the_middle_of_the_flows_keeps_and_judges_what_was_done(tmp_path: Path) -> None:
    def interrupt(operation: str, ordinal: int) -> Answer | None:
        if (operation, ordinal) == ("create", 10):
            press_ctrl_c()
        return None

    engine = FakeEngine()
    run = perform_on(engine, dependencies(quick_api(interrupt)), tmp_path)

    assert run.exit_code is ExitCode.INTERRUPTED
    assert run.verdict.word == "unknown"
    assert 0 < run.results.figures.flows.completed < 10
    assert FlowEnding.INTERRUPTED in {flow.ending for flow in run.history.flows}
    assert run.history.final is None
    assert any("interrupted" in note for note in run.results.notes)
    assert RunFolder(run.folder).read_results() == run.results
    assert engine.stopped


def test_ctrl_c_while_the_engine_stops_lets_it_stop_and_is_not_forgotten(tmp_path: Path) -> None:
    engine = FakeEngine(on_stop=press_ctrl_c)
    run = perform_on(engine, dependencies(quick_api()), tmp_path)
    assert engine.stopped
    assert run.exit_code is ExitCode.INTERRUPTED
    assert run.verdict.word == "valid"


def test_an_engine_that_does_not_stop_is_noted_beside_the_verdict(tmp_path: Path) -> None:
    def fail() -> None:
        raise UnavailableError("the engine did not stop")

    run = perform_on(FakeEngine(on_stop=fail), dependencies(quick_api()), tmp_path)
    assert run.notes == ["the engine did not stop"]
    assert run.exit_code is ExitCode.VALID


def test_an_engine_that_goes_away_half_way_leaves_an_unknown_verdict_and_no_guess(tmp_path: Path) -> None:
    gone = ObservationError("the queue does not answer")

    def go_away(operation: str, ordinal: int) -> Answer | None:
        is_gone = operation != "create" or ordinal > 5
        if is_gone:
            observer.errors = dict.fromkeys(("depths", "stored", "dead_lettered", "queued", "redrive"), gone)
        return TransportFailure.REFUSED if is_gone else None

    api = quick_api(go_away)
    observer = StackObserver(api)
    run = perform_on(FakeEngine(), dependencies(api, observer=observer), tmp_path)

    assert run.verdict.word == "unknown"
    assert run.exit_code is ExitCode.UNKNOWN
    assert any("abandoned" in note for note in run.results.notes)


def test_a_history_that_cannot_be_written_to_its_end_is_judged_unknown_and_ends_in_74(tmp_path: Path) -> None:
    api = FakeApi(latency_s=0.0001, visible_after_s=0.002)

    def fill_the_disk(operation: str, ordinal: int) -> Answer | None:
        if (operation, ordinal) == ("create", 10):
            history = tmp_path / "runs" / "latest" / "history.jsonl"
            resource.setrlimit(resource.RLIMIT_FSIZE, (history.stat().st_size, hard_limit))
        return None

    api.script = fill_the_disk
    soft_limit, hard_limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        run = perform_on(FakeEngine(), dependencies(api), tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft_limit, hard_limit))

    assert run.exit_code is ExitCode.INPUT_OUTPUT
    assert run.verdict.word == "unknown"
    assert run.failure is not None
    assert "history.jsonl" in str(run.failure)
    assert 0 < run.results.figures.flows.completed < 10


def test_an_api_that_is_just_there_is_judged_by_its_answers_alone(tmp_path: Path) -> None:
    run = make_run(REQUEST, Place(API_URL, "none"), RunStore(tmp_path / "runs"), Phases({}), dependencies(quick_api()))
    assert run.exit_code is ExitCode.VALID, run.verdict
    assert not run.history.observable
    assert "no-create-lost" not in {check.name for check in run.results.checks}
    assert run.record.deployment is None


def test_poison_that_is_not_dead_lettered_makes_the_run_invalid(tmp_path: Path) -> None:
    request = replace(REQUEST, workload=replace(WORKLOAD, poison=2, deadlines=Deadlines(quiet_timeout_s=1)))
    run = perform_on(FakeEngine(), dependencies(quick_api()), tmp_path, request)
    found = {check.name for check in run.results.checks if check.verdict == "invalid"}
    assert "dead-letters-are-poison" in found


def test_a_run_of_some_flows_only_is_whole_with_those(tmp_path: Path) -> None:
    request = replace(REQUEST, workload=replace(WORKLOAD, only_flows=(3, 17)))
    run = perform_on(FakeEngine(), dependencies(quick_api()), tmp_path, request)
    assert run.exit_code is ExitCode.VALID, run.verdict
    assert (run.history.asked, sorted(flow.number for flow in run.history.flows)) == (2, [3, 17])
    assert {flow.number: flow.payload for flow in run.history.flows} == {
        number: WORKLOAD.plan(number).payload for number in (3, 17)
    }
