"""What a database is given from outside: the time, and identifiers that nobody else has."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Host:
    """Time and randomness, real or simulated.

    Attributes:
        utc_now: returns the date and time, in UTC: of what is created, of a stream's records, of transactions' tokens.
        monotonic_s: returns seconds that never go back: by these, writes are seen late.
        new_uuid: returns another UUID each time.
    """

    utc_now: Callable[[], datetime]
    monotonic_s: Callable[[], float]
    new_uuid: Callable[[], UUID]
