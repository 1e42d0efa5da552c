"""The page's own pass over a history must count what the figures count, and keep no more than it shows."""

import pytest

from harness.history import FlowHistory, History
from harness.html_report.series import Cumulative, take_series
from harness.operations import Meaning
from harness.timing.measure import measure
from tests.unit.harness.html_report.generated import create_call, flow_of, generated_history, retrieve_call, status_call


def flow_that_takes(number: int, took_s: float, *, at_s: float = 0) -> FlowHistory:
    return flow_of(number, create_call(at_s, took_s, number))


def history_of(*flows: FlowHistory) -> History:
    return History(flows=flows, asked=len(flows))


def test_the_slowest_flows_come_slowest_first() -> None:
    flows = [flow_that_takes(number, 0.001 * (number * 7 % 20 + 1)) for number in range(20)]
    series = take_series(history_of(*flows), 0, set())
    expected = sorted(range(20), key=lambda number: -(number * 7 % 20))[:10]
    assert [flow.number for flow in series.slowest] == expected


def test_of_equally_slow_flows_the_first_are_shown() -> None:
    series = take_series(history_of(*(flow_that_takes(number, 0.01) for number in range(12))), 0, set())
    assert [flow.number for flow in series.slowest] == list(range(10))


def test_flows_that_are_asked_for_are_kept_as_far_as_they_are_there() -> None:
    series = take_series(history_of(*(flow_that_takes(number, 0.01) for number in range(30))), 0, {4, 29, 99})
    assert sorted(series.named) == [4, 29]


def test_a_flow_without_a_call_is_nothing_to_draw() -> None:
    series = take_series(history_of(flow_of(0)), 0, {0})
    assert (dict(series.durations), series.slowest, dict(series.named), series.end_s) == ({}, (), {}, 0)


def test_warm_up_is_in_no_duration() -> None:
    flows = (flow_that_takes(0, 0.5, at_s=0.9), flow_that_takes(1, 0.25, at_s=1.0))
    series = take_series(history_of(*flows), 1.0, set())
    assert series.durations["create"].count == 1
    assert series.durations["create"].at_share(1) == pytest.approx(250, rel=0.001)
    assert series.end_s == pytest.approx(1.4)


def test_both_bounds_of_visible_are_counted() -> None:
    flow = flow_of(
        0,
        create_call(0, 0.01),
        status_call(0.02, 0.01, Meaning.PENDING),
        status_call(0.08, 0.01, Meaning.VISIBLE),
        retrieve_call(0.1, 0.01),
    )
    durations = take_series(history_of(flow), 0, set()).durations
    assert durations["visible_lower"].at_share(1) == pytest.approx(20, rel=0.002)
    assert durations["visible_upper"].at_share(1) == pytest.approx(90, rel=0.002)


def test_the_series_agree_with_the_figures() -> None:
    history = generated_history(500)
    series, figures = take_series(history, 0, set()), measure(history)
    assert set(series.durations) == set(figures.timings)
    for name, quantiles in figures.timings.items():
        cumulative = series.durations[name]
        assert cumulative.count == quantiles.count
        assert cumulative.at_share(0.99) == pytest.approx(quantiles.p99_ms, rel=0.002)


def test_shares_and_durations_are_each_other_s_inverse() -> None:
    cumulative = Cumulative(4, ((1.0, 0.25), (3.0, 0.75), (9.0, 1.0)))
    assert [cumulative.share_within(at_ms) for at_ms in (0.5, 1, 2, 3, 100)] == [0, 0.25, 0.25, 0.75, 1]
    assert [cumulative.at_share(share) for share in (0.1, 0.25, 0.26, 0.75, 0.999, 1)] == [1, 1, 3, 3, 9, 9]
