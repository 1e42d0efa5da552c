"""The course of a run must be drawn as it was: no rate of next to nothing, no line where nothing was seen."""

import pytest

from harness.history import DepthSample, QueueDepths
from harness.html_report.over_time import latencies_over_time, queue_depth, throughput
from harness.timing import Window
from harness.timing.statistics import Quantiles

NOTHING = Quantiles(0)


def window(start_s: float, *, completed: int = 10, errors: int = 0, create: Quantiles | None = None) -> Window:
    timings = {"create": create} if create else {}
    return Window(
        start_s, 1.0, flows_started=10, flows_completed=completed, errors=errors, timings=timings, queue_depth=None
    )


def sample(at_s: float, visible: int, *, dead_lettered: int | None = None) -> DepthSample:
    return DepthSample(at_s, QueueDepths(visible, 2, 1, dead_lettered))


def test_latencies_are_drawn_in_the_middle_of_their_window_and_gaps_stay_gaps() -> None:
    windows = [
        window(0, create=Quantiles(5, 10, 20, 30, 30, 30)),
        window(1),
        window(2, create=Quantiles(1, 4, 4, 4, 4, 4)),
    ]
    (plot,) = latencies_over_time(windows, 3)
    assert plot.title == "POST, accepted, over time"
    assert [line.points for line in plot.lines] == [((500, 10), None, (2500, 4)), ((500, 30), None, (2500, 4))]
    assert plot.table.rows == (("0", "10.0", "30.0"), ("2", "4.00", "4.00"))


def test_no_latency_is_no_plot() -> None:
    assert list(latencies_over_time([window(0), window(1, create=NOTHING)], 2)) == []


def test_a_rate_is_of_the_time_that_the_run_filled() -> None:
    plot = throughput([window(0), window(1, completed=5)], 1.5)
    assert plot is not None
    completed = plot.lines[1]
    assert [point and point[1] for point in completed.points] == [10, 10]


def test_next_to_nothing_has_no_rate() -> None:
    plot = throughput([window(0), window(1, completed=5)], 1.01)
    assert plot is not None
    assert len(plot.lines[1].points) == 1


def test_errors_are_drawn_only_where_there_are_any() -> None:
    sound, faulty = throughput([window(0)], 1), throughput([window(0, errors=1)], 1)
    assert sound is not None
    assert faulty is not None
    assert [line.name for line in sound.lines] == ["flows started", "flows completed"]
    assert [line.name for line in faulty.lines] == ["flows started", "flows completed", "calls that were not ok"]


def test_no_window_is_no_throughput() -> None:
    assert throughput([], 0) is None


def test_waiting_messages_are_those_visible_and_delayed() -> None:
    plot = queue_depth([sample(0.5, 4), sample(1, 9)], 1)
    assert plot is not None
    assert [(line.name, line.points) for line in plot.lines] == [
        ("waiting", ((500, 5), (1000, 10))),
        ("in flight", ((500, 2), (1000, 2))),
    ]


def test_the_dead_letter_queue_is_drawn_where_anything_is_in_it() -> None:
    plot = queue_depth([sample(0.5, 4), sample(1, 9, dead_lettered=3)], 1)
    assert plot is not None
    assert plot.lines[2].points == (None, (1000, 3))


def test_of_many_samples_the_deepest_are_kept() -> None:
    samples = [sample(0.001 * index, 500 if index == 7777 else 0) for index in range(20_000)]
    plot = queue_depth(samples, 20)
    assert plot is not None
    assert len(plot.lines[0].points) <= 240
    assert max(point[1] for point in plot.lines[0].points if point) == 501


@pytest.mark.parametrize("samples", [[], [sample(5, 3)]])
def test_nobody_looking_while_the_run_went_on_is_no_plot(samples: list[DepthSample]) -> None:
    assert queue_depth(samples, 2) is None
