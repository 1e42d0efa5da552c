"""What went on beside a plot over time: a lane for each thing, above the plot, and where any was on, within it.

A lane is told by its place and its name, never by its colour: a bar is when it was on, a tick a moment.
"""

from collections.abc import Iterable, Iterator
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from harness.html_report.plots.plot import Lane, Plot

_LANE_PX: Final = 24
_BAR_Y_PX: Final = 18
_BAR_PX: Final = 3
_TICK_Y_PX: Final = 14
_TICK_PX: Final = 8
_LEAST_STEP: Final = 0.0015
"""Ticks nearer to each other than this share of the width are one."""
_NARROWEST: Final = 0.003


def draw_lanes(plot: Plot) -> str:
    """Return the `svg` element of a plot's lanes, as wide as the plot. Who does not see it has the same as a table."""
    height = str(_LANE_PX * len(plot.lanes))
    svg = Element("svg", {"class": "lanes", "aria-hidden": "true", "width": "100%", "height": height})
    for index, lane in enumerate(plot.lanes):
        top = index * _LANE_PX
        SubElement(svg, "text", {"x": "0", "y": str(top + 10)}).text = lane.name
        for begin, end in _places(lane, plot):
            place = {"x": _percent(begin), "width": _percent(max(_NARROWEST, end - begin))}
            SubElement(svg, "rect", {"class": "lane", "y": str(top + _BAR_Y_PX), "height": str(_BAR_PX)} | place)
        for at in _told_apart(plot.x.scale.place(tick) for tick in lane.ticks):
            x, y = _percent(at), top + _TICK_Y_PX
            line = {"class": "hit", "x1": x, "x2": x, "y1": str(y), "y2": str(y + _TICK_PX)}
            SubElement(svg, "line", line)
    return tostring(svg, encoding="unicode")


def draw_lane_swatch(kind: str) -> str:
    """Return a piece of a lane for a legend: of its `bar`, or of a `tick`."""
    svg = Element("svg", {"class": "swatch lanes", "aria-hidden": "true"})
    if kind == "bar":
        SubElement(svg, "rect", {"class": "lane", "y": "5", "width": "28", "height": str(_BAR_PX)})
    else:
        SubElement(svg, "line", {"class": "hit", "x1": "14", "x2": "14", "y1": "2", "y2": "11"})
    return tostring(svg, encoding="unicode")


def draw_where_on(svg: Element, plot: Plot) -> None:
    """Mark, from the bottom to the top of a plot, where any lane was on: what covers more is not darker."""
    for begin, end in _merged(sorted(place for lane in plot.lanes for place in _places(lane, plot))):
        place = {"x": _percent(begin), "width": _percent(max(_NARROWEST, end - begin)), "y": "0", "height": "100%"}
        SubElement(svg, "rect", {"class": "on"} | place)


def _places(lane: Lane, plot: Plot) -> Iterator[tuple[float, float]]:
    for from_x, until_x in lane.spans:
        yield plot.x.scale.place(from_x), 1.0 if until_x is None else plot.x.scale.place(until_x)


def _merged(places: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    merged: list[tuple[float, float]] = []
    for begin, end in places:
        if merged and begin <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((begin, end))
    return merged


def _told_apart(places: Iterable[float]) -> Iterator[float]:
    kept = -1.0
    for place in sorted(places):
        if place - kept >= _LEAST_STEP:
            kept = place
            yield place


def _percent(place: float) -> str:
    return f"{100 * place:.2f}%"
