"""The smallest histories in which something is not as it was sent, and the nearest in which it is."""

from dataclasses import replace
from typing import Any

import pytest

from harness.checking import CheckResult, Evidence
from harness.checking.equality import ResultNeverChanges, RetrievedAsSent, StoredAsSent
from harness.history import FlowHistory, StoredItem
from harness.operations import FlowEnding, Meaning, Operation, Outcome
from harness.shape import When
from harness.shape.users import USERS_API
from harness.verdicts import VerdictWord
from tests.unit.harness.checking.literal import (
    AGREEMENT,
    RETRIEVE,
    STATUS,
    accepted,
    call,
    check,
    flow,
    found,
    good_flow,
    history,
    item,
    missing,
    state,
    unknown_create,
    user,
)

VALID, INVALID, UNKNOWN = VerdictWord


def retrieved(*retrieves: Operation) -> CheckResult:
    return check(RetrievedAsSent, history(flow(0, accepted(), *retrieves), final=None))


@pytest.mark.parametrize("name", ["Ada 0 ", "ada 0", "", None, 0, ["Ada 0"]])
def test_a_result_that_came_back_otherwise_is_wrong(name: Any) -> None:
    assert retrieved(found(1, user(0, name=name))).violations == 1


def test_it_is_shown_beside_what_was_sent() -> None:
    (evidence,) = retrieved(found(1, user(0, name="Ad\u00e0"))).evidence
    assert evidence == Evidence("flow 0: u0, retrieved at 1.100 s: /name is 'Ad\\xe0', sent was 'Ada 0'", 0)


def test_a_result_without_what_was_sent_is_wrong() -> None:
    document = user(0)
    del document["email"]
    (evidence,) = retrieved(found(1, document)).evidence
    assert evidence.what.endswith("/email is nothing, sent was '0@example.com'")


def test_true_is_not_one() -> None:
    sent = FlowHistory(0, {"name": 1, "email": "e"}, True, (found(1, {"id": "u0", "name": True, "email": "e"}),), None)
    assert check(RetrievedAsSent, history(sent, final=None)).violations == 1


def test_an_answer_that_says_here_it_is_and_holds_something_else_is_wrong() -> None:
    neighbour = call(
        RETRIEVE, Meaning.UNEXPECTED, 1, Outcome.FAIL, target="u0", status=200, seen="another result than asked for"
    )
    result = retrieved(neighbour)
    assert result.evidence == (Evidence("flow 0: u0, retrieved at 1.100 s: another result than asked for", 0),)
    assert result.reason == "1 violation in 1 retrieved result"


@pytest.mark.parametrize(
    ("found_statuses", "missing_statuses", "violations"),
    [({"2xx"}, {"4xx"}, 1), ({"2xx"}, {"200"}, 0), ({"201"}, {"404"}, 0)],
)
def test_only_a_status_that_nothing_but_a_result_has_says_here_it_is(
    found_statuses: set[str], missing_statuses: set[str], violations: int
) -> None:
    retrieve = replace(
        USERS_API.retrieve, found=When(frozenset(found_statuses)), missing=When(frozenset(missing_statuses))
    )
    odd = call(RETRIEVE, Meaning.UNEXPECTED, 1, Outcome.FAIL, target="u0", status=200)
    agreement = replace(AGREEMENT, shape=replace(USERS_API, retrieve=retrieve))
    held = history(flow(0, accepted(), odd), final=None)
    assert check(RetrievedAsSent, held, agreement).violations == violations


@pytest.mark.parametrize(
    "answer",
    [
        found(1, user(0)),
        found(1, user(0, other="more")),
        missing(1),
        call(RETRIEVE, Meaning.UNEXPECTED, 1, Outcome.FAIL, target="u0", status=503, seen="503"),
        call(RETRIEVE, Meaning.NO_ANSWER, 1, Outcome.FAIL, target="u0"),
        call(STATUS, Meaning.UNEXPECTED, 1, Outcome.FAIL, target="m0", status=200, seen="another's"),
    ],
)
def test_what_does_not_come_back_otherwise(answer: Operation) -> None:
    assert retrieved(answer).verdict is VALID


def stored(flow_held: FlowHistory, *items: StoredItem) -> CheckResult:
    return check(StoredAsSent, history(flow_held, final=state(*items)))


def test_what_is_stored_otherwise_is_wrong_also_where_nobody_retrieved_it() -> None:
    result = stored(flow(0, accepted()), item(0, email="1@example.com"))
    assert result.evidence == (
        Evidence("flow 0: m0 is stored as u0 with email '1@example.com', sent was '0@example.com'", 0),
    )


def test_every_stored_result_of_a_message_is_compared() -> None:
    assert stored(good_flow(0), item(0), item(0, id="u9", name="x")).violations == 1


def test_what_is_stored_as_it_was_sent_and_what_has_no_handle_of_a_flow() -> None:
    assert stored(good_flow(0), item(0)).reason == "1 stored result"
    assert stored(flow(0, unknown_create()), item(5, messageId="m5")).reason == "there were no stored results"


def test_a_table_that_could_not_be_read_is_unknown_with_the_reason() -> None:
    final = replace(state(), stored=None, problems=("the table: no answer",))
    result = check(StoredAsSent, history(good_flow(0), final=final))
    assert (result.verdict, result.reason) == (UNKNOWN, "what is stored could not be read: the table: no answer")


LATER = "2026-01-01T00:00:09.000Z"


def test_what_was_retrieved_and_is_stored_otherwise_in_the_end_has_changed() -> None:
    result = check(ResultNeverChanges, history(good_flow(0), final=state(item(0, createdAt=LATER))))
    assert result.evidence == (
        Evidence(
            "u0 was retrieved at 0.700 s with createdAt '2026-01-01T00:00:00.000Z', "
            f"and is stored with '{LATER}' in the end",
            0,
        ),
    )


def test_what_was_retrieved_twice_has_to_be_the_same_both_times() -> None:
    held = flow(0, accepted(), found(1, user(0)), found(2, user(0, createdAt=LATER)))
    result = check(ResultNeverChanges, history(held, final=state()))
    assert result.violations == 1
    assert result.evidence[0].what.startswith("u0 came back as two: at 1.100 s {'id': 'u0', ")


def test_what_stays_as_it_was() -> None:
    held = flow(0, accepted(), found(1, user(0)), found(2, user(0)))
    assert check(ResultNeverChanges, history(held, final=state(item(0)))).reason == "2 compared results"


def test_results_of_different_identities_are_not_compared() -> None:
    held = flow(0, accepted(), found(1, user(0)), found(2, user(1)))
    assert check(ResultNeverChanges, history(held, final=state())).reason == "there were no compared results"


def test_an_unknown_end_is_unknown_only_where_the_shape_says_what_may_not_change() -> None:
    held = history(good_flow(0), final=replace(state(), stored=None))
    assert check(ResultNeverChanges, held).verdict is UNKNOWN
    assert check(ResultNeverChanges, replace(held, observable=False, final=None)).verdict is VALID
    assert USERS_API.stored is not None
    shape = replace(USERS_API, stored=replace(USERS_API.stored, unchanged={}))
    assert check(ResultNeverChanges, held, replace(AGREEMENT, shape=shape)).verdict is VALID


def test_a_create_that_had_to_be_rejected_is_compared_like_any_other() -> None:
    held = FlowHistory(0, {"name": "Ada"}, False, (accepted(),), FlowEnding.FAILED)
    assert stored(held, item(0, name="Ada")).evidence[0].what.endswith("email '0@example.com', sent was nothing")
