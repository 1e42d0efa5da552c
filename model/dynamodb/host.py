"""What a database is given from outside: the time, and identifiers that nobody else has."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Host:
    """Time and randomness, real or simulated."""

    utc_now: Callable[[], datetime]
    """Returns the date and time, in UTC: of what is created, of a stream's records, of transactions' tokens."""
    monotonic_s: Callable[[], float]
    """Returns seconds that never go back: by these, writes are seen late."""
    new_uuid: Callable[[], UUID]
    """Returns another UUID each time."""
