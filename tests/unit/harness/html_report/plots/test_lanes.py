"""A lane must be where its thing was on, and stay small however often it was."""

from xml.etree.ElementTree import fromstring

from harness.html_report.plots import scales
from harness.html_report.plots.lanes import draw_lane_swatch, draw_lanes
from harness.html_report.plots.plot import Axis, Lane, Plot, Table
from harness.html_report.plots.svg import draw


def plot_of(*lanes: Lane) -> Plot:
    axis = Axis("s", scales.linear(10))
    return Plot("speed", "Speed", "How fast.", axis, axis, (), Table((), ()), lanes=lanes)


def places(text: str, name: str) -> list[tuple[str | None, str | None]]:
    drawn = [element for element in fromstring(text).iter() if element.get("class") == name]
    return [(element.get("x") or element.get("x1"), element.get("width") or element.get("y1")) for element in drawn]


def test_each_lane_has_its_name_its_bars_and_its_ticks() -> None:
    text = draw_lanes(plot_of(Lane("one <fault>", ((0, 5), (8, None)), (1, 2.5)), Lane("two", (), ())))
    assert [element.text for element in fromstring(text).iter("text")] == ["one <fault>", "two"]
    assert places(text, "lane") == [("0.00%", "50.00%"), ("80.00%", "20.00%")]
    assert places(text, "hit") == [("10.00%", "14"), ("25.00%", "14")]
    assert fromstring(text).get("height") == "48"
    assert fromstring(text).get("aria-hidden") == "true"


def test_a_moment_can_be_seen_too() -> None:
    assert places(draw_lanes(plot_of(Lane("one", ((5, 5),), ()))), "lane") == [("50.00%", "0.30%")]


def test_ticks_too_near_to_be_told_apart_cost_nothing() -> None:
    many = tuple(index / 10_000 for index in range(100_000))
    assert len(places(draw_lanes(plot_of(Lane("one", (), many))), "hit")) <= 667


def test_the_plot_itself_shows_where_any_lane_was_on_and_no_darker_where_several_were() -> None:
    text = draw(plot_of(Lane("one", ((0, 4),), ()), Lane("two", ((2, 5), (9, None)), ())))
    assert places(text, "on") == [("0.00%", "50.00%"), ("90.00%", "10.00%")]
    assert places(draw(plot_of()), "on") == []


def test_a_legend_can_show_a_piece_of_each() -> None:
    assert places(draw_lane_swatch("bar"), "lane") == [(None, "28")]
    assert places(draw_lane_swatch("tick"), "hit") == [("14", "2")]
