"""Draw a plot as inline SVG.

Places are percentages of the picture, so that it fits any width while letters and strokes keep their size. The lines
are in a picture of their own inside, which is stretched. Tick labels and axis titles lie outside of the picture's box:
the style sheet (class `canvas`) leaves room for them, and says all colours, by class.
"""

from collections.abc import Iterator, Sequence
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from harness.html_report.plots.lanes import draw_where_on
from harness.html_report.plots.plot import Axis, Band, Line, Plot, Point

_INNER: Final = 1000
"""Width and height of the stretched picture, in units of its own."""
_LEAST_STEP: Final = 1.5
"""Points that are nearer to each other than this, in these units, are drawn as one."""
_DOTTED_POINTS: Final = 40
"""A line of at most so many points shows each of them."""
_MOST_LABELS_NARROW: Final = 6
"""So many labels of the x axis have room on a narrow screen."""
_DOT_RADIUS_PX: Final = "2.5"


def draw(plot: Plot) -> str:
    """Return the `svg` element, named and described for a screen reader."""
    title_id, description_id = f"{plot.name}-title", f"{plot.name}-description"
    svg = Element("svg", {"role": "img", "aria-labelledby": f"{title_id} {description_id}"})
    SubElement(svg, "title", {"id": title_id}).text = plot.title
    SubElement(svg, "desc", {"id": description_id}).text = plot.description
    draw_where_on(svg, plot)
    _draw_x_axis(svg, plot.x)
    _draw_y_axis(svg, plot.y)
    inner = SubElement(
        svg,
        "svg",
        {"viewBox": f"0 0 {_INNER} {_INNER}", "preserveAspectRatio": "none", "width": "100%", "height": "100%"},
    )
    if plot.band:
        _draw_band(inner, plot.band, plot)
    for line in plot.lines:
        _draw_line(inner, svg, line, plot)
    return tostring(svg, encoding="unicode")


def draw_swatch(style: int) -> str:
    """Return a piece of a line for a legend; style 0 is the band's."""
    svg = Element("svg", {"class": "swatch", "aria-hidden": "true"})
    if style:
        SubElement(svg, "path", {"class": f"line style-{style}", "d": "M0 6H28"})
    else:
        SubElement(svg, "rect", {"class": "band", "width": "28", "height": "12"})
    return tostring(svg, encoding="unicode")


def _percent(place: float) -> str:
    return f"{100 * place:.2f}%"


def _draw_x_axis(svg: Element, axis: Axis) -> None:
    is_crowded = len(axis.scale.ticks) > _MOST_LABELS_NARROW
    for index, tick in enumerate(axis.scale.ticks):
        x = _percent(tick.at)
        SubElement(svg, "line", {"class": "grid", "x1": x, "x2": x, "y1": "0", "y2": "100%"})
        # On a narrow screen the style sheet leaves these out.
        label_class = "tick across odd" if is_crowded and index % 2 else "tick across"
        SubElement(svg, "text", {"class": label_class, "x": x, "y": "100%", "dy": "18"}).text = tick.label
    title = SubElement(svg, "text", {"class": "axis across-title", "x": "100%", "y": "100%", "dy": "36"})
    title.text = axis.title


def _draw_y_axis(svg: Element, axis: Axis) -> None:
    for tick in axis.scale.ticks:
        y = _percent(1 - tick.at)
        SubElement(svg, "line", {"class": "grid", "x1": "0", "x2": "100%", "y1": y, "y2": y})
        SubElement(svg, "text", {"class": "tick up", "x": "-8", "y": y, "dy": "4"}).text = tick.label
    SubElement(svg, "text", {"class": "axis", "x": "0", "y": "0", "dy": "-10"}).text = axis.title


def _draw_band(inner: Element, band: Band, plot: Plot) -> None:
    one, other = ([_spot(point, plot) for point in line.points if point is not None] for line in (band.one, band.other))
    if one and other:
        outline = " ".join(f"{x:.1f} {y:.1f}" for x, y in [*_thinned(one), *reversed(list(_thinned(other)))])
        SubElement(inner, "path", {"class": "band", "d": f"M{outline}Z"})


def _draw_line(inner: Element, svg: Element, line: Line, plot: Plot) -> None:
    runs = list(_unbroken([point and _spot(point, plot) for point in line.points]))
    path = "".join("M" + " ".join(f"{x:.1f} {y:.1f}" for x, y in _thinned(run)) for run in runs)
    if path:
        SubElement(inner, "path", {"class": f"line style-{line.style}", "d": path})
    shows_all = sum(map(len, runs)) <= _DOTTED_POINTS
    for x, y in (spot for run in runs if shows_all or len(run) == 1 for spot in run):
        place = {"cx": _percent(x / _INNER), "cy": _percent(y / _INNER), "r": _DOT_RADIUS_PX}
        SubElement(svg, "circle", {"class": f"dot style-{line.style}"} | place)


def _spot(point: Point, plot: Plot) -> Point:
    return _INNER * plot.x.scale.place(point[0]), _INNER * (1 - plot.y.scale.place(point[1]))


def _unbroken(spots: Sequence[Point | None]) -> Iterator[list[Point]]:
    run: list[Point] = []
    for spot in [*spots, None]:
        if spot is not None:
            run.append(spot)
        elif run:
            yield run
            run = []


def _thinned(run: Sequence[Point]) -> Iterator[Point]:
    """Leave out what nobody could see; the first and the last point stay."""
    kept: Point | None = None
    for index, (x, y) in enumerate(run):
        last = index == len(run) - 1
        if kept is None or last or abs(x - kept[0]) + abs(y - kept[1]) >= _LEAST_STEP:
            kept = (x, y)
            yield kept
