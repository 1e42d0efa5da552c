"""A poll waits some milliseconds for the write of a function that is at work: see `deferred_polls` of API Gateway.

Else the first poll of a client that polls every 50 ms comes some milliseconds before the write, and the second 50 ms
after the first.
"""

from emulator.event_source.deliveries import DELIVERIES
from emulator.http import fast_path


def apply() -> None:
    """Let polls look whether functions are at work."""
    fast_path.POLLS = fast_path.polls_deferred_while(lambda: DELIVERIES.under_way)
