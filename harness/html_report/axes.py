"""The axes that several plots share."""

from typing import Final

from harness.html_report.plots import scales
from harness.html_report.plots.plot import Axis
from harness.html_report.shown import duration_label
from harness.timing import TIMINGS

_UNITS_MS: Final = ((1.0, "milliseconds"), (1000.0, "seconds"), (60_000.0, "minutes"))
_AT_LEAST_OF_A_UNIT: Final = 2
"""An axis that does not reach so many of a unit is in the smaller one."""
_SHORTEST_MS: Final = 0.1
"""Where a logarithmic axis begins at the earliest; it has no zero."""


def timing_title(name: str) -> str:
    """Return one of `TIMINGS` as a heading."""
    title = TIMINGS[name]
    return title[0].upper() + title[1:]


def duration_axis(highest_ms: float) -> Axis:
    """Return an axis from 0 for durations in milliseconds, labelled in the unit that suits them."""
    return _linear_axis(highest_ms, "", _UNITS_MS, ends_on_tick=True)


def run_axis(end_s: float) -> Axis:
    """Return the axis of a run's time, in milliseconds since its start; it ends when the run does."""
    return _linear_axis(end_s * 1000, " since the run's start", _UNITS_MS[1:], ends_on_tick=False)


def log_duration_axis(lowest_ms: float, highest_ms: float, title: str) -> Axis:
    """Return a logarithmic axis for durations in milliseconds."""
    lowest_ms = max(_SHORTEST_MS, lowest_ms)
    return Axis(title, scales.logarithmic(lowest_ms, max(lowest_ms, highest_ms), duration_label))


def _linear_axis(highest_ms: float, what: str, units_ms: tuple[tuple[float, str], ...], *, ends_on_tick: bool) -> Axis:
    fitting = [unit for unit in units_ms if highest_ms >= _AT_LEAST_OF_A_UNIT * unit[0]]
    unit_ms, unit_name = fitting[-1] if fitting else units_ms[0]
    scale = scales.linear(highest_ms / unit_ms, ends_on_tick=ends_on_tick)
    return Axis(unit_name + what, scales.Scale(lambda value_ms: scale.place(value_ms / unit_ms), scale.ticks))
