"""How many batches are on their way through functions: what they come to write is waited for."""

import threading
from typing import Final


class Deliveries:
    """A count that any thread may change."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way = 0

    @property
    def under_way(self) -> bool:
        """Whether there is any."""
        return self._under_way > 0

    def begin(self) -> None:
        """Count a batch that was taken off its queue."""
        with self._lock:
            self._under_way += 1

    def end(self) -> None:
        """Count it no more: the function is done with it."""
        with self._lock:
            self._under_way -= 1


# Of the engine's pollers, all of them.
DELIVERIES: Final = Deliveries()
