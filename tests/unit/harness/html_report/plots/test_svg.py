"""A plot must be drawn as it is, be named for those who do not see it, and stay small."""

from dataclasses import replace
from xml.etree.ElementTree import Element, fromstring

from harness.html_report.plots import scales
from harness.html_report.plots.plot import Axis, Band, Line, Plot, Point, Table
from harness.html_report.plots.svg import draw, draw_swatch


def plot_of(*lines: Line, band: Band | None = None) -> Plot:
    return Plot(
        name="speed",
        title="Speed & <haste>",
        description="How fast it went.",
        x=Axis("seconds", scales.linear(10)),
        y=Axis("metres", scales.linear(100)),
        lines=lines,
        table=Table((), ()),
        band=band,
    )


def drawn(plot: Plot) -> Element:
    return fromstring(draw(plot))


def with_class(svg: Element, name: str) -> list[Element]:
    return [element for element in svg.iter() if name in element.get("class", "").split()]


def test_a_plot_has_its_name_and_description_for_a_screen_reader() -> None:
    svg = drawn(plot_of())
    assert svg.get("role") == "img"
    texts = {element.get("id"): element.text for element in svg if element.tag in {"title", "desc"}}
    assert texts == {"speed-title": "Speed & <haste>", "speed-description": "How fast it went."}
    assert svg.get("aria-labelledby") == "speed-title speed-description"


def test_a_line_goes_through_its_points_with_the_origin_at_the_bottom_left() -> None:
    (line,) = with_class(drawn(plot_of(Line("run", ((0, 0), (5, 100), (10, 25)), 1))), "line")
    assert line.get("d") == "M0.0 1000.0 500.0 0.0 1000.0 750.0"
    assert "style-1" in line.get("class", "").split()


def test_a_gap_breaks_a_line_and_a_lone_point_is_a_dot() -> None:
    many: tuple[Point | None, ...] = tuple((index / 10, 50.0) for index in range(60))
    svg = drawn(plot_of(Line("run", (*many, None, (10.0, 100.0)), 2)))
    (line,) = with_class(svg, "line")
    (dot,) = with_class(svg, "dot")
    assert line.get("d", "").count("M") == 2
    assert (dot.get("cx"), dot.get("cy")) == ("100.00%", "0.00%")


def test_a_line_of_few_points_shows_each() -> None:
    assert len(with_class(drawn(plot_of(Line("run", ((0, 1), (5, 2), (10, 3)), 1))), "dot")) == 3


def test_both_axes_have_titles_and_labelled_ticks() -> None:
    texts = [element.text for element in drawn(plot_of()).iter("text")]
    assert {"seconds", "metres", "0", "10", "100"} <= set(texts)


def test_a_band_is_closed_between_its_lines() -> None:
    one, other = Line("one", ((0, 0), (10, 0)), 1), Line("other", ((0, 100), (10, 100)), 2)
    (band,) = with_class(drawn(plot_of(one, other, band=Band("between", one, other))), "band")
    assert band.get("d") == "M0.0 1000.0 1000.0 1000.0 1000.0 0.0 0.0 0.0Z"


def test_a_band_without_points_is_not_drawn() -> None:
    empty = Line("none", (None,), 1)
    assert with_class(drawn(plot_of(empty, band=Band("between", empty, empty))), "band") == []


def test_points_too_near_to_be_told_apart_cost_nothing() -> None:
    points = tuple((10 * index / 50_000, 100 * index / 50_000) for index in range(50_000))
    text = draw(plot_of(Line("run", points, 1)))
    assert len(text) < 40_000
    assert "1000.0 0.0" in text, "the last point is kept"


def test_a_swatch_is_a_piece_of_its_line() -> None:
    assert "style-3" in draw_swatch(3)
    assert 'class="band"' in draw_swatch(0)
    assert 'aria-hidden="true"' in draw_swatch(0)


def test_drawing_is_repeatable() -> None:
    plot = plot_of(Line("run", ((0, 1),), 1))
    assert draw(plot) == draw(replace(plot))
