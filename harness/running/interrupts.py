"""Ctrl-C, put off while something must not be left half done."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Interrupt:
    """Whether Ctrl-C was pressed."""

    seen = False


@contextmanager
def put_off() -> Iterator[Interrupt]:
    """Note a Ctrl-C instead of raising it, for a block that is bounded in time. For the main thread only."""
    interrupt = Interrupt()

    def note(_signal: int, _frame: FrameType | None) -> None:
        interrupt.seen = True

    previous = signal.signal(signal.SIGINT, note)
    try:
        yield interrupt
    finally:
        signal.signal(signal.SIGINT, previous)
