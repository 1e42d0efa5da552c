"""The smallest histories with an answer that nobody agreed on, and the nearest with none."""

from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from harness.checking import CheckResult, Contract, Evidence
from harness.checking.answers import AnswersAsAgreed
from harness.operations import Meaning, Operation, Outcome
from harness.verdicts import VerdictWord
from tests.unit.harness.checking.literal import (
    AGREEMENT,
    CONTRACT,
    CREATE,
    RETRIEVE,
    STATUS,
    accepted,
    call,
    check,
    flow,
    found,
    good_flow,
    history,
    missing,
    pending,
    user,
    visible,
)

VALID, INVALID, UNKNOWN = VerdictWord
FAIL = Outcome.FAIL


def of(*operations: Operation, contract: Contract = CONTRACT) -> CheckResult:
    held = history(flow(0, *operations), final=None)
    return check(AnswersAsAgreed, held, replace(AGREEMENT, contract=contract))


def unexpected(status: int, **members: Any) -> Operation:
    given = {"status": status, "target": "m0", "body": "{}", "seen": "what?"} | members
    return call(STATUS, Meaning.UNEXPECTED, 1, FAIL, **given)


def test_an_answer_that_the_shape_does_not_have_is_wrong() -> None:
    result = of(accepted(), unexpected(302))
    assert result.evidence == (Evidence("flow 0: status m0 at 1.000 s was answered 302: what?", 0),)
    assert (result.verdict, result.reason) == (INVALID, "1 violation in 2 answers")


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (accepted(body='{"message": "hello"}'), "$: \"'messageId' is a required property\", body {'message': 'hello'}"),
        (accepted(body='{"messageId": 1}'), "$.messageId: \"1 is not of type 'string'\", body {'messageId': 1}"),
        (accepted(body="<html>"), "the body is not JSON: '<html>'"),
        (accepted(body=""), "the body is not JSON: ''"),
        (accepted(status=201), "the contract does not list that status"),
        (pending(1, body='{"message": 1}'), "$.message: \"1 is not of type 'string'\", body {'message': 1}"),
        (found(1, user(0, createdAt=1)), "$.createdAt: \"1 is not of type 'string'\", body {'id': 'u0', 'name': "),
        (missing(1, body="{}"), "$: \"'message' is a required property\", body {}"),
    ],
)
def test_a_status_or_a_body_that_breaks_the_contract_is_wrong(answer: Operation, problem: str) -> None:
    (evidence,) = of(answer).evidence
    assert f"was answered {answer.status}: {problem}" in evidence.what


def test_what_the_contract_has_is_right() -> None:
    assert of(*good_flow(0).operations).reason == "5 answers"
    assert of(visible(1), missing(2), pending(3)).verdict is VALID


def test_not_now_is_allowed_where_the_contract_lists_it_and_counted() -> None:
    busy = call(CREATE, Meaning.UNEXPECTED, 0, Outcome.INFO, status=500, body='{"message": "busy"}', seen="500")
    throttled = call(RETRIEVE, Meaning.UNEXPECTED, 1, FAIL, status=429, body='{"message": "slow down"}', seen="429")
    result = of(busy, unexpected(503), unexpected(503, body=None), throttled)
    assert (result.verdict, result.reason) == (
        VALID,
        "4 answers; allowed by the contract, and no good sign: 1 x 429, 1 x 500, 2 x 503",
    )


@pytest.mark.parametrize(
    "answer",
    [
        # Not listed; listed, but with another body; listed, but it does not say "not now".
        unexpected(500),
        call(CREATE, Meaning.UNEXPECTED, 0, Outcome.INFO, status=500, body='{"error": "busy"}', seen="500"),
        call(RETRIEVE, Meaning.UNEXPECTED, 1, FAIL, status=400, body='{"message": "x"}', seen="400"),
    ],
)
def test_not_now_is_wrong_where_the_contract_does_not_list_it_so(answer: Operation) -> None:
    assert of(answer).verdict is INVALID


def test_without_a_contract_the_shape_alone_says_what_is_right() -> None:
    assert of(accepted(status=299, body="<html>"), contract=Contract()).verdict is VALID
    assert of(unexpected(503), contract=Contract()).verdict is INVALID
    only_retrieves = Contract({"retrieve": CONTRACT.responses["retrieve"]})
    assert of(accepted(status=299, body="<html>"), contract=only_retrieves).verdict is VALID


def test_a_call_that_was_not_answered_says_nothing() -> None:
    assert of(call(STATUS, Meaning.NO_ANSWER, 1, FAIL)).reason == "there were no answers"


def test_a_body_that_was_not_kept_is_unknown_where_the_contract_says_what_it_is() -> None:
    result = of(pending(1, body=None), accepted(body=None))
    reason = "2 bodies too long to be kept, so not held against the contract"
    assert (result.verdict, result.reason) == (UNKNOWN, reason)
    assert of(unexpected(503, body=None)).verdict is VALID


def test_a_schema_that_is_none_makes_it_unknown() -> None:
    result = of(accepted(), contract=Contract({"create": {"202": {"type": "strung"}}}))
    assert result.verdict is UNKNOWN
    assert result.reason.startswith("the checker crashed: SchemaError: 'strung' is not valid under any of the given")


def test_equal_bodies_are_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    iter_errors = Draft202012Validator.iter_errors

    def counting(self: Draft202012Validator, instance: Any) -> Any:
        seen.append(instance)
        return iter_errors(self, instance)

    monkeypatch.setattr(Draft202012Validator, "iter_errors", counting)
    result = of(*[pending(1, body="{}")] * 100)
    assert result.violations == 100
    assert seen.count({}) == 1
