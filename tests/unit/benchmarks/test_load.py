"""Flows that were not done in time count with all of their time, and not as done."""

import pytest

from benchmarks.load import DEADLINES, TimedWorkload, flow_figures
from harness.errors import UnavailableError
from harness.history import FlowHistory
from harness.operations import FlowEnding, Meaning, Operation, OperationKind, Outcome


def flow(ending: FlowEnding, began_s: float, ended_s: float, visible_s: float | None) -> FlowHistory:
    create = Operation(OperationKind.CREATE, began_s, began_s, ended_s, Outcome.OK, Meaning.ACCEPTED, 202)
    operations = [create]
    if visible_s is not None:
        seen_s = began_s + visible_s
        operations.insert(1, Operation(OperationKind.STATUS, seen_s, seen_s, seen_s, Outcome.OK, Meaning.VISIBLE, 200))
        operations.append(Operation(OperationKind.RETRIEVE, seen_s, seen_s, ended_s, Outcome.OK, Meaning.FOUND, 200))
    return FlowHistory(0, {}, acceptable=True, operations=tuple(operations), ending=ending, reason="why")


def test_the_rate_ends_with_the_last_flow_that_completed() -> None:
    completed = [flow(FlowEnding.COMPLETED, second, second + 1, 0.5) for second in range(4)]
    late = flow(FlowEnding.FAILED, 0, 30, None)
    figures = flow_figures([*completed, late], clients=1)
    assert (figures.completed, figures.not_completed, figures.per_s) == (4, 1, 1)


def test_what_never_became_visible_counts_with_the_whole_time() -> None:
    figures = flow_figures([flow(FlowEnding.COMPLETED, 0, 1, 0.5), flow(FlowEnding.FAILED, 0, 30, None)], 1)
    assert figures.visible.max_ms == DEADLINES.flow_timeout_s * 1000


def test_no_flow_is_no_figure() -> None:
    with pytest.raises(UnavailableError, match="by 3 clients: why"):
        flow_figures([flow(FlowEnding.FAILED, 0, 30, None)], clients=3)


def test_no_flow_begins_once_the_window_is_over() -> None:
    assert list(TimedWorkload(1, 10, window_s=-1).plans()) == []
    assert [plan.number for plan in TimedWorkload(1, 3, window_s=60).plans()] == [0, 1, 2]
