"""How long a reading of many pages may go on, and how it is called off: reading happens in a thread."""

import threading
import time
from dataclasses import dataclass, field

from harness.observation import ObservationError


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading, asked before each of its pages whether it may go on. A page is bounded by its client's timeouts."""

    ends_at_s: float
    """On the monotonic clock."""
    _called_off: threading.Event = field(default_factory=threading.Event)

    @classmethod
    def within(cls, timeout_s: float) -> "Reading":
        """Return a reading that begins now."""
        return cls(time.monotonic() + timeout_s)

    def call_off(self) -> None:
        """Let it end at its next page. Can be called from any thread."""
        self._called_off.set()

    def go_on(self, what: str, so_far: str) -> None:
        """Return if there is time for another page.

        Args:
            what: what is read, for a person.
            so_far: how much of it there was, for a person.

        Raises:
            ObservationError: there is none.
        """
        if self._called_off.is_set():
            raise ObservationError(f"{what}: not read to its end, interrupted after {so_far}")
        if time.monotonic() > self.ends_at_s:
            raise ObservationError(f"{what}: not read to its end in time, only {so_far}")
