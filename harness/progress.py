"""How far a run is, on standard error: a bar on a terminal, a line every second elsewhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from harness.flow import FlowEnding
from harness.run import ProgressView
from harness.tally import Tally

_BAR_INTERVAL_S: Final = 0.1
_LINE_INTERVAL_S: Final = 1.0


@contextmanager
def show_progress(console: Console) -> Iterator[ProgressView]:
    """Show progress on this console while the block runs."""
    if not console.is_terminal:
        yield LineProgress(console)
        return
    columns = [TextColumn("flows"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()]
    with Progress(*columns, TextColumn("{task.fields[problems]}"), console=console, transient=True) as bar:
        yield BarProgress(bar, bar.add_task("flows", total=None, problems=""))


class LineProgress:
    """One line a tick. It implements `harness.run.ProgressView`."""

    tick_interval_s = _LINE_INTERVAL_S

    def __init__(self, console: Console) -> None:
        self._console = console
        self._began_s = time.perf_counter()

    def tick(self, tally: Tally) -> None:
        """Print where the run is."""
        elapsed_s = time.perf_counter() - self._began_s
        line = f"flows: {_ended(tally)} of {tally.asked} ended after {elapsed_s:.1f} s{_problems(tally)}"
        self._console.print(line, highlight=False, soft_wrap=True)


class BarProgress:
    """A bar. It implements `harness.run.ProgressView`."""

    tick_interval_s = _BAR_INTERVAL_S

    def __init__(self, bar: Progress, task: TaskID) -> None:
        self._bar = bar
        self._task = task

    def tick(self, tally: Tally) -> None:
        """Move the bar."""
        self._bar.update(self._task, completed=_ended(tally), total=tally.asked, problems=_problems(tally))


def _ended(tally: Tally) -> int:
    return tally.asked - tally.not_started


def _problems(tally: Tally) -> str:
    counts = {"failed": tally.ended(FlowEnding.FAILED), "not answered": tally.ended(FlowEnding.UNREACHABLE)}
    return "".join(f", {count} {what}" for what, count in counts.items() if count)
