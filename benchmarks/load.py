"""Drives a deployed stack for a time, and returns rates: flows by some clients, or one call over and over."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from harness.aiohttp_transport import AiohttpTransport
from harness.api_client import Accepted, Answer, CreateResult, NewUser, StatusResult, UsersApi, Visible
from harness.driver import drive
from harness.errors import UnavailableError
from harness.flow import FlowEnding, FlowPolicy, FlowResult
from harness.statistics import Durations, Quantiles
from harness.workload import FlowPlan, Workload

POLICY: Final = FlowPolicy(poll_interval_s=0.05, flow_timeout_s=30, call_timeout_s=30)
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


def drive_flows(api_url: str, clients: int, *, window_s: float, seed: int, most: int = _MOST_FLOWS) -> FlowFigures:
    """Make flows for a time and see all of them to their end.

    Args:
        api_url: the base URL of the API, without a slash at its end.
        clients: how many flows there are at once.
        window_s: how long flows are begun.
        seed: what to send.
        most: how many flows are made at most.

    Raises:
        UnavailableError: no flow completed.
    """
    results: list[FlowResult] = []

    async def driving() -> None:
        async with AiohttpTransport(clients) as transport:
            workload = TimedWorkload(seed, most, window_s=window_s)
            await drive(
                workload, transport, api_url, POLICY, clients=clients, on_result=results.append, on_tick=lambda: None
            )

    asyncio.run(driving())
    return flow_figures(results, clients)


def flow_figures(results: Sequence[FlowResult], clients: int) -> FlowFigures:
    """Return the figures of flows that have ended. Pure.

    Raises:
        UnavailableError: none of them completed.
    """
    completed = [result for result in results if result.ending is FlowEnding.COMPLETED]
    if not completed:
        reason = results[0].reason if results else "none was made"
        raise UnavailableError(f"flows by {clients} clients: {reason}; `harness run` shows what is wrong")
    visible = Durations()
    for result in results:
        visible.record(result.visible.upper_s if result.visible else POLICY.flow_timeout_s)
    began_s = min(result.operations[0].started_s for result in results)
    ended_s = max(result.operations[-1].ended_s for result in completed)
    return FlowFigures(
        len(completed), len(results) - len(completed), len(completed) / (ended_s - began_s), visible.quantiles()
    )


def status_rate(api_url: str, message_id: str, *, connections: int, window_s: float) -> float:
    """Return how many `GET /status` of a visible message are answered in a second."""

    async def ask(api: UsersApi) -> Answer[StatusResult]:
        return await api.status(message_id, _CALL_TIMEOUT_S)

    return _rate(api_url, ask, Visible, connections, window_s)


def create_rate(api_url: str, *, connections: int, window_s: float) -> float:
    """Return how many `POST /users` are accepted in a second."""

    async def ask(api: UsersApi) -> Answer[CreateResult]:
        return await api.create(NewUser("Ada Lovelace", "ada@example.com"), _CALL_TIMEOUT_S)

    return _rate(api_url, ask, Accepted, connections, window_s)


def _rate[R](
    api_url: str,
    ask: Callable[[UsersApi], Awaitable[Answer[R]]],
    expected: type[object],
    connections: int,
    window_s: float,
) -> float:
    """Make a call over and over on each connection; every answer must be of the expected type."""

    async def measure() -> float:
        async with AiohttpTransport(connections) as transport:
            api = UsersApi(transport, api_url)
            clock = asyncio.get_running_loop().time

            async def one_connection(until_s: float) -> int:
                answered = 0
                while clock() < until_s:
                    answer = await ask(api)
                    if not isinstance(answer.result, expected):
                        raise UnavailableError(f"{api_url}: not {expected.__name__} but {answer.result}")
                    answered += 1
                return answered

            began_s = clock()
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(one_connection(began_s + window_s)) for _ in range(connections)]
            return sum(task.result() for task in tasks) / (clock() - began_s)

    return asyncio.run(measure())
