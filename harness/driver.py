"""Drives a workload as a closed loop: so many clients, each making one flow after the other.

Every wait is the event loop's; results are handed on as they come, and none is kept.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from harness.api_client import UsersApi
from harness.flow import Flow, FlowEnding, FlowPolicy, FlowResult
from harness.transport import Transport
from harness.workload import Workload

_ABANDON_AFTER: Final = 10


async def drive(
    workload: Workload,
    transport: Transport,
    api_url: str,
    policy: FlowPolicy,
    *,
    clients: int,
    on_result: Callable[[FlowResult], None],
    on_tick: Callable[[], None],
    tick_interval_s: float = 1.0,
) -> str | None:
    """Make every flow of a workload, `clients` at a time.

    Args:
        workload: what to send.
        transport: how to send it.
        api_url: the base URL of the API, without a slash at its end.
        policy: how a client polls, and how long it waits.
        clients: how many flows there are at once, at most.
        on_result: gets every flow that was begun, as it ends; when this call is cancelled, also those
            that were in the middle, so that what was done can still be judged.
        on_tick: called every `tick_interval_s` while flows are made, also when none ends.
        tick_interval_s: see `on_tick`.

    Returns:
        None, or why the rest of the workload was abandoned: so many flows in a row got no answer
        (twice as many as there are clients, ten at least) that nobody seems to be there.
    """
    api = UsersApi(transport, api_url)
    plans = workload.plans()
    watch = _UnreachableWatch(limit=max(_ABANDON_AFTER, 2 * clients))

    async def be_a_client() -> None:
        while not watch.abandoned and (plan := next(plans, None)):
            flow = Flow(plan, api, policy)
            try:
                await flow.run()
            finally:
                on_result(flow.result())
            watch.see(flow.result())

    async def tick() -> None:
        while True:
            on_tick()
            await asyncio.sleep(tick_interval_s)

    async with asyncio.TaskGroup() as watching:
        ticker = watching.create_task(tick())
        async with asyncio.TaskGroup() as driving:
            for _ in range(min(clients, workload.flows)):
                driving.create_task(be_a_client())
        ticker.cancel()
    return watch.abandoned


class _UnreachableWatch:
    """Notices that flow after flow gets no answer."""

    def __init__(self, limit: int) -> None:
        self.abandoned: str | None = None
        self._limit = limit
        self._in_a_row = 0

    def see(self, result: FlowResult) -> None:
        self._in_a_row = self._in_a_row + 1 if result.ending is FlowEnding.UNREACHABLE else 0
        if self._in_a_row == self._limit:
            self.abandoned = f"{self._limit} flows in a row got no answer; the last: {result.reason}"
