"""How a run stands, on standard error: a bar on a terminal, a line every second elsewhere."""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from harness.faults.watching import FaultStanding
from harness.history import QueueDepths
from harness.operations import FlowEnding
from harness.running.recording import Standing, View
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
    with _Bar(*columns, TextColumn("{task.fields[detail]}"), console=console, transient=True) as bar:
        yield BarProgress(bar, bar.add_task("looking", total=None, detail=""))


@contextmanager
def show_nothing() -> Iterator[View]:
    """Show no progress while the block runs."""
    yield NoProgress()


class NoProgress:
    """Nothing. It implements `harness.running.recording.View`."""

    interval_s = _LINE_INTERVAL_S

    def show(self, standing: Standing) -> None:
        """Show nothing."""


class Prefixed:
    """Another view, which is told first what all of this is a part of. It implements `harness.running.recording.View`.

    Args:
        view: the other.
        words: said before the stage.
    """

    def __init__(self, view: View, words: str) -> None:
        self.interval_s = view.interval_s
        self._view = view
        self._words = words

    def show(self, standing: Standing) -> None:
        """Show it on the other view."""
        self._view.show(replace(standing, stage=f"{self._words}: {standing.stage}"))


class LineProgress:
    """One line a second. It implements `harness.running.recording.View`."""

    interval_s = _LINE_INTERVAL_S

    def __init__(self, console: Console) -> None:
        self._console = console
        self._began_s = time.perf_counter()
        self._last = ""

    def show(self, standing: Standing) -> None:
        """Print how it stands, unless it stands as it did."""
        progress = standing.progress
        line = f"{standing.stage}: {progress.ended} of {progress.asked} ended, {_detail(standing)}"
        line += f"; {broken}" if (broken := _faults(standing.faults)) else ""
        if line != self._last:
            elapsed_s = time.perf_counter() - self._began_s
            self._console.print(f"{elapsed_s:6.1f} s  {line}", highlight=False, soft_wrap=True)
        self._last = line


class _Bar(Progress):
    """A bar, and a line below it."""

    line = ""

    def get_renderables(self) -> Iterable[RenderableType]:
        """Return what is drawn, one below the other."""
        yield from super().get_renderables()
        if self.line:
            yield Text(self.line, style="yellow", no_wrap=True, overflow="ellipsis")


class BarProgress:
    """A bar, and below it what is broken on purpose. It implements `harness.running.recording.View`."""

    interval_s = _BAR_INTERVAL_S

    def __init__(self, bar: _Bar, task: TaskID) -> None:
        self._bar = bar
        self._task = task

    def show(self, standing: Standing) -> None:
        """Move the bar."""
        progress = standing.progress
        self._bar.line = _faults(standing.faults)
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


def _faults(standings: Sequence[FaultStanding]) -> str:
    """Return which faults are active and which are over, with what they hit; nothing where none has been set."""
    parts = {
        "broken": [each for each in standings if each.is_active],
        "over": [each for each in standings if not each.is_active],
    }
    return "; ".join(
        f"{word}: {', '.join(f'{each.name} hit {each.fired}' for each in those)}"
        for word, those in parts.items()
        if those
    )


def _short(quantiles: Quantiles) -> str:
    """Return p50 and p99."""
    if quantiles.p50_ms is None or quantiles.p99_ms is None:
        return "-"
    return f"{quantiles.p50_ms:.0f}/{quantiles.p99_ms:.0f} ms"


def _queue(depths: QueueDepths | None) -> Iterator[str]:
    if depths:
        yield f"queue {depths.visible + depths.in_flight + depths.delayed}"
