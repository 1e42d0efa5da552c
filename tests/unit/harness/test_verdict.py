"""Tallies and verdicts on literal results."""

import pytest

from harness.api_client import NewUser
from harness.errors import ExitCode
from harness.flow import FlowEnding, FlowResult, VisibleBounds
from harness.operations import Operation, OperationKind, Outcome
from harness.tally import KEPT_FAILURES, Tally
from harness.verdict import Verdict, VerdictWord, judge
from harness.workload import FlowPlan

COMPLETED, FAILED = FlowEnding.COMPLETED, FlowEnding.FAILED
UNREACHABLE, INTERRUPTED = FlowEnding.UNREACHABLE, FlowEnding.INTERRUPTED


def flow(ending: FlowEnding, *operations: Operation, visible: VisibleBounds | None = None) -> FlowResult:
    return FlowResult(FlowPlan(0, NewUser("Ada", "a@example.com")), ending, "why", operations, visible)


def call(kind: OperationKind, scheduled_s: float, ended_s: float, outcome: Outcome = Outcome.OK) -> Operation:
    return Operation(kind, scheduled_s, scheduled_s + 0.001, ended_s, outcome, 200, None, 0, "seen")


def tally_of(asked: int, *endings: FlowEnding) -> Tally:
    tally = Tally(asked)
    for ending in endings:
        tally.add(flow(ending))
    return tally


@pytest.mark.parametrize(
    ("asked", "endings", "word", "reason"),
    [
        (2, [COMPLETED] * 2, "valid", "2 of 2 flows completed; every user came back exactly as it was sent"),
        (2, [COMPLETED, FAILED], "invalid", "1 of 2 flows failed"),
        (5, [FAILED, UNREACHABLE, INTERRUPTED], "invalid", "1 of 5 flows failed"),
        (2, [COMPLETED, UNREACHABLE], "unknown", "1 of 2 flows completed, none failed, 1 not answered"),
        (2, [COMPLETED], "unknown", "1 of 2 flows completed, none failed, 1 not started"),
        (
            3,
            [COMPLETED, INTERRUPTED, INTERRUPTED],
            "unknown",
            "1 of 3 flows completed, none failed, 2 interrupted",
        ),
        (2, [], "unknown", "0 of 2 flows completed, none failed, 2 not started"),
    ],
)
def test_the_verdict(asked: int, endings: list[FlowEnding], word: str, reason: str) -> None:
    assert judge(tally_of(asked, *endings)) == Verdict(VerdictWord(word), reason)


def test_nothing_at_all_is_never_valid() -> None:
    assert judge(Tally(0)).word is VerdictWord.UNKNOWN


def test_each_word_has_its_exit_code() -> None:
    codes = [Verdict(word, "").exit_code for word in VerdictWord]
    assert codes == [ExitCode.VALID, ExitCode.INVALID, ExitCode.UNKNOWN] == [0, 1, 2]


def test_calls_count_from_when_they_were_meant_to_start_and_only_if_they_are_ok() -> None:
    tally = Tally(1)
    tally.add(
        flow(
            COMPLETED,
            call(OperationKind.CREATE, 10.0, 10.5),
            call(OperationKind.STATUS, 11.0, 11.1),
            call(OperationKind.STATUS, 12.0, 19.0, Outcome.FAIL),
            call(OperationKind.RETRIEVE, 20.0, 20.2),
            visible=VisibleBounds(1.0, 2.0),
        )
    )
    timings = tally.timings()
    assert {name: (quantiles.count, quantiles.max_ms) for name, quantiles in timings.items()} == {
        "create": (1, 500),
        "status": (1, 100),
        "retrieve": (1, 200),
        "get": (2, 200),
        "visible_lower": (1, 1000),
        "visible_upper": (1, 2000),
    }
    assert tally.duration_s == pytest.approx(10.2)


def test_the_first_failures_are_kept_and_the_rest_is_counted() -> None:
    tally = tally_of(100, COMPLETED, INTERRUPTED, *[FAILED] * 30, UNREACHABLE)
    assert len(tally.failures) == KEPT_FAILURES
    assert {failure.ending for failure in tally.failures} == {FAILED}
    assert tally.ended(FAILED) == 30
    assert tally.not_started == 67
