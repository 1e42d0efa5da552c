"""The plots of a run's course: latencies, throughput, queue depth. Pure."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from harness.history import DepthSample
from harness.html_report.axes import duration_axis, run_axis, timing_title
from harness.html_report.plots import scales
from harness.html_report.plots.plot import Axis, Line, Plot, Point, Table
from harness.html_report.shown import shown_ms
from harness.timing import TIMINGS, Window

_LATENCIES: Final = ("create", "status", "retrieve", "visible_upper")
_SHORTEST_REST: Final = 0.2
"""A last window of which the run filled less than this share has no rate: it would be of next to nothing."""
_MOST_DEPTH_SAMPLES: Final = 240


def latencies_over_time(windows: Sequence[Window], end_s: float) -> Iterator[Plot]:
    """Return median and tail of each kind of call, window by window, and of create to visible.

    Args:
        windows: of the run.
        end_s: when the run ended; all plots over time have the same axis.
    """
    for name in _LATENCIES:
        if any(window.timings[name].count for window in windows if name in window.timings):
            yield _latency(name, windows, end_s)


def throughput(windows: Sequence[Window], end_s: float) -> Plot | None:
    """Return how much happened a second; None: nothing did."""
    lengths_s = [min(window.length_s, end_s - window.start_s) for window in windows]
    rated = [
        (window, length_s)
        for window, length_s in zip(windows, lengths_s, strict=True)
        if length_s >= _SHORTEST_REST * window.length_s
    ]
    if not rated:
        return None

    def line(label: str, count: Callable[[Window], int], style: int) -> Line:
        return Line(label, tuple((_middle_ms(window), count(window) / length_s) for window, length_s in rated), style)

    lines = [line("flows started", lambda window: window.flows_started, 3)]
    lines.append(line("flows completed", lambda window: window.flows_completed, 1))
    if any(window.errors for window in windows):
        lines.append(line("calls that were not ok", lambda window: window.errors, 2))
    highest = _highest(lines)
    return Plot(
        name="throughput",
        title="Throughput",
        description=f"How much happened a second, in each of {len(rated)} windows; at most {highest:,.1f}.",
        x=run_axis(end_s),
        y=Axis("a second", scales.linear(highest)),
        lines=tuple(lines),
        table=_table("from, s", [f"{window.start_s:g}" for window, _ in rated], lines, lambda rate: f"{rate:,.1f}"),
    )


def queue_depth(samples: Sequence[DepthSample], end_s: float) -> Plot | None:
    """Return how many messages were in the queue; None: nobody looked while the run went on."""
    shown = list(_thinned([sample for sample in samples if sample.at_s <= end_s]))
    if not shown:
        return None

    def line(label: str, count: Callable[[DepthSample], int | None], style: int) -> Line:
        return Line(label, tuple(_point(1000 * sample.at_s, count(sample)) for sample in shown), style)

    lines = [line("waiting", lambda sample: sample.depths.visible + sample.depths.delayed, 1)]
    lines.append(line("in flight", lambda sample: sample.depths.in_flight, 3))
    if any(sample.depths.dead_lettered for sample in shown):
        lines.append(line("dead-letter queue", lambda sample: sample.depths.dead_lettered, 2))
    highest = _highest(lines)
    return Plot(
        name="queue-depth",
        title="Queue depth",
        description=f"Messages in the queue, as the engine counted them; at most {highest:,.0f} in one state.",
        x=run_axis(end_s),
        y=Axis("messages", scales.linear(highest, whole=True)),
        lines=tuple(lines),
        table=_table("at, s", [f"{sample.at_s:.2f}" for sample in shown], lines, lambda count: f"{count:,.0f}"),
    )


def _latency(name: str, windows: Sequence[Window], end_s: float) -> Plot:
    quantiles = [window.timings.get(name) for window in windows]
    places_ms = [_middle_ms(window) for window in windows]
    medians = [quantile.p50_ms if quantile else None for quantile in quantiles]
    tails = [quantile.p99_ms if quantile else None for quantile in quantiles]
    lines = (
        Line("p50", tuple(map(_point, places_ms, medians)), 1),
        Line("p99", tuple(map(_point, places_ms, tails)), 2),
    )
    highest_ms = _highest(lines)
    return Plot(
        name=f"{name.replace('_', '-')}-over-time",
        title=f"{timing_title(name)}, over time",
        description=(
            f"Median and 99th percentile of {TIMINGS[name]}, in each of {len(windows)} windows of the run; "
            f"the highest is {shown_ms(highest_ms)} ms."
        ),
        x=run_axis(end_s),
        y=duration_axis(highest_ms),
        lines=lines,
        table=_table("from, s", [f"{window.start_s:g}" for window in windows], lines, shown_ms, unit=", ms"),
    )


def _table(
    first_column: str, names: Sequence[str], lines: Sequence[Line], shown: Callable[[float], str], unit: str = ""
) -> Table:
    """Return the lines' values, a row a place. A place at which no line has a point is left out."""
    points = zip(*(line.points for line in lines), strict=True)
    rows = (
        (name, *("-" if point is None else shown(point[1]) for point in row))
        for name, row in zip(names, points, strict=True)
        if any(row)
    )
    return Table((first_column, *(line.name + unit for line in lines)), tuple(rows))


def _middle_ms(window: Window) -> float:
    return 1000 * (window.start_s + window.length_s / 2)


def _point(at_ms: float, value: float | None) -> Point | None:
    return None if value is None else (at_ms, float(value))


def _highest(lines: Sequence[Line]) -> float:
    return max(point[1] for line in lines for point in line.points if point)


def _thinned(samples: Sequence[DepthSample]) -> Iterator[DepthSample]:
    """Return so many samples that they can be drawn; of neighbours, the deepest is kept."""
    size = -(-len(samples) // _MOST_DEPTH_SAMPLES) or 1
    for start in range(0, len(samples), size):
        yield max(samples[start : start + size], key=_depth)


def _depth(sample: DepthSample) -> int:
    return sample.depths.visible + sample.depths.delayed + sample.depths.in_flight
