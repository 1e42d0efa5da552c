"""Ctrl-C at the moment when a state is reached."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


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
