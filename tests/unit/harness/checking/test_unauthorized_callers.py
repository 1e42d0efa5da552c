"""Unauthorized callers that were let in or left a trace, in the smallest histories; and the nearest sound ones."""

from dataclasses import replace

import pytest

from harness.callers import Auth
from harness.checking import CheckResult
from harness.checking.catalogue import check_all
from harness.checking.check import Check
from harness.checking.completion import OnlyInvalidRejected
from harness.checking.unauthorized_callers import (
    CreatedByCaller,
    UnauthorizedCallersLeftNoTrace,
    UnauthorizedCallersRefused,
)
from harness.history import FinalState, FlowHistory, Message
from harness.operations import FlowEnding, Meaning, Operation, Outcome
from harness.verdicts import VerdictWord
from tests.unit.harness.checking.literal import (
    AGREEMENT,
    CREATE,
    accepted,
    call,
    good_flow,
    history,
    item,
    payload,
    rejected,
    state,
    unknown_create,
)

VALID, INVALID, UNKNOWN = VerdictWord
TOKENS = replace(AGREEMENT, auth=Auth.JWT)
BODY = '{"name": "Ada 1", "email": "1@example.com"}'


def refused(status: int = 401) -> Operation:
    return call(CREATE, Meaning.UNAUTHORIZED, 0.0, Outcome.FAIL, status=status, body='{"message": "Unauthorized"}')


def odd(status: int) -> Operation:
    return call(CREATE, Meaning.UNEXPECTED, 0.0, Outcome.INFO, status=status, seen=f"{status}: 'x'")


def stranger(create: Operation, way: str = "expired") -> FlowHistory:
    return FlowHistory(1, payload(1), False, (create,), FlowEnding.COMPLETED, "", way)


def of(
    checker: type[Check], *flows: FlowHistory, final: FinalState | None = None, caller: str | None = None
) -> CheckResult:
    grounds_of = history(*flows, final=state() if final is None else final, caller=caller)
    (result,) = check_all(grounds_of, TOKENS, [checker])
    return result


@pytest.mark.parametrize("status", [401, 403])
def test_a_stranger_that_is_refused_is_as_it_should_be(status: int) -> None:
    result = of(UnauthorizedCallersRefused, good_flow(0), stranger(refused(status)))
    assert (result.verdict, result.reason) == (VALID, "1 unauthorized create; refused: 1 expired")


def test_a_stranger_that_is_let_in_is_found() -> None:
    result = of(UnauthorizedCallersRefused, stranger(accepted("m1")))
    assert result.verdict is INVALID
    assert result.evidence[0].what == "flow 1: an unauthorized create (expired) was accepted at 0.100 s as m1"


@pytest.mark.parametrize("create", [rejected(), odd(404), odd(200)])
def test_a_stranger_that_is_answered_something_else_is_found(create: Operation) -> None:
    assert of(UnauthorizedCallersRefused, stranger(create)).verdict is INVALID


@pytest.mark.parametrize("create", [unknown_create(), odd(429), odd(500), odd(503)])
def test_a_stranger_that_got_no_answer_proves_nothing(create: Operation) -> None:
    assert of(UnauthorizedCallersRefused, stranger(create)).verdict is UNKNOWN


def test_what_a_stranger_sent_is_found_in_the_table() -> None:
    result = of(UnauthorizedCallersLeftNoTrace, stranger(refused()), final=state(item(1, id="u-x", messageId="m-x")))
    assert result.verdict is INVALID
    assert "is in the table, as u-x" in result.evidence[0].what


@pytest.mark.parametrize("place", ["queued", "dead_lettered"])
@pytest.mark.parametrize(
    "body", [BODY, '{"wrapped": [{"email": "1@example.com"}]}', "name=Ada+1&email=1@example.com&", "[1@example.com"]
)
def test_what_a_stranger_sent_is_found_in_both_queues_however_it_was_wrapped(place: str, body: str) -> None:
    result = of(UnauthorizedCallersLeftNoTrace, stranger(refused()), final=state(**{place: (Message("m-x", body),)}))
    assert result.verdict is INVALID
    assert "as m-x" in result.evidence[0].what


def test_the_message_that_a_stranger_was_given_is_found_whatever_is_in_it() -> None:
    final = state(queued=(Message("m1", "{}"),))
    assert of(UnauthorizedCallersLeftNoTrace, stranger(accepted("m1")), final=final).verdict is INVALID


def test_what_others_sent_is_no_stranger_s_trace() -> None:
    final = state(item(0), item(11), dead_lettered=(Message("m-x", '{"email": "11@example.com"}'),))
    result = of(UnauthorizedCallersLeftNoTrace, good_flow(0), stranger(refused()), final=final)
    assert (result.verdict, result.reason) == (VALID, "1 unauthorized create")


@pytest.mark.parametrize(
    "final", [state(quiet=False), state(dead_lettered=None), replace(state(), stored=None, problems=("no table",))]
)
def test_where_not_all_was_looked_at_nothing_is_proved(final: FinalState) -> None:
    assert of(UnauthorizedCallersLeftNoTrace, stranger(refused()), final=final).verdict is UNKNOWN


def test_a_stored_user_says_who_created_it() -> None:
    assert of(CreatedByCaller, good_flow(0), final=state(item(0, createdBy="ada")), caller="ada").verdict is VALID


@pytest.mark.parametrize("other", [{}, {"createdBy": "grace"}, {"createdBy": None}])
def test_a_stored_user_that_says_something_else_is_found(other: dict[str, str | None]) -> None:
    result = of(CreatedByCaller, good_flow(0), final=state(item(0, **other)), caller="ada")
    assert result.verdict is INVALID
    assert "and 'ada' did" in result.evidence[0].what


def test_a_stranger_s_create_is_not_one_that_breaks_the_api_s_rules() -> None:
    result = of(OnlyInvalidRejected, stranger(accepted("m1")))
    assert (result.verdict, result.reason) == (VALID, "there were no answered creates")


def test_where_nobody_is_asked_who_calls_there_is_nothing_to_say() -> None:
    checkers = [UnauthorizedCallersRefused, UnauthorizedCallersLeftNoTrace, CreatedByCaller]
    assert check_all(history(good_flow(0), final=state(item(0))), AGREEMENT, checkers) == ()
