"""What each claim says under faults: the smallest histories that a sound stack may show, and the nearest it may not."""

from dataclasses import replace
from typing import Any

import pytest

from harness.checking import CheckResult, Evidence
from harness.checking.answers import AnswersAsAgreed
from harness.checking.check import Check
from harness.checking.conservation import AllAccountedFor, DeadLettersArePoison, NoCreateLost
from harness.checking.origins import IndefiniteOnceOrNot
from harness.checking.visibility import RetrieveAfterVisible, VisibleInTime, VisibleStaysVisible
from harness.history import FaultHistory, FlowHistory
from harness.operations import FlowEnding, Meaning, Operation, Outcome
from harness.verdicts import VerdictWord
from tests.unit.harness.checking.literal import (
    CREATE,
    STATUS,
    accepted,
    call,
    check,
    fault,
    firing,
    flow,
    good_flow,
    history,
    item,
    message,
    missing,
    pending,
    state,
    unknown_create,
    visible,
)

VALID, INVALID, UNKNOWN = VerdictWord
POST = "POST /users"


def of(checker: type[Check], held: FlowHistory, *faults: FaultHistory, **final: Any) -> CheckResult:
    stored = final.pop("stored", ())
    return check(checker, history(held, final=state(*stored, **final), faults=faults))


def seen_at(missed_s: float) -> FlowHistory:
    return flow(0, accepted(), pending(missed_s), visible(missed_s + 0.02, ended_s=missed_s + 0.04))


# Agreed are 30 s after the create's answer at 0.1 s; what fails a delivery comes again after 30 s.


def test_the_bound_counts_from_the_healing_of_what_holds_everything_back() -> None:
    slow = fault("cold-starts", firing(1, 7), until_s=20)
    assert of(VisibleInTime, seen_at(49.9), slow).verdict is VALID
    result = of(VisibleInTime, seen_at(50.1), slow)
    assert result.evidence == (
        Evidence(
            "m0, accepted at 0.100 s, was not visible at 50.100 s, 30.100 s later than faults that held it back were "
            "over, at 20.000 s; agreed is 30 s",
            0,
        ),
    )


def test_a_fault_that_never_fired_holds_nothing_back() -> None:
    assert of(VisibleInTime, seen_at(40), fault("slow-handlers", until_s=20)).verdict is INVALID
    assert of(VisibleInTime, seen_at(40), fault("slow-handlers", until_s=20, fired=None)).verdict is VALID


def test_a_fault_that_began_when_the_create_was_late_already_excuses_nothing() -> None:
    late = fault("slow-handlers", firing(35, 7), periods=((31.0, 50.0),))
    assert of(VisibleInTime, seen_at(40), late).verdict is INVALID
    in_time = fault("slow-handlers", firing(35, 7), periods=((29.0, 50.0),))
    assert of(VisibleInTime, seen_at(40), in_time).verdict is VALID


@pytest.mark.parametrize("kind", ["gsi-lag", "delays", "table-lag"])
def test_what_delays_only_what_it_hits_holds_it_for_as_long_as_that(kind: str) -> None:
    lag = fault(kind, firing(1, 0, delay_s=4), firing(1, 7, delay_s=90), until_s=None)
    assert of(VisibleInTime, seen_at(34.9), lag).verdict is VALID
    assert of(VisibleInTime, seen_at(35.1), lag).verdict is INVALID
    assert of(VisibleInTime, seen_at(40), replace(lag, fired=3)).verdict is VALID, "one hit is not known"


@pytest.mark.parametrize("whose", [0, 7, None])
def test_a_crash_holds_the_whole_batch_until_its_messages_come_again(whose: int | None) -> None:
    crash = fault("crashes", firing(10, whose), until_s=11)
    assert of(VisibleInTime, seen_at(69.9), crash).verdict is VALID
    assert of(VisibleInTime, seen_at(70.1), crash).verdict is INVALID
    assert of(VisibleInTime, seen_at(90), crash, visibility_timeout_s=None).verdict is VALID


def test_a_function_that_was_slowed_down_may_have_run_out_of_time() -> None:
    slow = fault("slow-handlers", firing(10, 7, delay_s=2), until_s=11)
    assert of(VisibleInTime, seen_at(71.9), slow).verdict is VALID
    assert of(VisibleInTime, seen_at(72.1), slow).verdict is INVALID


def test_a_failed_write_holds_its_own_message_until_it_comes_again_and_others_while_it_is_set() -> None:
    assert of(VisibleInTime, seen_at(69.9), fault("table-errors", firing(10), until_s=11)).verdict is VALID
    assert of(VisibleInTime, seen_at(42), fault("table-errors", firing(10, 7), until_s=11)).verdict is INVALID


def test_what_is_refused_at_the_api_holds_no_visibility_back() -> None:
    assert of(VisibleInTime, seen_at(40), fault("api-429", firing(0.05, 7, POST), until_s=35)).verdict is INVALID


def test_what_was_not_asked_again_after_the_healing_and_the_bound_is_not_known() -> None:
    slow = fault("slow-handlers", firing(1, 7), until_s=20)
    assert of(VisibleInTime, flow(0, accepted(), pending(45)), slow).verdict is UNKNOWN


def shown_what_was(at_s: float, delay_s: float, flow: int = 0, **members: Any) -> FaultHistory:
    return fault("stale-reads", firing(at_s, flow, "Query", delay_s=delay_s), **members)


def test_a_poll_that_a_replica_answered_says_only_what_was_so_much_earlier() -> None:
    assert of(VisibleInTime, seen_at(31), shown_what_was(31.05, 2)).verdict is UNKNOWN, "it may have been there"
    assert of(VisibleInTime, seen_at(29), shown_what_was(29.05, 2)).verdict is VALID
    assert of(VisibleInTime, seen_at(33), shown_what_was(33.05, 2)).verdict is INVALID
    assert of(VisibleInTime, seen_at(31), shown_what_was(31.05, 2, flow=7)).verdict is INVALID
    assert of(VisibleInTime, seen_at(31), shown_what_was(20, 2)).verdict is INVALID, "another poll was hit"
    assert of(VisibleInTime, seen_at(31), shown_what_was(20, 2, fired=2)).verdict is UNKNOWN, "perhaps this one was"


def test_a_poll_that_a_replica_answered_as_before_it_was_there_does_not_say_that_it_is_gone() -> None:
    held = flow(0, accepted(), visible(1), pending(2), visible(3))
    result = of(VisibleStaysVisible, held, shown_what_was(2.05, 1.5))
    assert (result.verdict, result.reason) == (VALID, "2 later polls; 1 pending, shown what was by stale reads")
    assert of(VisibleStaysVisible, held, shown_what_was(2.05, 0.5)).verdict is INVALID, "it was there by then"
    assert of(VisibleStaysVisible, held, shown_what_was(2.05, 1.5, flow=7)).verdict is INVALID
    assert of(VisibleStaysVisible, held, shown_what_was(2.9, 1.5)).verdict is INVALID, "another poll was hit"
    assert of(VisibleStaysVisible, held, fault("gsi-lag", firing(2.05, 0, "Query", delay_s=1.5))).verdict is INVALID


def test_one_hit_shows_one_poll_what_was() -> None:
    held = flow(0, accepted(), visible(1), pending(2), pending(2.15))
    assert of(VisibleStaysVisible, held, shown_what_was(2.1, 1.5)).violations == 1


def test_a_replica_is_no_excuse_for_a_retrieve_that_is_not_consistent() -> None:
    held = flow(0, accepted(), visible(1), missing(2))
    stale = fault("stale-reads", firing(2.05, 0, "GetItem", delay_s=1.5))
    assert of(RetrieveAfterVisible, held, stale).verdict is INVALID


def test_a_poll_that_a_replica_perhaps_answered_is_not_known() -> None:
    result = of(VisibleStaysVisible, flow(0, accepted(), visible(1), pending(2)), shown_what_was(50, 1, fired=2))
    why = "1 later poll pending, perhaps shown what was: not every hit is known"
    assert (result.verdict, result.reason) == (UNKNOWN, why)


KILL = fault("kills", firing(5.0, None, ""), periods=((5.0, 9.0),))


@pytest.mark.parametrize("checker", [VisibleInTime, VisibleStaysVisible, RetrieveAfterVisible, NoCreateLost])
def test_what_an_engine_forgot_when_it_was_killed_is_left_out(checker: type[Check]) -> None:
    held = flow(0, accepted(), pending(50) if checker is VisibleInTime else visible(1), pending(51), missing(52))
    assert of(checker, held, KILL).verdict is VALID
    assert of(checker, held).verdict is INVALID


@pytest.mark.parametrize("checker", [VisibleInTime, VisibleStaysVisible, RetrieveAfterVisible, NoCreateLost])
def test_what_was_accepted_after_a_restart_must_hold(checker: type[Check]) -> None:
    held = flow(
        0, accepted(at_s=9.5), pending(60) if checker is VisibleInTime else visible(11), pending(61), missing(62)
    )
    assert of(checker, held, KILL).verdict is INVALID


def test_what_was_shown_to_be_stale_before_the_kill_stays_shown() -> None:
    assert of(VisibleStaysVisible, flow(0, accepted(), visible(1), pending(2)), KILL).verdict is INVALID


def test_what_a_kill_made_forgotten_is_counted_with_its_reason() -> None:
    why = "accepted before the engine was killed, which forgets everything"
    assert of(NoCreateLost, good_flow(0), KILL).reason == f"1 acknowledged create; 1 left out, {why}"
    assert of(AllAccountedFor, good_flow(0), KILL).reason == (
        f"1 acknowledged create; 1 acknowledged = 0 stored + 0 queued + 0 dead-lettered + 1 {why}"
    )
    poison = of(DeadLettersArePoison, good_flow(0), KILL, poison_sent=("p0", "p1"))
    assert (poison.verdict, poison.reason) == (
        VALID,
        "there were no dead-lettered messages; 2 poison messages left out, sent before the engine was killed",
    )


FIVE_CRASHES = fault("late-crashes", *(firing(at_s, at_s) for at_s in range(1, 6)))


@pytest.mark.parametrize("checker", [DeadLettersArePoison, AllAccountedFor])
def test_a_message_may_be_dead_lettered_only_when_faults_failed_each_of_its_deliveries(checker: type[Check]) -> None:
    dead: dict[str, Any] = {"stored": (item(0),), "dead_lettered": (message("m0"),)}
    assert of(checker, good_flow(0), FIVE_CRASHES, **dead).verdict is VALID
    too_few = replace(FIVE_CRASHES, firings=FIVE_CRASHES.firings[:4], fired=4)
    assert of(checker, good_flow(0), too_few, **dead).verdict is INVALID
    others = replace(FIVE_CRASHES, kind="table-errors")
    assert of(checker, good_flow(0), others, **dead).verdict is INVALID, "these fail nobody else's"
    slow = replace(FIVE_CRASHES, kind="slow-handlers")
    assert of(checker, good_flow(0), slow, **dead).verdict is INVALID, "these fail nothing"
    before = replace(FIVE_CRASHES, firings=tuple(firing(-9, number) for number in range(5)))
    assert of(checker, good_flow(0), before, **dead).verdict is INVALID


def test_a_duplicate_counts_as_received_as_often_as_its_message_was() -> None:
    dead: dict[str, Any] = {"stored": (item(0),), "dead_lettered": (message("m0"),)}
    four = replace(FIVE_CRASHES, firings=FIVE_CRASHES.firings[:4], fired=4)
    assert of(AllAccountedFor, good_flow(0), four, fault("duplicates", firing(1)), **dead).verdict is VALID
    assert of(AllAccountedFor, good_flow(0), four, fault("duplicates", firing(1, 7)), **dead).verdict is INVALID


def test_hits_that_are_not_known_leave_dead_letters_unknown() -> None:
    dead: dict[str, Any] = {"stored": (item(0),), "dead_lettered": (message("m0"),)}
    result = of(DeadLettersArePoison, good_flow(0), replace(FIVE_CRASHES, fired=9), **dead)
    assert (result.verdict, result.violations) == (UNKNOWN, 0)


@pytest.mark.parametrize("whose", ["p0", "m0"])
def test_a_message_that_was_dead_lettered_too_soon_is_wrong_whatever_hit_it(whose: str) -> None:
    early = replace(message(whose), receive_count=4)
    final: dict[str, Any] = {"stored": (item(0),), "dead_lettered": (early,), "poison_sent": ("p0",)}
    result = of(DeadLettersArePoison, good_flow(0), FIVE_CRASHES, **final)
    what = f"{whose} is dead-lettered too soon: it was received 4 times, and the queue lets it be 5"
    assert what in [evidence.what for evidence in result.evidence]


def create_hit(kind: str, *more: FaultHistory, **final: Any) -> CheckResult:
    held = flow(0, unknown_create(), ending=FlowEnding.UNREACHABLE)
    return of(IndefiniteOnceOrNot, held, fault(kind, firing(0.05, 0, POST)), *more, **final)


def test_a_create_whose_answer_alone_was_lost_is_stored() -> None:
    unknown = item(0, messageId="nobody-knows")
    assert create_hit("api-reset-after", stored=(unknown,)).verdict is VALID
    result = create_hit("api-reset-after")
    assert result.evidence == (
        Evidence("flow 0: its create was carried out, only its answer was lost to a fault, and it is not stored", 0),
    )
    assert create_hit("api-reset-after", stored=(unknown, replace(unknown, identity="u1"))).verdict is INVALID


@pytest.mark.parametrize("kind", ["api-reset-before", "api-500", "api-504"])
def test_a_create_that_was_not_carried_out_is_not_stored(kind: str) -> None:
    assert create_hit(kind).verdict is VALID
    result = create_hit(kind, stored=(item(0, messageId="nobody-knows"),))
    assert result.evidence == (
        Evidence(
            "flow 0: was hit by a fault that lets no create be carried out, and is stored: u0 (handle nobody-knows)", 0
        ),
    )


def test_a_request_that_two_faults_hit_was_not_carried_out_if_either_kept_it() -> None:
    throttle = fault("send-throttles", firing(0.06, 0, "SendMessage"))
    assert create_hit("api-reset-after", throttle).verdict is VALID


def test_a_lost_answer_tells_nothing_where_more_may_have_happened() -> None:
    assert create_hit("api-reset-after", fault("api-500", fired=3)).verdict is VALID, "hits that nobody knows"
    assert create_hit("api-reset-after", KILL).verdict is VALID
    assert create_hit("api-reset-after", quiet=False).verdict is UNKNOWN
    assert create_hit("api-reset-after", dead_lettered=(message("m9"),)).verdict is UNKNOWN
    assert create_hit("api-reset-after", dead_lettered=(message("p"),), poison_sent=("p",)).verdict is INVALID


def answers(one: Operation, *faults: FaultHistory) -> CheckResult:
    return of(AnswersAsAgreed, flow(0, one), *faults)


def throttled(body: str) -> Operation:
    return call(CREATE, Meaning.UNEXPECTED, 0, Outcome.FAIL, status=429, body=body, seen=f"429: {body}")


def test_an_answer_that_a_hit_explains_is_right_in_the_gateway_s_form_and_no_other() -> None:
    hit = fault("api-429", firing(0.05, 0, POST))
    result = answers(throttled('{"message": "Too Many Requests"}'), hit)
    assert (result.verdict, result.reason) == (VALID, "1 answer; answered so by faults: 1 x 429")
    for body in ("", "<html>", '{"Message": "x"}', '{"message": 1}', '{"message": "x", "more": 1}', "[]"):
        assert answers(throttled(body), hit).verdict is INVALID
    assert answers(throttled('{"message": "Too Many Requests"}'), fault("api-429")).verdict is INVALID


def test_the_contract_s_own_form_is_right_too() -> None:
    busy = call(STATUS, Meaning.UNEXPECTED, 1, Outcome.FAIL, status=503, body="anything", seen="503")
    hit = fault("table-errors", firing(1.05, 0, "Query"))
    assert answers(busy, hit).reason == "1 answer; answered so by faults: 1 x 503"


def test_an_answer_of_which_the_hit_may_be_missing_is_not_known() -> None:
    result = answers(throttled('{"message": "x"}'), fault("api-429", fired=2))
    assert (result.verdict, result.reason) == (
        UNKNOWN,
        "1 answers perhaps of faults, of which not every hit is known",
    )
