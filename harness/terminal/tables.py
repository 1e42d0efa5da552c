"""Tables for a terminal that several parts of a report share. No I/O."""

from collections.abc import Iterator
from typing import Final

from rich import box
from rich.table import Table

from harness.timing.statistics import Quantiles

QUANTILE_COLUMNS: Final = ("count", "p50", "p90", "p99", "p99.9", "max")
_NO_DECIMALS_FROM_MS: Final = 1000


def table_of(first: str, *others: str) -> Table:
    """Return an empty table, its first column to the left and the others to the right."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(first, no_wrap=True)
    for other in others:
        table.add_column(other, justify="right", no_wrap=True)
    return table


def quantile_cells(quantiles: Quantiles) -> Iterator[str]:
    """Return a row's cells below `QUANTILE_COLUMNS`."""
    yield str(quantiles.count)
    for value_ms in (quantiles.p50_ms, quantiles.p90_ms, quantiles.p99_ms, quantiles.p999_ms, quantiles.max_ms):
        yield "-" if value_ms is None else _short_ms(value_ms)


def _short_ms(value_ms: float) -> str:
    """Return milliseconds with as many decimals as a table of 80 columns has room for."""
    return f"{value_ms:.1f}" if value_ms < _NO_DECIMALS_FROM_MS else f"{value_ms:.0f}"
