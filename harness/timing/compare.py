"""Is one run slower than another, or just noisy? Pure.

What is compared is the ratio of B's figures to A's, each with a 95 % interval by block bootstrap (`bootstrap` says how
and why). Ten figures have ten chances to look different by accident, so that what is said of the runs as a whole needs
a figure that is beyond that (Bonferroni's correction).

No single pair of runs can show more than that these two recordings differ: what else the machine did meanwhile is not
in them. Whoever must be sure repeats both, taking turns.
"""

import enum
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from harness.history import History
from harness.timing.bootstrap import (
    T_OF_INTERVAL,
    T_OF_POWER,
    Estimate,
    WindowedQuantile,
    WindowedRate,
    confidence,
    estimate,
)
from harness.timing.measure import take_measurement
from harness.timing.timeline import Slot

COMPARED_TIMINGS: Final = ("create", "status", "retrieve", "visible_upper", "flow")
"""The rest says how coarse polling was, or is the server's own in whole milliseconds."""

LEAST_WINDOWS: Final = 10
_SHARES: Final = {"p50": 0.5, "p99": 0.99}
_LEAST_BEYOND: Final = 5
"""As many durations must be longer than a quantile for it to be one, and not just the longest."""
_MICROSECONDS_IN_MS: Final = 1000
_THROUGHPUT: Final = "flows_per_s"
_RISK: Final = 0.05


class Outcome(enum.StrEnum):
    """What can be said of B, held against A."""

    SLOWER = "slower"
    FASTER = "faster"
    NO_DIFFERENCE = "no difference shown"
    TOO_LITTLE = "too little to tell"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One figure of both runs. What is None is not known, because there is too little of it."""

    name: str
    """Such as `visible_upper.p99`, in milliseconds, or `flows_per_s`."""
    a: float | None
    b: float | None
    outcome: Outcome
    ratio: float | None = None
    """B's to A's."""
    interval: tuple[float, float] | None = None
    """The ratio lies in it with 95 % confidence, if nothing but what these runs show differs."""
    confidence: float | None = None
    """That the ratio is not 1."""
    smallest_shown: float | None = None
    """The ratio, above 1, that this much data would have shown four times out of five."""


@dataclass(frozen=True, slots=True)
class RunComparison:
    """Two runs."""

    outcome: Outcome
    reason: str
    """One line."""
    figures: tuple[Comparison, ...]


def compare(a: History, b: History, *, warm_up_a_s: float = 0, warm_up_b_s: float = 0) -> RunComparison:
    """Hold run B against run A. The same histories always give the same answer."""
    windows_a, windows_b = _whole_windows(a, warm_up_a_s), _whole_windows(b, warm_up_b_s)
    fewest = min(len(windows_a.slots), len(windows_b.slots))
    if fewest < LEAST_WINDOWS:
        what = f"a run has {fewest} whole windows of time, and it takes {LEAST_WINDOWS} to know how much it varies"
        return RunComparison(Outcome.TOO_LITTLE, f"{what}; compare longer runs", ())
    return _in_all(tuple(_figures(windows_a, windows_b)))


@dataclass(frozen=True, slots=True)
class _Windows:
    length_s: float
    slots: Sequence[Slot]


def _whole_windows(history: History, warm_up_s: float) -> _Windows:
    """Return the windows that the run went on in from their beginning to their end, warm-up left out."""
    measured = take_measurement(history, warm_up_s)
    length_s = measured.timeline.length_s
    slots = [
        slot
        for start_s, slot in measured.timeline.windows()
        if start_s >= warm_up_s and start_s + length_s <= measured.last_s
    ]
    return _Windows(length_s, slots)


def _figures(windows_a: _Windows, windows_b: _Windows) -> Iterator[Comparison]:
    for timing in COMPARED_TIMINGS:
        for quantile, share in _SHARES.items():
            estimates = [_quantile(windows, timing, share) for windows in (windows_a, windows_b)]
            yield _comparison(f"{timing}.{quantile}", *estimates)
    yield _comparison(_THROUGHPUT, _throughput(windows_a), _throughput(windows_b))


def _quantile(windows: _Windows, timing: str, share: float) -> Estimate | None:
    """Return a quantile in milliseconds; None: too few calls were longer."""
    counts: list[Mapping[int, int]] = [
        slot.timings[timing].counts if timing in slot.timings else {} for slot in windows.slots
    ]
    if (1 - share) * sum(sum(window.values()) for window in counts) < _LEAST_BEYOND:
        return None
    in_microseconds = estimate(len(counts), WindowedQuantile(counts, share))
    return in_microseconds and Estimate(in_microseconds.value / _MICROSECONDS_IN_MS, in_microseconds.error)


def _throughput(windows: _Windows) -> Estimate | None:
    completed = [slot.flows_completed for slot in windows.slots]
    return estimate(len(completed), WindowedRate(completed, windows.length_s))


def _comparison(name: str, a: Estimate | None, b: Estimate | None) -> Comparison:
    if a is None or b is None:
        return Comparison(name, a.value if a else None, b.value if b else None, Outcome.TOO_LITTLE)
    distance, error = math.log(b.value / a.value), math.hypot(a.error, b.error)
    margin = T_OF_INTERVAL * error
    outcome = _outcome(name, distance) if abs(distance) > margin else Outcome.NO_DIFFERENCE
    return Comparison(
        name=name,
        a=a.value,
        b=b.value,
        outcome=outcome,
        ratio=b.value / a.value,
        interval=(math.exp(distance - margin), math.exp(distance + margin)),
        confidence=confidence(distance / error),
        smallest_shown=math.exp((T_OF_INTERVAL + T_OF_POWER) * error),
    )


def _outcome(name: str, distance: float) -> Outcome:
    is_more = distance > 0
    more_is_faster = name == _THROUGHPUT
    return Outcome.FASTER if is_more is more_is_faster else Outcome.SLOWER


def _in_all(figures: tuple[Comparison, ...]) -> RunComparison:
    """Say what all figures together show. One that is slower weighs more than any that are faster."""
    told = [figure for figure in figures if figure.outcome is not Outcome.TOO_LITTLE]
    if not told:
        return RunComparison(Outcome.TOO_LITTLE, "too few calls in either run; compare longer runs", figures)
    for outcome in (Outcome.SLOWER, Outcome.FASTER):
        shown = [figure for figure in told if figure.outcome is outcome and _risk(figure, told) < _RISK]
        if shown:
            what = ", ".join(f"{figure.name} {_percent(figure.ratio)}" for figure in shown)
            sure = min(100 * (1 - min(_risk(figure, told) for figure in shown)), 99.9)
            reason = f"{what}; {sure:.3g} % sure, all {len(told)} figures taken together"
            return RunComparison(outcome, reason, figures)
    finest = min(told, key=lambda figure: figure.smallest_shown or math.inf)
    alone = sum(figure.outcome is not Outcome.NO_DIFFERENCE for figure in told)
    reason = f"nothing beyond what {len(told)} figures of noisy runs show by chance"
    reason += f" ({alone} would be a difference, were it the only one)" if alone else ""
    reason += f"; {finest.name} would show {_percent(finest.smallest_shown)}"
    return RunComparison(Outcome.NO_DIFFERENCE, reason, figures)


def _risk(figure: Comparison, of_all: Sequence[Comparison]) -> float:
    """Return how likely it is at most that any of these figures looks that different by chance."""
    return (1 - (figure.confidence or 0)) * len(of_all)


def _percent(ratio: float | None) -> str:
    return f"{(ratio or 1) - 1:+.0%}"
