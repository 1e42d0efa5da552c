"""The run's clock: the event loop's, from a zero of the run's own, in whole microseconds."""

import asyncio
import time
from dataclasses import dataclass
from typing import Self

_DECIMALS = 6


def whole_microseconds(time_s: float) -> float:
    """Return a time as the clock tells it, so that times which are meant to be the same are."""
    return round(time_s, _DECIMALS)


@dataclass(frozen=True, slots=True)
class RunClock:
    """Tells and waits for times in seconds after the run's start."""

    loop: asyncio.AbstractEventLoop
    zero_s: float
    """The run's start on the loop's clock."""
    wall_clock_zero_s: float
    """The same in Unix time, to set the server's own times beside ours; nothing is measured by it."""

    @classmethod
    def start(cls) -> Self:
        """Return a clock that begins now, on the loop that runs."""
        loop = asyncio.get_running_loop()
        return cls(loop, loop.time(), whole_microseconds(time.time()))

    def now_s(self) -> float:
        """Return the time."""
        return whole_microseconds(self.loop.time() - self.zero_s)

    async def wait_until(self, time_s: float) -> None:
        """Return when it is that time or later; at once if it is. It never returns too early."""
        # Asked again, since a loop's timer may be a little early.
        while (left_s := whole_microseconds(time_s - self.now_s())) > 0:  # noqa: ASYNC110  - no event tells the time
            await asyncio.sleep(left_s)
