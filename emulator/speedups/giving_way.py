"""A poll waits some milliseconds for the write of a function that is at work: see `emulator.data_plane.giving_way`.

Else the first poll of a client that polls every 50 ms comes some milliseconds before the write, and the second 50 ms
after the first.
"""

from emulator.data_plane import offers
from emulator.services.lambda_.event_source.deliveries import DELIVERIES


def apply() -> None:
    """Let polls look whether functions are at work."""
    offers.POLLS = offers.giving_way_while(lambda: DELIVERIES.under_way)
