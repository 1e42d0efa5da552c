"""Drives a deployed stack for a time, and returns rates: flows by some clients, or one call over and over."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from benchmarks.kept_flows import drive_and_keep
from harness.callers import ANYBODY, Caller, Callers
from harness.driving.aiohttp_transport import AiohttpTransport
from harness.driving.api_client import Answer, AsyncApi
from harness.errors import UnavailableError
from harness.history import FlowHistory
from harness.operations import FlowEnding, Meaning
from harness.running.event_loop import run_loop
from harness.shape.users import USERS_API
from harness.timing.flow_times import visible_bounds
from harness.timing.statistics import Durations, Quantiles
from harness.workload import Deadlines, FlowPlan, Workload
from harness.workload.arrival import ClosedLoop
from harness.workload.payloads import PayloadMix
from harness.workload.polling import FixedInterval

DEADLINES: Final = Deadlines(call_timeout_s=30, flow_timeout_s=30)
POLLING: Final = FixedInterval(0.05)
MIX: Final = PayloadMix(unicode_share=0, hostile_share=0.2, limit_share=0, invalid_share=0)
_CALL_TIMEOUT_S: Final = 30
_MOST_FLOWS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class TimedWorkload(Workload):
    """A workload that begins no flow once its window is over."""

    window_s: float = 0
    began_s: float = field(default_factory=time.monotonic)

    def plans(self) -> Iterator[FlowPlan]:
        """Return flows in order, until the window is over or there are no more."""
        for plan in super(TimedWorkload, self).plans():
            if time.monotonic() - self.began_s > self.window_s:
                return
            yield plan


@dataclass(frozen=True, slots=True)
class FlowFigures:
    """What came of some flows."""

    completed: int
    not_completed: int
    per_s: float
    """Completed flows a second, from the first call to the last completed flow's end."""
    visible: Quantiles
    """Create to visible; a flow that was not visible in time counts with its whole time."""


def drive_flows(
    api_url: str, clients: int, *, window_s: float, seed: int, most: int = _MOST_FLOWS, callers: Callers = ANYBODY
) -> FlowFigures:
    """Make flows for a time and see all of them to their end.

    Args:
        api_url: the base URL of the API, without a slash at its end.
        clients: how many flows there are at once.
        window_s: how long flows are begun.
        seed: what to send.
        most: how many flows are made at most.
        callers: whose flows they are.

    Raises:
        UnavailableError: no flow completed.
    """
    workload = TimedWorkload(
        seed,
        most,
        arrival=ClosedLoop(clients),
        payloads=MIX,
        polling=POLLING,
        deadlines=DEADLINES,
        confirming_polls=0,
        window_s=window_s,
    )
    return flow_figures(drive_and_keep(workload, api_url, clients, callers), clients)


def flow_figures(flows: Sequence[FlowHistory], clients: int) -> FlowFigures:
    """Return the figures of flows that have ended. Pure.

    Raises:
        UnavailableError: none of them completed.
    """
    completed = [flow for flow in flows if flow.ending is FlowEnding.COMPLETED]
    if not completed:
        reason = flows[0].reason if flows else "none was made"
        raise UnavailableError(f"flows by {clients} clients: {reason}; `harness run` shows what is wrong")
    visible = Durations()
    for flow in flows:
        bounds = visible_bounds(flow)
        visible.record(bounds.upper_s if bounds else DEADLINES.flow_timeout_s)
    began_s = min(flow.operations[0].started_s for flow in flows)
    ended_s = max(flow.operations[-1].ended_s for flow in completed)
    return FlowFigures(
        len(completed), len(flows) - len(completed), len(completed) / (ended_s - began_s), visible.quantiles()
    )


def status_rate(
    api_url: str, message_id: str, *, connections: int, window_s: float, caller: Caller | None = None
) -> float:
    """Return how many `GET /status` of a visible message are answered in a second."""

    async def ask(api: AsyncApi) -> Answer:
        return await api.status(message_id, _CALL_TIMEOUT_S)

    return _rate(api_url, ask, Meaning.VISIBLE, connections, window_s, caller=caller)


def create_rate(api_url: str, *, connections: int, window_s: float) -> float:
    """Return how many `POST /users` are accepted in a second."""

    async def ask(api: AsyncApi) -> Answer:
        return await api.create({"name": "Ada Lovelace", "email": "ada@example.com"}, _CALL_TIMEOUT_S)

    return _rate(api_url, ask, Meaning.ACCEPTED, connections, window_s)


def _rate(
    api_url: str,
    ask: Callable[[AsyncApi], Awaitable[Answer]],
    expected: Meaning,
    connections: int,
    window_s: float,
    *,
    caller: Caller | None = None,
) -> float:
    """Make a call over and over on each connection; every answer must have the expected meaning."""

    async def measure() -> float:
        async with AiohttpTransport(connections) as transport:
            api = AsyncApi(transport, api_url, USERS_API, caller=caller)
            clock = asyncio.get_running_loop().time

            async def one_connection(until_s: float) -> int:
                answered = 0
                while clock() < until_s:
                    answer = await ask(api)
                    if answer.meaning is not expected:
                        raise UnavailableError(f"{api_url}: not {expected} but {answer.in_words()}")
                    answered += 1
                return answered

            began_s = clock()
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(one_connection(began_s + window_s)) for _ in range(connections)]
            return sum(task.result() for task in tasks) / (clock() - began_s)

    return run_loop(measure())
