"""What was broken on purpose, for a person at a terminal. No I/O."""

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.table import Table

from harness.terminal.tables import QUANTILE_COLUMNS, quantile_cells, table_of
from harness.timing import TIMINGS, FaultFigures, FaultPeriod, FaultSummary, Recovery


def faults_as_text(figures: FaultFigures) -> Iterator[RenderableType]:
    """Return a table of the faults, and the figures of flows that were hit beside those of flows that were not."""
    yield _faults_table(figures)
    yield _split_table(figures)


def fault_called(fault: FaultSummary) -> str:
    """Return a fault's name, and its kind where that is another word."""
    return fault.name if fault.name == fault.kind else f"{fault.name} ({fault.kind})"


def periods_in_words(periods: Sequence[FaultPeriod]) -> str:
    """Return when a fault was active, in seconds."""
    spans = [f"{each.from_s:.1f}-{'?' if each.until_s is None else f'{each.until_s:.1f}'}" for each in periods]
    return ", ".join(spans) or "never"


def recovery_in_words(recovery: Recovery) -> str:
    """Return how long a run took to recover, or why nobody knows."""
    return f"unknown: {recovery.reason}" if recovery.after_s is None else f"{recovery.after_s:.2f} s"


def _faults_table(figures: FaultFigures) -> Table:
    table = table_of("broken on purpose", "active, s", "could hit", "hit", "flows hit")
    table.add_column("recovered after", overflow="fold")
    for fault in figures.faults:
        recoveries = [recovery_in_words(each) for each in figures.recoveries if each.fault == fault.name]
        counts = ["?" if count is None else str(count) for count in (fault.eligible, fault.fired)]
        active = periods_in_words(fault.periods)
        recovered = ", ".join(dict.fromkeys(recoveries)) or "-"
        table.add_row(fault_called(fault), active, *counts, str(fault.flows_hit), recovered)
    return table


def _split_table(figures: FaultFigures) -> Table:
    table = table_of("milliseconds, by whether a fault hit the flow", *QUANTILE_COLUMNS)
    for name in dict.fromkeys((*figures.hit, *figures.not_hit)):
        for words, timings in (("hit", figures.hit), ("not hit", figures.not_hit)):
            if name in timings:
                table.add_row(f"{TIMINGS[name]}: {words}", *quantile_cells(timings[name]))
    return table
