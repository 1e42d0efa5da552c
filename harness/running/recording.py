"""Makes the evidence of a run: look, drive, wait for quiet, look again, all of it into one history.

It decides nothing and judges nothing. All waiting is the event loop's.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from harness.callers import ANYBODY, Callers
from harness.clock import RunClock
from harness.driving.driver import drive
from harness.errors import HarnessError, MisuseError
from harness.faults import Fault
from harness.faults.control import FaultControl
from harness.faults.flow_count import FlowCount
from harness.faults.killing import KillContext, killed_by
from harness.faults.schedule import FaultSchedule, broken_by
from harness.faults.watching import FaultStanding, watched
from harness.history import DepthSample, QueueDepths
from harness.history.recorder import Recorders
from harness.history.writer import Header, HistoryWriter
from harness.observation import ObservationError, Observer
from harness.observation.poison import poison_bodies
from harness.observation.quiet import SETTLE_S, observe_finally, sample_depths
from harness.running.live_counts import LiveCounts, Progress
from harness.running.run_target import Killable, RunTarget
from harness.transport import Transport
from harness.workload import Workload
from harness.workload.arrival import ClosedLoop
from model.faults.catalogue import KILLS

SAMPLE_EVERY_S: Final = 0.5
_CONTROL_CONNECTIONS: Final = 8
_LOG_MARGIN_S: Final = 1.0
"""The server's clock may be so much behind ours when its log is asked for what came since the run began."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a run stands, for whoever watches it."""

    stage: str
    """What goes on, in a word or two."""
    progress: Progress
    depths: QueueDepths | None
    """As last counted."""
    faults: tuple[FaultStanding, ...] = ()
    """Those that have been set, as last told."""


class View(Protocol):
    """Shows how a run stands."""

    interval_s: float
    """How often it wants to know."""

    def show(self, standing: Standing) -> None:
        """Show it."""
        ...


@dataclass(frozen=True, slots=True)
class Breakable:
    """An engine on which faults can be set."""

    endpoint_url: str
    account_id: str
    """The faults hit what belongs to it, and nothing else."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a run is made on."""

    api_url: str
    """The base URL of the API, without a slash at its end."""
    open_transport: Callable[[int], AbstractAsyncContextManager[Transport]]
    """Opens a transport of so many connections."""
    observer: Observer | None
    """None: there is no queue and no table that we may look into."""
    settle_s: float = SETTLE_S
    """How long the engine's counts may be behind: see `harness.observation.quiet.wait_for_quiet`."""
    breakable: Breakable | None = None
    """Where faults are set; None: nowhere, so that a workload with faults cannot be run."""
    killable: Killable | None = None
    """What the run may kill; None: nothing, so that a workload that kills the engine cannot be run."""
    callers: Callers = ANYBODY
    """Who calls."""


async def record(run_id: str, workload: Workload, subject: Subject, history: Path, view: View) -> None:
    """Make a run and write its history.

    When this call is cancelled, the flows that are in the middle end as interrupted, nobody waits for quiet, and the
    history is whole all the same.

    Args:
        run_id: the run's name, for the history's first line.
        workload: what to do.
        subject: what to do it to.
        history: the file to write; it must not be there yet.
        view: is shown how it goes.

    Raises:
        MisuseError: the workload has faults that cannot be set here; nothing was driven.
        FaultControlError: the engine did not set them; nothing was driven.
        ObservationError: the poison could not be sent; nothing was driven.
        InputOutputError: the history could not be written; what was written until then stays.
    """
    recording = _Recording(workload, subject, view)
    async with _errors_as_themselves(), asyncio.TaskGroup() as beside:
        ticker = beside.create_task(recording.keep_showing())
        try:
            await recording.check_faults()
            await recording.look_before()
            await recording.send_poison()
            clock = RunClock.start()
            observable = subject.observer is not None
            zero_s, caller = clock.wall_clock_zero_s, subject.callers.name
            header = Header(run_id, workload.seed, workload.asked, observable, zero_s, caller)
            with HistoryWriter(history, header) as writer:
                try:
                    await recording.drive(writer, clock)
                    await recording.look_after(writer, clock)
                except asyncio.CancelledError:
                    writer.note("interrupted: what the engine held in the end was not looked at")
                    writer.finish()
                    raise
                writer.finish()
        finally:
            ticker.cancel()


class _Recording:
    """The steps of one run, and how it stands."""

    def __init__(self, workload: Workload, subject: Subject, view: View) -> None:
        self._workload = workload
        self._subject = subject
        self._view = view
        self._live_counts = LiveCounts(workload.asked)
        self._stage = "looking"
        self._depths: QueueDepths | None = None
        self._faults: tuple[FaultStanding, ...] = ()
        self._target = RunTarget(subject.api_url, subject.observer, subject.killable)
        self._flows = FlowCount(workload.asked)
        self._kills = [fault for fault in workload.faults if fault.kind == KILLS]
        self._set_on_engine = [fault for fault in workload.faults if fault.kind != KILLS]
        self._poison: list[str] = []

    async def keep_showing(self) -> None:
        while True:
            self._show()
            await asyncio.sleep(self._view.interval_s)

    async def check_faults(self) -> None:
        if self._kills and not self._target.is_killable:
            what = "kills ends the engine with all that is in it, and the one here is not this run's own"
            raise MisuseError(f"{what}; leave it out, or use `harness run` with an engine that it starts by itself")
        if self._set_on_engine:
            async with self._fault_control() as control:
                await control.check_kinds(frozenset(fault.kind for fault in self._set_on_engine))

    async def look_before(self) -> None:
        await self._target.look()

    async def send_poison(self) -> None:
        if self._subject.observer:
            for body in poison_bodies(self._workload.poison, self._workload.seed):
                self._poison.append(await self._subject.observer.send_poison(body))

    async def drive(self, writer: HistoryWriter, clock: RunClock) -> None:
        self._stage = "flows"
        async with (
            self._sampling(writer, clock),
            self._subject.open_transport(_most_in_flight(self._workload)) as transport,
            self._broken(writer, clock),
        ):
            recorder = Recorders(writer, self._live_counts, self._flows)
            where, callers = self._target.where, self._subject.callers
            abandoned = await drive(self._workload, transport, where, recorder, clock=clock, callers=callers)
        if abandoned:
            writer.note(f"abandoned: {abandoned}")
        self._show()

    async def look_after(self, writer: HistoryWriter, clock: RunClock) -> None:
        observer, baseline = self._target.observer, self._target.baseline
        if observer is None or baseline is None:
            return
        self._stage = "waiting for quiet"
        timeout_s = self._workload.deadlines.quiet_timeout_s
        async with self._sampling(writer, clock):
            final = await observe_finally(observer, baseline, self._poison, timeout_s, self._subject.settle_s)
        writer.final_state(final)
        self._stage = "reading the function's log"
        try:
            writer.server_times(await observer.server_times(clock.wall_clock_zero_s - _LOG_MARGIN_S))
        except ObservationError as error:
            writer.note(f"the server's own times are not known: {error}")
        self._show()

    @asynccontextmanager
    async def _broken(self, writer: HistoryWriter, clock: RunClock) -> AsyncIterator[None]:
        """Break what is to be broken while the block runs; it is healed before anybody looks."""
        seed = self._workload.seed
        async with (
            self._broken_engine(self._set_on_engine, seed, writer, clock) as others,
            killed_by(self._kills, KillContext(self._target, others, seed, self._flows, clock, writer)),
        ):
            yield

    @asynccontextmanager
    async def _broken_engine(
        self, faults: Sequence[Fault], seed: int, writer: HistoryWriter, clock: RunClock
    ) -> AsyncIterator[FaultSchedule]:
        if not faults:
            yield FaultSchedule()
            return
        async with (
            self._fault_control() as control,
            watched(faults, control, self._see_faults),
            broken_by(faults, seed, control, clock, writer) as schedule,
        ):
            yield schedule

    @asynccontextmanager
    async def _fault_control(self) -> AsyncIterator[FaultControl]:
        where = self._subject.breakable
        if where is None:
            what = "faults are set on an engine, and none is known here"
            raise MisuseError(f"{what}; leave out --faults and --fault, or run on an engine of ours (`harness up`)")
        async with self._subject.open_transport(_CONTROL_CONNECTIONS) as transport:
            yield FaultControl(transport, where.endpoint_url, where.account_id)

    @asynccontextmanager
    async def _sampling(self, writer: HistoryWriter, clock: RunClock) -> AsyncIterator[None]:
        """Count the queues' messages while the block runs."""
        if self._target.observer is None:
            yield
            return

        def on_sample(sample: DepthSample) -> None:
            self._depths = sample.depths
            writer.depths(sample)

        async with asyncio.TaskGroup() as beside:
            sampler = beside.create_task(
                sample_depths(
                    self._target,
                    SAMPLE_EVERY_S,
                    zero_s=clock.zero_s,
                    on_sample=on_sample,
                    on_problem=writer.note,
                )
            )
            try:
                yield
            finally:
                sampler.cancel()

    def _see_faults(self, faults: tuple[FaultStanding, ...]) -> None:
        self._faults = faults

    def _show(self) -> None:
        stage = "the engine was killed" if self._target.where.is_away else self._stage
        self._view.show(Standing(stage, self._live_counts.progress(), self._depths, self._faults))


def _most_in_flight(workload: Workload) -> int:
    match workload.arrival:
        case ClosedLoop(clients):
            return min(clients, workload.asked)
        case open_loop:
            return min(open_loop.most_in_flight, workload.asked)


@asynccontextmanager
async def _errors_as_themselves() -> AsyncIterator[None]:
    """Let an error of ours leave as itself, out of the groups that tasks wrap it in."""
    try:
        yield
    except BaseExceptionGroup as group:
        error: BaseException = group
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        if isinstance(error, HarnessError):
            raise error from group
        raise
