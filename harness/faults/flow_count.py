"""Counts the flows of a run that have ended, for what is to happen when so many have."""

import asyncio
import math

from harness.history.recorder import Invocation
from harness.operations import FlowEnding, Operation
from harness.workload import FlowPlan


class FlowCount:
    """Implements `harness.history.recorder.Recorder`, and lets others wait.

    Args:
        asked: how many flows the run is to make.
    """

    def __init__(self, asked: int) -> None:
        self._asked = asked
        self._over = 0
        self._waiting: list[tuple[int, asyncio.Event]] = []

    async def wait_for_share(self, share: float) -> None:
        """Return when this share of the flows is over, from 0 to 1: at least one, and not the last."""
        wanted = min(max(1, math.ceil(share * self._asked)), self._asked - 1)
        if self._over >= wanted:
            return
        reached = asyncio.Event()
        self._waiting.append((wanted, reached))
        await reached.wait()

    def flow_begins(self, plan: FlowPlan) -> None:
        """See `Recorder`."""

    def call_begins(self, invocation: Invocation) -> None:
        """See `Recorder`."""

    def call_ended(self, invocation: Invocation, operation: Operation) -> None:
        """See `Recorder`."""

    def flow_ended(self, flow: int, ending: FlowEnding, reason: str) -> None:  # noqa: ARG002  - that it ended is enough
        """See `Recorder`."""
        self._count()

    def flow_not_started(self, flow: int, scheduled_s: float) -> None:  # noqa: ARG002  - as above
        """See `Recorder`."""
        self._count()

    def _count(self) -> None:
        self._over += 1
        for wanted, reached in self._waiting:
            if self._over >= wanted:
                reached.set()
