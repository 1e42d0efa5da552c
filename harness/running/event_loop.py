"""The event loop that the harness runs on: uvloop's where it is installed and serves, else asyncio's own."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any


def run_loop[T](coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end on a loop of its own, and return what it returns.

    Raises:
        KeyboardInterrupt: Ctrl-C was pressed; the coroutine was cancelled, and had its time to end.
    """
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(coroutine)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return what makes a loop; None: asyncio's own."""
    try:
        import uvloop  # noqa: PLC0415  - it is not on every system
    except ImportError:
        return None

    class PreciseLoop(uvloop.Loop):
        """uvloop's, but for its clock, which has whole milliseconds only and stands still within one turn."""

        def time(self) -> float:
            return time.monotonic()

    return PreciseLoop
