"""How much of each thing is measured: enough of it on each engine, and the whole within minutes. Pure values.

The stock engine gets less of what it would need hours for. What is compared is a rate, a time or a ratio, and
the table's title says how many there were.
"""

from dataclasses import dataclass, replace
from typing import Final


@dataclass(frozen=True, slots=True)
class Effort:
    """What one round does with one engine. In a window new requests are begun; all that were begun count."""

    window_s: float
    """For each of the rates."""
    drained_messages: int
    large_table_users: int
    small_table_users: int = 1000
    most_users_written_s: float = 45
    """How long filling the large table may take; it is then as large as it got."""
    most_drain_s: float = 30
    """How long the queue may take to drain; what was done by then counts."""


OURS_FULL: Final = Effort(window_s=4, drained_messages=5000, large_table_users=100_000)
STOCK_FULL: Final = Effort(window_s=4, drained_messages=150, large_table_users=5000)
OURS_QUICK: Final = replace(OURS_FULL, window_s=2, drained_messages=1000, large_table_users=10_000)
STOCK_QUICK: Final = replace(STOCK_FULL, window_s=2, drained_messages=100, large_table_users=2000)
