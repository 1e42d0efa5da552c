"""The distributions must not say more than was measured."""

import pytest

from harness.html_report.distributions import by_percentile, create_to_visible
from harness.html_report.series import Cumulative

QUICK = Cumulative(4, ((1.0, 0.25), (2.0, 0.5), (4.0, 0.75), (8.0, 1.0)))
AT_ONCE = Cumulative(4, ((0.0, 0.5), (10.0, 1.0)))
LATER = Cumulative(4, ((50.0, 0.5), (100.0, 1.0)))


def test_create_to_visible_has_both_bounds_and_a_band_between_them() -> None:
    plot = create_to_visible({"visible_lower": AT_ONCE, "visible_upper": LATER, "visible_gap": LATER})
    assert plot is not None
    assert [line.name for line in plot.lines] == ["at least", "at most"]
    assert plot.band is not None
    assert (plot.band.one, plot.band.other) == plot.lines
    assert plot.lines[1].points == ((50, 0), (50, 50), (100, 50), (100, 100))


def test_create_to_visible_says_how_coarse_polling_made_it() -> None:
    plot = create_to_visible({"visible_lower": AT_ONCE, "visible_upper": LATER, "visible_gap": LATER})
    assert plot is not None
    assert plot.note == (
        "How coarse polling made it: 50.0 ms between the two bounds at p50, 100.0 ms at p99."
        " The first poll already saw 50 %, whose least is 0."
    )


def test_the_server_s_own_time_is_beside_the_bounds_where_there_is_one() -> None:
    durations = {"visible_lower": AT_ONCE, "visible_upper": LATER, "visible_gap": LATER, "server_written": QUICK}
    plot = create_to_visible(durations)
    assert plot is not None
    assert plot.table.columns == (
        "share of creates, %",
        "at least, ms",
        "at most, ms",
        "server: accepted to written, ms",
    )
    assert plot.table.rows[2] == ("50", "0.00", "50.0", "2.00")


def test_everything_visible_at_once_can_be_drawn() -> None:
    never = Cumulative(1, ((0.0, 1.0),))
    assert create_to_visible({"visible_lower": never, "visible_upper": never, "visible_gap": never}) is not None


def test_nothing_visible_is_no_plot() -> None:
    assert create_to_visible({"create": QUICK}) is None


def test_a_line_by_percentile_ends_at_the_rank_of_its_slowest_call() -> None:
    plot = by_percentile({"create": QUICK, "status": Cumulative(10_000, ((1.0, 0.9999), (3.0, 1.0)))})
    assert plot is not None
    assert plot.lines[0].points[-1] == pytest.approx((0.8, 8.0))
    assert plot.x.scale.place(0.8) < 0.25


def test_a_table_by_percentile_has_a_column_a_kind_of_call() -> None:
    plot = by_percentile({"create": QUICK, "retrieve": LATER})
    assert plot is not None
    assert plot.table.columns == ("percentile", "POST, accepted, ms", "retrieves, ms")
    assert plot.table.rows[-1] == ("100", "8.00", "100.0")


def test_no_call_is_no_plot() -> None:
    assert by_percentile({}) is None
