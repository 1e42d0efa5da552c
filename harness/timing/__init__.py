"""How long things took: the figures of a run. The types; no I/O.

`statistics` counts by HdrHistogram, `flow_times` says how long the parts of one flow took, `timeline` keeps that by
windows of time, `measure` makes figures of a history, `thresholds` holds them against what was required, `compare`
tells two runs apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from harness.timing.statistics import Quantiles

TIMINGS = {
    "create": "POST, accepted",
    "status": "polls",
    "retrieve": "retrieves",
    "visible_lower": "create to visible, at least",
    "visible_upper": "create to visible, at most",
    "visible_gap": "how coarse polling made it",
    "flow": "whole flows",
    "server_queued": "server: accepted, received",
    "server_written": "server: accepted, written",
}
"""The names of all timings, and what they are for a person. The server's are there where the engine offers them."""


@dataclass(frozen=True, slots=True)
class Window:
    """A part of the run's time. Calls and flows belong to the window in which they were meant to start."""

    start_s: float
    length_s: float
    flows_started: int
    flows_completed: int
    """Counted in the window in which they ended."""
    errors: int
    """Calls that ended in the window and were errors; see `Figures.errors`."""
    timings: Mapping[str, Quantiles]
    queue_depth: int | None
    """The most messages that were seen waiting, delayed and in flight together; None: nobody looked."""


@dataclass(frozen=True, slots=True)
class FlowCounts:
    """How flows ended, warm-up included. `asked` is the sum of the others."""

    asked: int
    completed: int
    failed: int
    unreachable: int
    interrupted: int
    """Those that the history stops in the middle of among them."""
    not_started: int


@dataclass(frozen=True, slots=True)
class Figures:
    """All that was measured."""

    duration_s: float
    """From the first call's start to the last call's end."""
    flows: FlowCounts
    flows_per_s: float
    """Completed flows, warm-up left out."""
    calls: int
    """Warm-up left out."""
    calls_per_s: float
    errors: int
    """Calls that were not *ok*, except creates that had to be rejected and were; warm-up left out."""
    warm_up_s: float
    """Calls and flows meant to start earlier are left out of all but `duration_s`, `flows` and `windows`."""
    timings: Mapping[str, Quantiles]
    """By the names of `TIMINGS`, those of which nothing was measured left out; in milliseconds. Calls that were *ok*,
    from when they were meant to start."""
    windows: tuple[Window, ...]
