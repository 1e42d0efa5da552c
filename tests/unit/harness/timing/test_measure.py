"""Figures of literal histories."""

import pytest

from harness.history import ServerTimes
from harness.operations import FlowEnding, Meaning
from harness.timing.measure import measure
from harness.timing.timeline import MOST_WINDOWS
from tests.unit.harness.timing.histories import create, flow, history, plain_flow, poll


def test_the_figures_of_one_flow() -> None:
    figures = measure(history(plain_flow(1.0, call_s=0.5)))
    assert {name: (quantiles.count, quantiles.max_ms) for name, quantiles in figures.timings.items()} == {
        "create": (1, 500),
        "status": (2, 500),
        "retrieve": (1, 500),
        "visible_lower": (1, 500),
        "visible_upper": (1, 1500),
        "visible_gap": (1, 1000),
        "flow": (1, 2000),
    }
    assert (figures.duration_s, figures.calls, figures.errors) == (2.0, 4, 0)
    assert (figures.flows_per_s, figures.calls_per_s) == (0.5, 2.0)


def test_nothing_at_all_has_figures_too() -> None:
    figures = measure(history(asked=3))
    assert (figures.duration_s, figures.flows_per_s, figures.calls_per_s) == (0, 0, 0)
    assert (figures.flows.not_started, figures.timings, figures.windows) == (3, {}, ())


def test_flows_are_counted_by_how_they_ended_and_the_counts_add_up() -> None:
    endings = [*FlowEnding, None]
    flows = [flow(create(at_s, at_s + 1), ending=ending) for at_s, ending in enumerate(endings)]
    counts = measure(history(*flows, asked=7)).flows
    assert (counts.asked, counts.completed, counts.failed, counts.unreachable) == (7, 1, 1, 1)
    assert (counts.interrupted, counts.not_started) == (2, 2)


def test_warm_up_is_left_out_of_the_totals_and_not_of_the_windows() -> None:
    figures = measure(history(plain_flow(0.5), plain_flow(2.0), plain_flow(3.96)), warm_up_s=2.0)
    assert figures.timings["create"].count == 2
    assert figures.flows.completed == 3
    assert figures.calls == 8
    assert figures.flows_per_s == pytest.approx(1.0)
    assert sum(window.flows_started for window in figures.windows) == 3
    assert sum(window.timings["create"].count for window in figures.windows if window.timings) == 3


def test_an_error_is_a_call_that_was_not_ok() -> None:
    unanswered = flow(create(0, 1, meaning=Meaning.NO_ANSWER), ending=FlowEnding.UNREACHABLE)
    wrong_poll = flow(create(0, 1), poll(1, 2, Meaning.UNEXPECTED), ending=FlowEnding.FAILED)
    refused = flow(create(0, 1, meaning=Meaning.REJECTED), ending=FlowEnding.FAILED)
    assert measure(history(unanswered, wrong_poll, refused)).errors == 3


def test_rejecting_what_had_to_be_rejected_is_no_error() -> None:
    rejected = flow(create(0, 1, meaning=Meaning.REJECTED), acceptable=False)
    figures = measure(history(rejected))
    assert (figures.calls, figures.errors, figures.flows.completed) == (1, 0, 1)


def test_calls_belong_to_the_window_in_which_they_were_meant_to_start_and_ends_to_that_of_the_end() -> None:
    late = flow(create(0.05, 0.55, started_s=0.45), poll(0.65, 0.75, Meaning.UNEXPECTED))
    windows = measure(history(late)).windows
    assert [window.flows_started for window in windows] == [1, 0, 0, 0, 0, 0, 0, 0]
    assert [window.flows_completed for window in windows] == [0, 0, 0, 0, 0, 0, 0, 1]
    assert [window.errors for window in windows] == [0, 0, 0, 0, 0, 0, 0, 1]
    assert [window.timings["create"].max_ms for window in windows if "create" in window.timings] == [500]
    assert windows[0].timings["create"].count == 1


def test_the_queue_s_depth_is_the_most_that_was_seen_while_the_flows_went_on() -> None:
    # Besides those waiting, one is delayed and one in flight at any time.
    depths = {0.01: 5, 0.02: 9, 0.03: 1, 99.0: 1000}
    windows = measure(history(plain_flow(0.0, call_s=0.05), depths=depths)).windows
    assert [window.queue_depth for window in windows] == [11, None, None]


def test_the_server_s_times_are_found_by_the_handle() -> None:
    times = {"m-1": ServerTimes(10.0, 10.5, 11.0), "of somebody else": ServerTimes(10.0, 20.0, 30.0)}
    timings = measure(history(plain_flow(0), server_times=times)).timings
    assert (timings["server_queued"].max_ms, timings["server_written"].max_ms) == (500, 1000)
    assert timings["server_queued"].count == 1


def test_many_flows_have_few_windows() -> None:
    figures = measure(history(*(plain_flow(at_s) for at_s in range(1000))))
    assert MOST_WINDOWS / 2 < len(figures.windows) <= MOST_WINDOWS
    assert sum(window.flows_completed for window in figures.windows) == 1000
