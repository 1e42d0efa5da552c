"""The smallest histories that break each claim about endings and rejections, and the nearest that do not."""

from dataclasses import replace

from harness.checking import Evidence
from harness.checking.completion import EveryFlowCompleted, OnlyInvalidRejected
from harness.history import FlowHistory
from harness.operations import FlowEnding, Meaning, Outcome
from harness.verdicts import VerdictWord
from tests.unit.harness.checking.literal import (
    CREATE,
    accepted,
    call,
    check,
    flow,
    good_flow,
    history,
    payload,
    rejected,
    unknown_create,
)

VALID, INVALID, UNKNOWN = VerdictWord


def test_a_flow_that_failed_is_invalid_with_its_reason() -> None:
    result = check(EveryFlowCompleted, history(good_flow(0), flow(1, ending=FlowEnding.FAILED), final=None))
    assert (result.verdict, result.reason) == (INVALID, "1 violation in 2 flows; 1 of 2 completed")
    assert result.evidence == (Evidence("flow 1: why", 1),)


def test_flows_that_show_nothing_are_unknown_and_counted_by_kind() -> None:
    endings = [FlowEnding.UNREACHABLE, FlowEnding.INTERRUPTED, FlowEnding.INTERRUPTED, None]
    flows = (flow(number, ending=ending) for number, ending in enumerate(endings))
    result = check(EveryFlowCompleted, history(*flows, final=None, asked=9, not_started=2))
    assert result.verdict is UNKNOWN
    assert result.reason == (
        "1 flow not answered; 2 flows interrupted; 1 flow in the middle when the history stops; "
        "2 flows not started, since too many were in flight; 3 flows never begun; 0 of 9 completed"
    )


def test_an_acceptable_create_that_is_rejected_is_invalid() -> None:
    result = check(OnlyInvalidRejected, history(flow(7, rejected()), final=None))
    assert result.verdict is INVALID
    assert result.evidence == (
        Evidence("flow 7: {'name': 'Ada 7', 'email': '7@example.com'} was rejected at 0.100 s with 400: 400", 7),
    )


def test_a_create_that_breaks_the_rules_and_is_accepted_is_invalid() -> None:
    held = FlowHistory(7, {"name": ""}, False, (accepted("m7"),), FlowEnding.FAILED)
    (evidence,) = check(OnlyInvalidRejected, history(held, final=None)).evidence
    assert evidence == Evidence("flow 7: {'name': ''} was accepted at 0.100 s as m7, and had to be rejected", 7)


def test_what_must_be_rejected_is_and_what_must_not_is_not() -> None:
    wrong = FlowHistory(1, payload(1), False, (rejected(),), FlowEnding.COMPLETED)
    assert check(OnlyInvalidRejected, history(good_flow(0), wrong, final=None)).verdict is VALID


def test_an_answer_that_says_neither_is_another_checkers() -> None:
    busy = call(CREATE, Meaning.UNEXPECTED, 0, Outcome.INFO, status=503)
    held = history(flow(0, busy), replace(flow(1, unknown_create()), acceptable=False), flow(2), final=None)
    result = check(OnlyInvalidRejected, held)
    assert (result.verdict, result.reason) == (VALID, "there were no answered creates")
