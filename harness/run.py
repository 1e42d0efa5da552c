"""One run: start the engine, deploy the stack, drive the workload, and stop the engine in any case."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from harness import interrupts
from harness.deployment import Deployment, DeploymentRequest
from harness.driver import drive
from harness.engines import Engine, RunningEngine
from harness.errors import ExitCode, HarnessError
from harness.flow import FlowPolicy
from harness.phases import Phases
from harness.tally import Tally
from harness.transport import Transport
from harness.verdict import Verdict, judge
from harness.workload import Workload


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What to do, as one value: everything that decides a run, but for the engine that it runs on."""

    workload: Workload
    policy: FlowPolicy
    clients: int
    account: str
    region: str
    stack_name: str


@dataclass(slots=True)
class Run:
    """What came of it. It is filled while the run goes on, so that an interrupted one says what it did."""

    request: RunRequest
    phases: Phases
    tally: Tally
    engine: RunningEngine | None = None
    deployment: Deployment | None = None
    interrupted: bool = False
    notes: list[str] = field(default_factory=list)
    """What a reader of the verdict should know: why the run was cut short, what did not stop."""

    @property
    def verdict(self) -> Verdict:
        """What can be said of the flows."""
        return judge(self.tally)

    @property
    def exit_code(self) -> ExitCode:
        """What the command ends with."""
        return ExitCode.INTERRUPTED if self.interrupted else self.verdict.exit_code


class ProgressView(Protocol):
    """Shows how far a run is."""

    tick_interval_s: float

    def tick(self, tally: Tally) -> None:
        """Show the tally as it is now."""
        ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a run reaches the world through; a test gives others."""

    deploy: Callable[[DeploymentRequest, Path], Deployment]
    open_transport: Callable[[int], AbstractAsyncContextManager[Transport]]
    show_progress: Callable[[], AbstractContextManager[ProgressView]]


def perform(request: RunRequest, engine: Engine, outputs: Path, phases: Phases, surroundings: Surroundings) -> Run:
    """Make a run. Ctrl-C ends it early, and what was done until then is returned.

    Args:
        request: what to do.
        engine: where; it is stopped at the end.
        outputs: where the deployment's outputs are written.
        phases: gets the time that each phase took.
        surroundings: how to reach the world.

    Raises:
        HarnessError: the engine or the stack could not be brought up; nothing was driven.
    """
    run = Run(request, phases, Tally(request.workload.flows))
    try:
        with phases.timed("engine"):
            run.engine = engine.start()
        with phases.timed("deploy"):
            run.deployment = surroundings.deploy(_deployment_request(request, run.engine), outputs)
        with phases.timed("flows"):
            _drive(run, run.engine, run.deployment.api_url, surroundings)
    except KeyboardInterrupt:
        run.interrupted = True
    except HarnessError as error:
        if run.engine and run.engine.log_path:
            error.add_note(_where_the_log_is(run.engine.log_path))
        raise
    finally:
        _stop(engine, run)
    return run


def _deployment_request(request: RunRequest, engine: RunningEngine) -> DeploymentRequest:
    return DeploymentRequest(
        endpoint_url=engine.endpoint_url,
        account=request.account,
        region=request.region,
        stack_name=request.stack_name,
    )


def _drive(run: Run, engine: RunningEngine, api_url: str, surroundings: Surroundings) -> None:
    async def drive_over_one_transport() -> str | None:
        request = run.request
        async with surroundings.open_transport(request.clients) as transport:
            return await drive(
                request.workload,
                transport,
                api_url,
                request.policy,
                clients=request.clients,
                on_result=run.tally.add,
                on_tick=lambda: progress.tick(run.tally),
                tick_interval_s=progress.tick_interval_s,
            )

    with surroundings.show_progress() as progress:
        abandoned = asyncio.run(drive_over_one_transport())
        progress.tick(run.tally)
    if abandoned:
        run.notes.append(f"abandoned: {abandoned}")
        if engine.log_path:
            run.notes.append(_where_the_log_is(engine.log_path))


def _where_the_log_is(log_path: Path) -> str:
    return f"the engine's log: {log_path}"


def _stop(engine: Engine, run: Run) -> None:
    """Stop the engine. That takes its time, bounded, also when Ctrl-C is pressed again."""
    with run.phases.timed("stop"), interrupts.put_off() as interrupt:
        try:
            engine.stop()
        except HarnessError as error:
            run.notes.append(str(error))
    run.interrupted = run.interrupted or interrupt.seen
