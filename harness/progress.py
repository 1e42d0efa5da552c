"""How a run stands, on standard error: a bar on a terminal, a line every second elsewhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from harness.history import QueueDepths
from harness.operations import FlowEnding
from harness.recording import Standing, View
from harness.timing.statistics import Quantiles

_BAR_INTERVAL_S: Final = 0.1
_LINE_INTERVAL_S: Final = 1.0


@contextmanager
def show_progress(console: Console) -> Iterator[View]:
    """Show progress on this console while the block runs."""
    if not console.is_terminal:
        yield LineProgress(console)
        return
    columns = [TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()]
    with Progress(*columns, TextColumn("{task.fields[detail]}"), console=console, transient=True) as bar:
        yield BarProgress(bar, bar.add_task("looking", total=None, detail=""))


@contextmanager
def show_nothing() -> Iterator[View]:
    """Show no progress while the block runs."""
    yield NoProgress()


class NoProgress:
    """Nothing. It implements `harness.recording.View`."""

    interval_s = _LINE_INTERVAL_S

    def show(self, standing: Standing) -> None:
        """Show nothing."""


class LineProgress:
    """One line a second. It implements `harness.recording.View`."""

    interval_s = _LINE_INTERVAL_S

    def __init__(self, console: Console) -> None:
        self._console = console
        self._began_s = time.perf_counter()
        self._last = ""

    def show(self, standing: Standing) -> None:
        """Print how it stands, unless it stands as it did."""
        progress = standing.progress
        line = f"{standing.stage}: {progress.ended} of {progress.asked} ended, {_detail(standing)}"
        if line != self._last:
            elapsed_s = time.perf_counter() - self._began_s
            self._console.print(f"{elapsed_s:6.1f} s  {line}", highlight=False, soft_wrap=True)
        self._last = line


class BarProgress:
    """A bar. It implements `harness.recording.View`."""

    interval_s = _BAR_INTERVAL_S

    def __init__(self, bar: Progress, task: TaskID) -> None:
        self._bar = bar
        self._task = task

    def show(self, standing: Standing) -> None:
        """Move the bar."""
        progress = standing.progress
        self._bar.update(
            self._task,
            description=standing.stage,
            completed=progress.ended + progress.not_started,
            total=progress.asked,
            detail=_detail(standing),
        )


def _detail(standing: Standing) -> str:
    progress = standing.progress
    parts = [
        f"{progress.in_flight} in flight",
        f"{progress.flows_per_s:.0f}/s",
        f"create {_short(progress.create)}",
        f"visible {_short(progress.visible)}",
        *_queue(standing.depths),
        f"{progress.errors} errors",
    ]
    counts = {
        "failed": progress.endings[FlowEnding.FAILED],
        "not answered": progress.endings[FlowEnding.UNREACHABLE],
        "not started": progress.not_started,
    }
    return ", ".join([*parts, *(f"{count} {what}" for what, count in counts.items() if count)])


def _short(quantiles: Quantiles) -> str:
    """Return p50 and p99."""
    if quantiles.p50_ms is None or quantiles.p99_ms is None:
        return "-"
    return f"{quantiles.p50_ms:.0f}/{quantiles.p99_ms:.0f} ms"


def _queue(depths: QueueDepths | None) -> Iterator[str]:
    if depths:
        yield f"queue {depths.visible + depths.in_flight + depths.delayed}"
