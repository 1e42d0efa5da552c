"""Windows of time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.timing.timeline import MOST_WINDOWS, SHORTEST_WINDOW_S, Timeline


def started(timeline: Timeline) -> list[tuple[float, int]]:
    return [(start_s, slot.flows_started) for start_s, slot in timeline.windows()]


def test_nothing_has_no_windows() -> None:
    assert started(Timeline()) == []


def test_a_short_run_has_the_shortest_windows_and_none_is_left_out() -> None:
    timeline = Timeline()
    timeline.at(0.05).flows_started += 1
    timeline.at(0.35).flows_started += 1
    assert started(timeline) == [(0, 1), (0.1, 0), (0.2, 0), (pytest.approx(0.3), 1)]


def test_what_is_before_the_start_belongs_to_the_first_window() -> None:
    timeline = Timeline()
    timeline.at(-0.001).flows_started += 1
    assert started(timeline) == [(0, 1)]


def test_two_windows_become_one_and_keep_all_that_they_had() -> None:
    timeline = Timeline()
    for at_s, depth in ((0.05, 3), (0.15, 7)):
        slot = timeline.at(at_s)
        slot.flows_completed += 1
        slot.errors += 2
        slot.saw_depth(depth)
        slot.timings["create"].record(at_s)
    timeline.at(MOST_WINDOWS * SHORTEST_WINDOW_S)
    _, first = next(timeline.windows())
    assert timeline.length_s == 2 * SHORTEST_WINDOW_S
    assert (first.flows_completed, first.errors, first.queue_depth) == (2, 4, 7)
    assert first.timings["create"].quantiles().count == 2


@given(times_s=st.lists(st.floats(0, 10_000), min_size=1))
def test_windows_are_bounded_and_hold_everything_in_its_place(times_s: list[float]) -> None:
    timeline = Timeline()
    for time_s in times_s:
        timeline.at(time_s).flows_started += 1
    windows = started(timeline)
    assert len(windows) <= MOST_WINDOWS
    if max(times_s) >= MOST_WINDOWS * SHORTEST_WINDOW_S:
        assert len(windows) > MOST_WINDOWS // 2
    for start_s, count in windows:
        end_s = start_s + timeline.length_s
        # A time on the border of two windows may be in either: floating point.
        surely = sum(start_s + 1e-9 < time_s < end_s - 1e-9 for time_s in times_s)
        perhaps = sum(start_s - 1e-9 <= time_s <= end_s + 1e-9 for time_s in times_s)
        assert surely <= count <= perhaps
