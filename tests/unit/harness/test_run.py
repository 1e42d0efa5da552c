"""A whole run with a fake engine: what happens to it, whatever happens to the run."""

import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest

from harness.deployment import Deployment, DeploymentRequest
from harness.engines import RunningEngine
from harness.errors import DeploymentFailedError, ExitCode, UnavailableError
from harness.flow import FlowEnding, FlowPolicy
from harness.phases import Phases
from harness.run import ProgressView, Run, RunRequest, Surroundings, perform
from harness.tally import Tally
from harness.transport import Transport, TransportFailure
from harness.workload import Workload
from tests.unit.harness.fake_api import API_URL, Answer, FakeApi
from tests.unit.harness.test_deployment import OUTPUTS

REQUEST = RunRequest(
    workload=Workload(seed=7, flows=20),
    policy=FlowPolicy(poll_interval_s=0.001),
    clients=4,
    account="111122223333",
    region="us-east-1",
    stack_name="users-api",
)
ENGINE = RunningEngine("http://127.0.0.1:4566", "4.14.0", 1234, Path("engine.log"))


def nothing() -> None:
    """Do nothing."""


def press_ctrl_c() -> None:
    signal.raise_signal(signal.SIGINT)


class FakeEngine:
    def __init__(self, on_start: Callable[[], None] = nothing, on_stop: Callable[[], None] = nothing) -> None:
        self._on_start = on_start
        self._on_stop = on_stop
        self.stopped = False

    def start(self) -> RunningEngine:
        self._on_start()
        return ENGINE

    def stop(self) -> None:
        self._on_stop()
        self.stopped = True


class NoProgress:
    tick_interval_s = 0.05

    def tick(self, _tally: Tally) -> None:
        """Show nothing."""


def surroundings(api: FakeApi, on_deploy: Callable[[], None] = nothing) -> Surroundings:
    def deploy(request: DeploymentRequest, _outputs: Path) -> Deployment:
        assert (request.endpoint_url, request.account) == (ENGINE.endpoint_url, "111122223333")
        on_deploy()
        return Deployment.from_json(OUTPUTS | {"api_url": API_URL})

    @asynccontextmanager
    async def open_transport(clients: int) -> AsyncIterator[Transport]:
        assert clients == 4
        yield api

    @contextmanager
    def show_progress() -> Iterator[ProgressView]:
        yield NoProgress()

    return Surroundings(deploy, open_transport, show_progress)


def quick_api(on_send: Callable[[str, int], Answer | None] = lambda _operation, _ordinal: None) -> FakeApi:
    return FakeApi(latency_s=0.0001, visible_after_s=0.001, script=on_send)


def run_on(engine: FakeEngine, api: FakeApi, on_deploy: Callable[[], None] = nothing) -> Run:
    phases = Phases({"install": 3214})
    return perform(REQUEST, engine, Path("outputs.json"), phases, surroundings(api, on_deploy))


def test_a_run_starts_deploys_drives_and_stops() -> None:
    engine = FakeEngine()
    run = run_on(engine, quick_api())
    assert run.exit_code is ExitCode.VALID
    assert run.tally.completed == 20
    assert (run.engine, run.notes, run.interrupted) == (ENGINE, [], False)
    assert list(run.phases.durations_ms) == ["install", "start-up", "engine", "deploy", "flows", "stop"]
    assert run.phases.durations_ms["install"] == 3214
    assert run.phases.total_ms() >= 3214 + run.phases.durations_ms["flows"]
    assert engine.stopped


def test_an_engine_that_does_not_start_is_stopped_for_it_may_have_half() -> None:
    def fail() -> None:
        raise UnavailableError("the engine did not start")

    engine = FakeEngine(on_start=fail)
    with pytest.raises(UnavailableError):
        run_on(engine, quick_api())
    assert engine.stopped


def test_a_failed_deployment_stops_the_engine_and_names_its_log() -> None:
    def fail() -> None:
        raise DeploymentFailedError("no")

    engine = FakeEngine()
    with pytest.raises(DeploymentFailedError) as caught:
        run_on(engine, quick_api(), on_deploy=fail)
    assert caught.value.__notes__ == ["the engine's log: engine.log"]
    assert engine.stopped


def test_ctrl_c_while_the_engine_starts_or_the_stack_deploys_stops_the_engine() -> None:
    for engine, on_deploy in ((FakeEngine(on_start=press_ctrl_c), nothing), (FakeEngine(), press_ctrl_c)):
        run = run_on(engine, quick_api(), on_deploy)
        assert run.exit_code is ExitCode.INTERRUPTED
        assert run.deployment is None
        assert engine.stopped


def test_ctrl_c_in_the_middle_of_the_flows_keeps_what_was_done() -> None:
    def interrupt(operation: str, ordinal: int) -> Answer | None:
        if (operation, ordinal) == ("create", 10):
            press_ctrl_c()
        return None

    engine = FakeEngine()
    run = run_on(engine, quick_api(interrupt))
    assert run.exit_code is ExitCode.INTERRUPTED
    assert 0 < run.tally.completed < 10
    assert run.tally.ended(FlowEnding.INTERRUPTED) > 0
    assert run.verdict.word == "unknown"
    assert engine.stopped


def test_ctrl_c_while_the_engine_stops_lets_it_stop_and_is_not_forgotten() -> None:
    engine = FakeEngine(on_stop=press_ctrl_c)
    run = run_on(engine, quick_api())
    assert engine.stopped
    assert run.exit_code is ExitCode.INTERRUPTED
    assert run.tally.completed == 20


def test_an_engine_that_does_not_stop_is_noted_beside_the_verdict() -> None:
    def fail() -> None:
        raise UnavailableError("the engine did not stop")

    run = run_on(FakeEngine(on_stop=fail), quick_api())
    assert run.notes == ["the engine did not stop"]
    assert run.exit_code is ExitCode.VALID


def test_an_engine_that_goes_away_ends_the_run_as_unknown_and_names_its_log() -> None:
    def go_away(_operation: str, ordinal: int) -> Answer | None:
        return TransportFailure.REFUSED if ordinal > 5 else None

    engine = FakeEngine()
    run = run_on(engine, quick_api(go_away))
    assert run.exit_code is ExitCode.UNKNOWN
    assert run.notes[0].startswith("abandoned: 10 flows in a row got no answer; the last: ")
    assert run.notes[1] == "the engine's log: engine.log"
    assert engine.stopped
