"""Faults and what is answered in the server's own thread, where nothing may wait (`emulator.http`).

There a thing is only asked about. One that nothing hits goes on; one that is hit is left to LocalStack's own way, in a
thread of its own, where it comes by again and is hit.
"""

from localstack.http import Request

from emulator.faults.registry import FAULTS
from model.faults.fault import Thing
from model.faults.kinds import Place


class TakenRequest(Request):
    """A request that is answered in the server's thread."""


class HitError(Exception):
    """What is asked for in the server's thread is hit by a fault; nothing has been done about it."""


def require_spared(place: Place, thing: Thing) -> None:
    """Go on if no fault hits a thing.

    Raises:
        HitError: one does.
    """
    if not FAULTS.spares(place, thing):
        raise HitError
