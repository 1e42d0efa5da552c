"""The timer that lets faults heal whose time to live is over, also when nothing comes by that they could hit."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

from emulator.faults.registry import Faults

LOG = logging.getLogger(__name__)

PERIOD_S: Final = 0.25


class Expiry:
    """A thread that lives while any fault is set.

    Args:
        sleep: waits so many seconds between two looks.
    """

    def __init__(self, faults: Faults, sleep: Callable[[float], object] = time.sleep) -> None:
        self._faults = faults
        self._sleep = sleep
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def runs(self) -> bool:
        """Whether there is a thread."""
        with self._lock:
            return self._thread is not None

    def begin(self) -> None:
        """See to it that faults expire; to be called when one has been set."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="faults-expiry", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while self._is_needed():
            try:
                self._faults.expire()
            except Exception:  # a healer that fails must not keep the other faults from healing
                LOG.exception("a fault could not be undone")
            self._sleep(PERIOD_S)

    def _is_needed(self) -> bool:
        """Under the lock, so that `begin` cannot take a thread that is about to end for one that goes on."""
        with self._lock:
            if not self._faults.any:
                self._thread = None
            return self._thread is not None
