"""Waiting for a state with a deadline, and Ctrl-C at the moment when it is reached."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


def wait_until(reached: Callable[[], bool], timeout_s: float = 20) -> None:
    """Return when it is reached, and fail when it is not in time."""
    deadline_s = time.monotonic() + timeout_s
    pause = threading.Event()
    while not reached():
        assert time.monotonic() < deadline_s, f"not reached within {timeout_s} s"
        pause.wait(0.01)


@contextmanager
def interrupt_when(reached: Callable[[], bool]) -> Iterator[None]:
    """Send this process SIGINT, as Ctrl-C does, when it is reached while the block runs."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.01):
            if reached():
                os.kill(os.getpid(), signal.SIGINT)
                return

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
