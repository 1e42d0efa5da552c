"""How long things took: the figures of a run. The types; no I/O.

`statistics` counts by HdrHistogram, `flow_times` says how long the parts of one flow took, `timeline` keeps that by
windows of time, `measure` makes figures of a history, `under_faults` says what faults did to them, `thresholds` holds
them against what was required, `compare` tells two runs apart.
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
class FaultPeriod:
    """When a fault was active, on the run's clock."""

    from_s: float
    until_s: float | None
    """None: nobody knows until when."""


@dataclass(frozen=True, slots=True)
class FaultSummary:
    """One fault of the run, and what it did."""

    name: str
    kind: str
    periods: tuple[FaultPeriod, ...]
    eligible: int | None
    """How often it could have hit; None, as `fired`: the engine did not say in the end."""
    fired: int | None
    flows_hit: int


@dataclass(frozen=True, slots=True)
class Recovery:
    """How long a run took to be as it was after a fault had healed; `under_faults` says what that means."""

    fault: str
    """Its name."""
    healed_at_s: float
    after_s: float | None
    """None: it is not known, and `reason` says why."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FaultFigures:
    """What faults did to the figures."""

    faults: tuple[FaultSummary, ...]
    flows_hit: int
    flows_not_hit: int
    hit: Mapping[str, Quantiles]
    """Of flows that a fault hit, by the names of `TIMINGS`: create to visible, and whole flows. Warm-up is left out."""
    not_hit: Mapping[str, Quantiles]
    level_ms: float | None
    """What no create takes longer than to be visible once the run has recovered; None: no flow was spared."""
    recoveries: tuple[Recovery, ...]
    """In the order of time."""


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
    faults: FaultFigures | None = None
    """None: nothing was broken on purpose."""
