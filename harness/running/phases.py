"""Where the time of a whole command goes, phase by phase. This is the edge's clock, not the driver's."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import psutil


class Phases:
    """Named durations in the order in which they came.

    Args:
        before: phases that were over before this process began, in milliseconds.
    """

    def __init__(self, before: Mapping[str, float]) -> None:
        own_ms = (time.time() - psutil.Process().create_time()) * 1000
        self.durations_ms = {**before, "start-up": max(0.0, own_ms)}
        self._before_ms = sum(self.durations_ms.values())
        self._began_s = time.perf_counter()

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Add the time that the block takes, however it ends."""
        began_s = time.perf_counter()
        try:
            yield
        finally:
            self.durations_ms[name] = (time.perf_counter() - began_s) * 1000

    def total_ms(self) -> float:
        """Return the time until now, what was before this process included."""
        return self._before_ms + (time.perf_counter() - self._began_s) * 1000
