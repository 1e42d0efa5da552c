"""Ctrl-C: heard also by a job in the background, and put off while something must not be left half done."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Interrupt:
    """Whether Ctrl-C was pressed."""

    seen = False


def restore_ctrl_c() -> None:
    """Let SIGINT raise KeyboardInterrupt if this process was started with SIGINT ignored. For the main thread only.

    A shell starts jobs in the background so, and Python then leaves it ignored, here and in every child process. But
    SIGINT is how a run is stopped in order, by a person or by a program, wherever it runs.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


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
