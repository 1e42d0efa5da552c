"""Flows that were not done in time count with all of their time, and not as done."""

import pytest

from benchmarks.load import POLICY, TimedWorkload, flow_figures
from harness.errors import UnavailableError
from harness.flow import FlowEnding, FlowResult, VisibleBounds
from harness.operations import Operation, OperationKind, Outcome
from harness.workload import Workload


def result(ending: FlowEnding, began_s: float, ended_s: float, visible_s: float | None) -> FlowResult:
    operation = Operation(OperationKind.CREATE, began_s, began_s, ended_s, Outcome.OK, 202, None, 0, "")
    visible = None if visible_s is None else VisibleBounds(0, visible_s)
    return FlowResult(Workload(1, 1).plan(0), ending, "why", (operation,), visible)


def test_the_rate_ends_with_the_last_flow_that_completed() -> None:
    completed = [result(FlowEnding.COMPLETED, second, second + 1, 0.5) for second in range(4)]
    late = result(FlowEnding.FAILED, 0, 30, None)
    figures = flow_figures([*completed, late], clients=1)
    assert (figures.completed, figures.not_completed, figures.per_s) == (4, 1, 1)


def test_what_never_became_visible_counts_with_the_whole_time() -> None:
    figures = flow_figures([result(FlowEnding.COMPLETED, 0, 1, 0.5), result(FlowEnding.FAILED, 0, 30, None)], 1)
    assert figures.visible.max_ms == POLICY.flow_timeout_s * 1000


def test_no_flow_is_no_figure() -> None:
    with pytest.raises(UnavailableError, match="by 3 clients: why"):
        flow_figures([result(FlowEnding.FAILED, 0, 30, None)], clients=3)


def test_no_flow_begins_once_the_window_is_over() -> None:
    assert list(TimedWorkload(1, 10, window_s=-1).plans()) == []
    assert [plan.number for plan in TimedWorkload(1, 3, window_s=60).plans()] == [0, 1, 2]
