"""The smallest histories in which something is made up or doubled, and the nearest in which nothing is."""

from dataclasses import replace

import pytest

from harness.checking import CheckResult, Evidence
from harness.checking.check import Check
from harness.checking.origins import IndefiniteOnceOrNot, NothingMadeUp, OneMessageOneResult, RejectedLeftNoTrace
from harness.history import FinalState, FlowHistory
from harness.operations import FlowEnding, Meaning, Outcome
from harness.shape.users import USERS_API
from harness.verdicts import VerdictWord
from tests.unit.harness.checking.literal import (
    AGREEMENT,
    CREATE,
    accepted,
    call,
    check,
    flow,
    good_flow,
    history,
    item,
    payload,
    rejected,
    state,
    unknown_create,
    visible,
)

VALID, INVALID, UNKNOWN = VerdictWord


def of(checker: type[Check], final: FinalState, *flows: FlowHistory) -> CheckResult:
    return check(checker, history(*flows, final=final))


def test_what_nobody_sent_is_made_up() -> None:
    result = of(NothingMadeUp, state(item(0), item(9)), good_flow(0))
    assert (result.verdict, result.reason) == (INVALID, "1 violation in 2 stored results")
    assert result.evidence[0].what.startswith("u9 (handle m9) was sent by nobody: {'id': 'u9', 'name': 'Ada 9', ")


def test_what_holds_a_flows_content_under_a_handle_that_nobody_was_given_is_made_up() -> None:
    result = of(NothingMadeUp, state(item(0), item(0, id="u9", messageId="m9")), good_flow(0))
    what = "u9 (handle m9) holds what flow 0 sent, under a handle that nobody was given"
    assert result.evidence == (Evidence(what, 0),)


def test_a_result_that_is_made_of_poison_is_made_up() -> None:
    result = of(NothingMadeUp, state(item(9, messageId="p"), poison_sent=("p",)))
    assert result.evidence == (Evidence("u9 (handle p) was made of poison"),)


def test_messages_that_were_there_before_make_it_unknown_whose_a_result_is() -> None:
    result = of(NothingMadeUp, state(item(9), foreign_before=True))
    reason = "1 stored result may be of messages that were in the queue before the run"
    assert (result.verdict, result.reason) == (UNKNOWN, reason)


@pytest.mark.parametrize(
    "held",
    [
        good_flow(0),
        flow(0, accepted("m0"), ending=FlowEnding.INTERRUPTED),
        flow(0, unknown_create(), ending=FlowEnding.UNREACHABLE),
        # It should not be there, and it was sent: another claim.
        flow(0, rejected(), ending=FlowEnding.FAILED),
    ],
)
def test_what_a_flow_sent_is_not_made_up_however_the_create_ended(held: FlowHistory) -> None:
    assert of(NothingMadeUp, state(item(0)), held).verdict is VALID


def test_a_create_whose_end_nobody_knows_is_there_once_or_not_at_all() -> None:
    held = flow(0, unknown_create())
    twice = of(IndefiniteOnceOrNot, state(item(0), item(0, id="u9", messageId="m9")), held)
    what = "was sent 1 times and is stored 2 times: u0 (handle m0), u9 (handle m9)"
    assert twice.evidence == (Evidence(f"flow 0: {what}", 0),)
    assert of(IndefiniteOnceOrNot, state(item(0)), held).reason == "1 indefinite create; 1 stored"
    assert of(IndefiniteOnceOrNot, state(), held).reason == "1 indefinite create; 0 stored"


def test_more_may_come_of_it_while_the_queue_is_not_quiet() -> None:
    final = state(item(0), quiet=False)
    assert of(IndefiniteOnceOrNot, final, flow(0, unknown_create())).verdict is UNKNOWN
    assert of(IndefiniteOnceOrNot, final, good_flow(0)).verdict is VALID


def test_an_acknowledged_twin_of_an_indefinite_create_is_told_apart_by_its_handle() -> None:
    twin = replace(good_flow(0), number=1)
    final = state(item(0), item(0, id="u9", messageId="m9"))
    held = flow(0, unknown_create())
    assert of(IndefiniteOnceOrNot, final, twin, held).reason == "1 indefinite create; 1 stored"


def test_two_indefinite_creates_of_the_same_content_may_be_there_twice() -> None:
    flows = flow(0, unknown_create()), replace(flow(0, unknown_create()), number=1)
    final = state(item(0), item(0, id="u9", messageId="m9"))
    assert of(IndefiniteOnceOrNot, final, *flows).verdict is VALID


def test_what_was_rejected_and_is_stored_left_a_trace() -> None:
    result = of(RejectedLeftNoTrace, state(item(0)), flow(0, rejected()))
    what = "u0 (handle m0) holds what flow 0 sent, which was rejected, or failed, or had to"
    assert result.evidence == (Evidence(what, 0),)


def test_what_never_reached_the_api_and_is_stored_left_a_trace() -> None:
    refused = call(CREATE, Meaning.NO_ANSWER, 0, Outcome.FAIL, seen="refused")
    assert of(RejectedLeftNoTrace, state(item(0)), flow(0, refused)).violations == 1


def test_what_had_to_be_rejected_and_is_stored_left_a_trace_whatever_was_seen() -> None:
    held = FlowHistory(0, payload(0), False, (unknown_create(),), FlowEnding.UNREACHABLE)
    assert of(RejectedLeftNoTrace, state(item(0)), held).violations == 1
    assert of(IndefiniteOnceOrNot, state(item(0)), held).reason == "there were no indefinite creates"


def test_what_was_rejected_and_is_not_stored_left_no_trace() -> None:
    incomplete = FlowHistory(1, {"name": "Ada 1"}, False, (rejected(),), FlowEnding.COMPLETED)
    result = of(RejectedLeftNoTrace, state(item(2)), flow(0, rejected()), incomplete, good_flow(2))
    assert (result.verdict, result.reason) == (VALID, "2 rejected creates")


def test_a_message_that_is_stored_twice_is_wrong() -> None:
    result = of(OneMessageOneResult, state(item(0), item(0, id="u9")), good_flow(0))
    assert result.evidence == (Evidence("flow 0: m0, accepted at 0.100 s, is stored 2 times: u0, u9", 0),)


def test_a_handle_that_two_flows_were_given_is_wrong() -> None:
    result = of(OneMessageOneResult, state(), flow(0, accepted("m")), flow(1, accepted("m", 5)))
    assert result.evidence == (Evidence("m was given to flow 0, and to flow 1 at 5.100 s", 1),)


def test_a_result_of_two_messages_is_wrong() -> None:
    flows = flow(0, accepted("m0"), visible(1, "m0", "u")), flow(1, accepted("m1"), visible(2, "m1", "u"))
    result = of(OneMessageOneResult, state(), *flows)
    assert result.evidence == (Evidence("u is the result of m0, and at 2.100 s of m1 too", 1),)


def test_a_status_that_names_another_result_than_the_one_stored_is_wrong() -> None:
    result = of(OneMessageOneResult, state(item(0)), flow(0, accepted(), visible(1, result_id="u9")))
    assert result.evidence == (Evidence("m0 was visible at 1.100 s as u9, and is stored as u0", 0),)


def test_one_identity_stored_for_two_messages_is_wrong() -> None:
    result = of(OneMessageOneResult, state(item(0), item(0, messageId="m9")))
    assert result.evidence == (Evidence("u0 (handle m0) is also stored for m9"),)


def test_one_result_a_message_and_one_message_a_result() -> None:
    flows = good_flow(0), good_flow(1), flow(2, unknown_create()), flow(3, accepted("m3"))
    assert of(OneMessageOneResult, state(item(0), item(1)), *flows).verdict is VALID


def test_content_is_told_apart_as_json_is() -> None:
    stored = replace(USERS_API.stored, equal={"/name": "name"}) if USERS_API.stored else None
    agreement = replace(AGREEMENT, shape=replace(USERS_API, stored=stored))
    sent, other = {"name": [1, {"a": None}]}, {"name": [True, {"a": None}]}
    held = FlowHistory(0, sent, True, (unknown_create(),), FlowEnding.UNREACHABLE)
    for document, word in ((sent, VALID), (other, INVALID)):
        final = state(replace(item(0), document=document))
        assert check(NothingMadeUp, history(held, final=final), agreement).verdict is word
