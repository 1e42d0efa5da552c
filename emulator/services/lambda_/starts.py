"""Which runtime processes may start now, and how what waits for its turn, or for a processor, is not charged for it.

A start is nothing but work for a processor. On AWS each has its own; here ten at once would each take ten times as
long, and run into the time-outs of their invocations, after which all of them start again. Where the machine is busy
with something else, even one alone would, again and again.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, Protocol

from emulator.services.lambda_.runtime import Exited
from emulator.services.lambda_.runtime_api import Event

_LONGEST_WAIT_S: Final = 2.0
"""A function that waits for something else while it initializes holds up the others no longer than this."""
_MOST_EXCUSED_S: Final = 10.0
"""Of one start: a machine that gives it no processor for longer is not fit for it."""


class Starting(Protocol):
    """A process that starts. `emulator.services.lambda_.runtime.Runtime` is one."""

    def wait(self, deadline: float) -> Event | Exited | None:
        """Return the next thing that it says or does, or None at the deadline."""
        ...

    def waited_for_processor_s(self) -> float:
        """Return how long it could have gone on, and had no processor."""
        ...


class Allowance:
    """The time that an initialization or an invocation may take, from now on. Times are `time.monotonic`'s.

    Args:
        seconds: how much.
        clock: seconds that never go back.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._began = clock()

    @property
    def deadline(self) -> float:
        """When it is used up."""
        return self._began + self._seconds

    @property
    def used_s(self) -> float:
        """How much of it is used."""
        return self._clock() - self._began

    @property
    def left_s(self) -> float:
        """How much is left: nothing, at the least."""
        return max(0.0, self.deadline - self._clock())

    def excuse(self, seconds: float) -> None:
        """Do not charge it for so many seconds that are over."""
        self._began += seconds


class Starts:
    """Turns for what starts.

    Args:
        at_once: how many have one at the same time.
        longest_wait_s: who has waited so long starts without one.
    """

    def __init__(self, at_once: int, longest_wait_s: float = _LONGEST_WAIT_S) -> None:
        self._turns = threading.BoundedSemaphore(at_once)
        self._longest_wait_s = longest_wait_s

    @contextmanager
    def turn(self, allowance: Allowance) -> Iterator[None]:
        """Wait for a turn, and have it while the block runs; the wait is not the allowance's."""
        waits_from_s = time.monotonic()
        has_turn = self._turns.acquire(timeout=self._longest_wait_s)
        try:
            allowance.excuse(time.monotonic() - waits_from_s)
            yield
        finally:
            if has_turn:
                self._turns.release()


def wait_for_start(runtime: Starting, allowance: Allowance) -> Event | Exited | None:
    """Return the first thing that a process says or does, or None when the allowance is used up.

    What it waited for a processor is not charged.
    """
    excused_s = 0.0
    while True:
        event = runtime.wait(allowance.deadline)
        more_s = min(runtime.waited_for_processor_s(), _MOST_EXCUSED_S) - excused_s
        allowance.excuse(more_s)
        excused_s += more_s
        if event is not None or not allowance.left_s:
            return event


STARTS: Final = Starts(os.process_cpu_count() or 1)
"""The engine's."""
