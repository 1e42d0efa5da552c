"""Drives a workload: so many clients in a closed loop, or flows that start when it is their time, in an open one.

Every wait is the run's clock's. What happens is told to a recorder as it happens, and nothing of it is kept here: of a
million flows, only those in flight are in memory.
"""

import asyncio
from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count
from typing import Final

from harness.callers import ANYBODY, Callers
from harness.clock import RunClock, whole_microseconds
from harness.driving.api_client import AsyncApi
from harness.driving.availability import Availability
from harness.driving.flow import Flow, FlowDependencies
from harness.history.recorder import Recorder
from harness.operations import FlowEnding
from harness.transport import Transport
from harness.workload import FlowPlan, Workload
from harness.workload.arrival import ClosedLoop, OpenLoop, schedule

_ABANDON_AFTER: Final = 10
_LONGEST_HOLD_S: Final = 0.01


async def drive(
    workload: Workload,
    transport: Transport,
    api: str | Availability,
    recorder: Recorder,
    *,
    on_tick: Callable[[], None] = lambda: None,
    tick_interval_s: float = 1.0,
    clock: RunClock | None = None,
    callers: Callers = ANYBODY,
) -> str | None:
    """Make every flow of a workload, and never more at once than it says.

    While the run itself has taken the API away, a client of a closed loop that got no answer waits until it is back; an
    open loop goes on.

    When this call is cancelled, the flows that are in the middle end at once, as interrupted, and the recorder hears
    of it.

    Args:
        workload: what to send, and when.
        transport: how to send it. It should have a connection for each flow that there may be at once.
        api: the base URL of the API, without a slash at its end; or where it is, if that may go away and come back.
        recorder: hears of everything.
        on_tick: called every `tick_interval_s` while flows are made, also when none ends.
        tick_interval_s: see `on_tick`.
        clock: the run's; a new one, if there is none yet.
        callers: who calls.

    Returns:
        None, or why the rest of the workload was abandoned: so many flows in a row got no answer (twice as many as
        were in flight together, ten at least) that nobody seems to be there.

    Raises:
        ExceptionGroup: what the recorder raised, or `on_tick`; it ended the run.
    """
    clock = clock or RunClock.start()
    # A request says whose it is only where faults are to hit the same flows each time.
    trace_seed = workload.seed if workload.faults else None
    where = Availability(api) if isinstance(api, str) else api
    client = AsyncApi(transport, where, workload.shape, trace_seed=trace_seed, caller=callers.authorized_caller)
    driver = _Driver(FlowDependencies(workload, client, recorder, clock, count(), where, callers.strangers))

    async def tick() -> None:
        while True:
            on_tick()
            await asyncio.sleep(tick_interval_s)

    async with asyncio.TaskGroup() as watching:
        ticker = watching.create_task(tick())
        match workload.arrival:
            case ClosedLoop(clients):
                await driver.drive_closed(clients)
            case open_loop:
                await driver.drive_open(open_loop)
        ticker.cancel()
    return driver.abandoned


class _Driver:
    """Makes flows, counts how many there are at once, and notices when nobody answers."""

    def __init__(self, dependencies: FlowDependencies) -> None:
        self.abandoned: str | None = None
        self._dependencies = dependencies
        self._where = dependencies.where
        self._in_flight = 0
        self._most_in_flight = 0
        self._unreachable_in_a_row = 0

    async def drive_closed(self, clients: int) -> None:
        """Let so many clients make one flow after the other."""
        workload = self._dependencies.workload
        plans = workload.plans()

        async def be_a_client(process: int) -> None:
            while not self.abandoned and (plan := next(plans, None)):
                ending = await self._make(plan, process)
                if ending is not FlowEnding.COMPLETED:
                    await self._where.wait_until_back()

        async with asyncio.TaskGroup() as driving:
            for process in range(min(clients, workload.asked)):
                driving.create_task(be_a_client(process))

    async def drive_open(self, arrival: OpenLoop) -> None:
        """Start each flow when it is its time, whatever became of the others; pass over one that is one too many."""
        workload, clock = self._dependencies.workload, self._dependencies.clock
        began_s = clock.now_s()
        held_since_s = began_s
        free: list[int] = list(range(arrival.most_in_flight))

        async def be_a_place(plan: FlowPlan, process: int, scheduled_s: float) -> None:
            try:
                await self._make(plan, process, scheduled_s)
            finally:
                heappush(free, process)

        async with asyncio.TaskGroup() as driving:
            # A flow keeps its own time, also where those before it are left out.
            times_s = schedule(arrival, workload.flows, workload.seed)
            numbers = iter(workload.flow_numbers())
            wanted = next(numbers, None)
            for number, after_s in enumerate(times_s):
                if wanted is None:
                    break
                if number != wanted:
                    continue
                wanted, plan = next(numbers, None), workload.plan(number)
                scheduled_s = whole_microseconds(began_s + after_s)
                if scheduled_s > clock.now_s():
                    await clock.wait_until(scheduled_s)
                    held_since_s = clock.now_s()
                elif clock.now_s() - held_since_s > _LONGEST_HOLD_S:
                    await asyncio.sleep(0)  # many are due at once: let those that were started go on
                    held_since_s = clock.now_s()
                if self.abandoned:
                    break
                if free:
                    driving.create_task(be_a_place(plan, heappop(free), scheduled_s))
                else:
                    self._dependencies.recorder.flow_not_started(plan.number, scheduled_s)

    async def _make(self, plan: FlowPlan, process: int, scheduled_s: float | None = None) -> FlowEnding:
        flow = Flow(plan, self._dependencies, process, scheduled_s)
        self._in_flight += 1
        self._most_in_flight = max(self._most_in_flight, self._in_flight)
        try:
            await flow.run()
        finally:
            self._in_flight -= 1
        self._watch(flow)
        return flow.ending

    def _watch(self, flow: Flow) -> None:
        """Notice that flow after flow gets no answer, where one can be expected."""
        if self._where.gone:
            self.abandoned = self._where.gone
        if self._where.is_away:
            return
        if flow.ending is not FlowEnding.UNREACHABLE:
            self._unreachable_in_a_row = 0
            return
        self._unreachable_in_a_row += 1
        limit = max(_ABANDON_AFTER, 2 * self._most_in_flight)
        if self._unreachable_in_a_row >= limit and not self.abandoned:
            in_a_row = self._unreachable_in_a_row
            self.abandoned = f"{in_a_row} flows in a row got no answer; the last: {flow.reason}"
