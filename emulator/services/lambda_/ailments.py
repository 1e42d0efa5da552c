"""What ails one invocation on purpose. A value; `emulator.services.lambda_.faults` says which."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Ailments:
    """What an execution environment does besides what it should."""

    starts_anew_s: float | None = None
    """It is replaced by a new one, whose start takes so many seconds more; None: it is not."""
    fails_to_start: bool = False
    """It is replaced by one that cannot be initialized."""
    stands_still_s: float = 0
    """It does nothing for so many seconds of its time, before it is given the event."""
    is_killed: bool = False
    """Its process is killed when it has the event, as for want of memory."""


HEALTHY: Final = Ailments()
