"""What a fault holds back for a time, and what comes out at once when the fault heals."""

import threading
from collections.abc import Callable
from typing import Final


class Held:
    """Things that are held, each with what lets it go. Any thread may use it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._timers: dict[threading.Timer, Callable[[], object]] = {}

    def hold(self, for_s: float, release: Callable[[], object]) -> None:
        """Call `release` once, after so many seconds or when all are released."""
        timer = threading.Timer(for_s, lambda: self._release(timer))
        timer.daemon = True
        with self._lock:
            self._timers[timer] = release
        timer.start()

    def release_all(self) -> None:
        """Let all go now."""
        with self._lock:
            timers = tuple(self._timers)
        for timer in timers:
            timer.cancel()
            self._release(timer)

    def _release(self, timer: threading.Timer) -> None:
        with self._lock:
            release = self._timers.pop(timer, None)
        if release is not None:
            release()


HELD: Final = Held()
