"""The live counts: what it counts, what it times, and that it keeps nothing of a flow that ended."""

import pytest

from harness.history.recorder import Invocation
from harness.operations import FlowEnding, Meaning, Operation, OperationKind, Outcome
from harness.running.live_counts import KEPT_REASONS, LiveCounts
from harness.workload import FlowPlan

CREATE, STATUS, RETRIEVE = OperationKind


class TalliedRun:
    """A live_counts, told of flows in few words."""

    def __init__(self, asked: int = 10) -> None:
        self.live_counts = LiveCounts(asked)

    def begin(self, flow: int, *, acceptable: bool = True) -> None:
        self.live_counts.flow_begins(FlowPlan(flow, {}, acceptable))

    def call(
        self,
        flow: int,
        kind: OperationKind,
        meaning: Meaning,
        span_s: tuple[float, float],
        *,
        outcome: Outcome = Outcome.OK,
        meant_s: float | None = None,
    ) -> None:
        scheduled_s = span_s[0] if meant_s is None else meant_s
        invocation = Invocation(0, flow, 0, kind, scheduled_s, span_s[0], None)
        self.live_counts.call_begins(invocation)
        self.live_counts.call_ended(invocation, Operation(kind, scheduled_s, *span_s, outcome, meaning))

    def complete(self, flow: int) -> None:
        self.begin(flow)
        self.call(flow, CREATE, Meaning.ACCEPTED, (0, 0.1))
        self.call(flow, STATUS, Meaning.PENDING, (0.1, 0.2))
        self.call(flow, STATUS, Meaning.VISIBLE, (0.3, 0.4))
        self.call(flow, RETRIEVE, Meaning.FOUND, (0.4, 0.5))
        self.live_counts.flow_ended(flow, FlowEnding.COMPLETED, "")


def test_nothing_yet_is_zero() -> None:
    progress = LiveCounts(10).progress()
    assert (progress.asked, progress.begun, progress.ended, progress.in_flight, progress.completed) == (10, 0, 0, 0, 0)
    assert (progress.calls, progress.errors, progress.duration_s, progress.flows_per_s) == (0, 0, 0, 0)
    assert (progress.create.count, progress.visible.count) == (0, 0)


def test_flows_are_counted_by_how_far_they_are() -> None:
    run = TalliedRun()
    run.complete(0)
    run.complete(1)
    run.begin(2)
    run.live_counts.flow_not_started(3, 0.5)
    progress = run.live_counts.progress()
    assert (progress.begun, progress.ended, progress.in_flight, progress.not_started) == (3, 2, 1, 1)
    assert progress.endings == {
        FlowEnding.COMPLETED: 2,
        FlowEnding.FAILED: 0,
        FlowEnding.UNREACHABLE: 0,
        FlowEnding.INTERRUPTED: 0,
    }
    assert progress.duration_s == 0.5
    assert progress.flows_per_s == 4


def test_a_create_and_its_visibility_are_timed_from_when_it_was_meant_to_be_made() -> None:
    run = TalliedRun()
    run.begin(0)
    run.call(0, CREATE, Meaning.ACCEPTED, (1, 1.25), meant_s=0.5)
    run.call(0, STATUS, Meaning.VISIBLE, (2, 2.5))
    run.call(0, STATUS, Meaning.VISIBLE, (8, 9))  # confirms, and is no second visibility
    progress = run.live_counts.progress()
    assert (progress.create.count, progress.create.max_ms) == (1, 750)
    assert (progress.visible.count, progress.visible.max_ms) == (1, 2000)


@pytest.mark.parametrize("kind", [CREATE, STATUS, RETRIEVE])
def test_calls_that_were_not_ok_are_errors_and_not_timed(kind: OperationKind) -> None:
    run = TalliedRun()
    run.begin(0)
    run.call(0, kind, Meaning.UNEXPECTED, (0, 1), outcome=Outcome.FAIL)
    run.call(0, kind, Meaning.NO_ANSWER, (1, 2), outcome=Outcome.INFO)
    progress = run.live_counts.progress()
    assert (progress.calls, progress.errors, progress.create.count, progress.visible.count) == (2, 2, 0, 0)


@pytest.mark.parametrize(("acceptable", "errors"), [(True, 1), (False, 0)])
def test_a_rejection_is_an_error_only_where_it_is_wrong(acceptable: bool, errors: int) -> None:
    run = TalliedRun()
    run.begin(0, acceptable=acceptable)
    run.call(0, CREATE, Meaning.REJECTED, (0, 1), outcome=Outcome.FAIL)
    assert run.live_counts.progress().errors == errors


def test_the_first_reasons_are_kept_and_no_more() -> None:
    run = TalliedRun(asked=100)
    for flow in range(50):
        run.begin(flow)
        ending = (FlowEnding.FAILED, FlowEnding.UNREACHABLE, FlowEnding.INTERRUPTED)[flow % 3]
        run.live_counts.flow_ended(flow, ending, f"reason {flow}")
    assert run.live_counts.reasons[:4] == ["reason 0", "reason 1", "reason 3", "reason 4"]
    assert len(run.live_counts.reasons) == KEPT_REASONS


def test_nothing_is_kept_of_flows_that_ended() -> None:
    run = TalliedRun()
    for flow in range(100):
        run.complete(flow)
    run.begin(100)
    run.call(100, CREATE, Meaning.ACCEPTED, (1, 2))
    run.live_counts.flow_ended(100, FlowEnding.FAILED, "never visible")
    assert not run.live_counts._created_s
    assert not run.live_counts._acceptable
