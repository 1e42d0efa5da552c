"""A disk without room: no regular file of this process, or of those that it started, can grow.

The system's limit on the size of files does it, for this process alone: a write fails with EFBIG where a full disk
would say ENOSPC. Files can still be made, read, renamed and removed, and pipes and sockets do not know of it.
"""

import logging
import resource
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Final

import psutil

LOG = logging.getLogger(__name__)

type Limits = tuple[int, int]
"""What is enforced, and up to what the process may raise that itself."""

NO_ROOM: Final = 0


def is_full() -> bool:
    """Whether no file of this process can grow."""
    return resource.getrlimit(resource.RLIMIT_FSIZE)[0] == NO_ROOM


class FullDisk:
    """The limit on this process and on those below it. Any thread may use it.

    Args:
        descendants: the PIDs of what this process started, and of what those did.
    """

    def __init__(self, descendants: Callable[[], Iterable[int]] | None = None) -> None:
        self._descendants = descendants or _descendants
        self._lock = threading.Lock()
        self._holders: set[object] = set()
        self._before: Limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        self._since_s = 0.0

    def fill(self, holder: object) -> None:
        """Leave no room until `holder`, and whoever else wants it so, gives it back."""
        with self._lock:
            if not self._holders:
                self._before = resource.getrlimit(resource.RLIMIT_FSIZE)
                self._since_s = time.time()
                LOG.warning("the disk is full from now on: lines of this log may be lost until it has room again")
                self._set(NO_ROOM)
            self._holders.add(holder)

    def give_back(self, holder: object) -> None:
        """Give the room back that `holder` took, if nobody else wants it taken. Nothing happens the second time."""
        with self._lock:
            if holder not in self._holders:
                return
            self._holders.remove(holder)
            if not self._holders:
                self._set(self._before[0])
                lost = f"what was logged in the {time.time() - self._since_s:.1f} s before may be lost"
                LOG.warning("the disk has room again: %s", lost)

    def _set(self, most_bytes: int) -> None:
        """Set what is enforced: first for this process, so that what it starts meanwhile inherits it."""
        if signal.getsignal(signal.SIGXFSZ) is not signal.SIG_IGN:
            raise RuntimeError("SIGXFSZ is not ignored: the first write would end the engine")
        resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, self._before[1]))
        if hasattr(resource, "prlimit"):  # Linux has it
            for pid in self._descendants():
                with suppress(OSError):  # it has ended, or become another user's
                    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
                    resource.prlimit(pid, resource.RLIMIT_FSIZE, (most_bytes, hard))


def _descendants() -> Iterator[int]:
    for process in psutil.Process().children(recursive=True):
        yield process.pid
