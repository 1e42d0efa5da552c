"""Only a whole answer with a policy in it is a grant; rubbish and errors let nobody in.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
"""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.iam.authorizers.answers import read_answer
from model.iam.policies.document import read_policy
from model.iam.refusals import Refusal

POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": "arn:x"}],
}
ANSWER: dict[str, Any] = {"principalId": "ada", "policyDocument": POLICY}


def refused(answer: Any, *, is_error: bool = False) -> tuple[str, str | None]:
    payload = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    with pytest.raises(Refusal) as refusal:
        read_answer(payload, is_error=is_error)
    return refusal.value.response_type, refusal.value.message


def test_a_grant_has_a_policy_and_its_context_as_texts() -> None:
    context = {"text": "t", "number": 1, "fraction": 1.5, "yes": True, "no": False, "empty": ""}
    grant = read_answer(json.dumps({**ANSWER, "context": context, "usageIdentifierKey": "k"}).encode(), is_error=False)
    assert grant.policy == read_policy(POLICY)
    assert grant.api_key == "k"
    assert grant.variables == {
        "principalId": "ada",
        "text": "t",
        "number": "1",
        "fraction": "1.5",
        "yes": "true",
        "no": "false",
        "empty": "",
    }


def test_a_context_cannot_take_the_principals_place() -> None:
    grant = read_answer(json.dumps({**ANSWER, "context": {"principalId": "eve"}}).encode(), is_error=False)
    assert grant.variables == {"principalId": "ada"}


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"{",
        b"\xff",
        None,
        True,
        "Allow",
        [],
        {},
        {"principalId": "ada"},
        {"policyDocument": POLICY},
        {**ANSWER, "principalId": None},
        {**ANSWER, "principalId": 1},
        {**ANSWER, "policyDocument": None},
        {**ANSWER, "policyDocument": {"Statement": []}},
        {**ANSWER, "policyDocument": {"Statement": [{"Effect": "allow", "Action": "*", "Resource": "*"}]}},
        {**ANSWER, "context": []},
        {**ANSWER, "context": {"a": {}}},
        {**ANSWER, "context": {"a": [1]}},
        {**ANSWER, "context": {"a": None}},
        {**ANSWER, "usageIdentifierKey": 1},
        {"isAuthorized": True},
        {"statusCode": 401, "body": "Unauthorized"},
    ],
)
def test_rubbish_is_an_error_of_the_configuration(answer: Any) -> None:
    assert refused(answer) == ("AUTHORIZER_CONFIGURATION_ERROR", None)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ({"errorMessage": "Unauthorized", "errorType": "Exception"}, ("UNAUTHORIZED", "Unauthorized")),
        ({"errorMessage": "unauthorized"}, ("AUTHORIZER_FAILURE", None)),
        ({"errorMessage": "Unauthorized: no token"}, ("AUTHORIZER_FAILURE", None)),
        ({"errorMessage": "2026 id Task timed out after 3.00 seconds"}, ("AUTHORIZER_FAILURE", None)),
        ({"errorType": "Runtime.ExitError"}, ("AUTHORIZER_FAILURE", None)),
        (ANSWER, ("AUTHORIZER_FAILURE", None)),
        ("Unauthorized", ("AUTHORIZER_FAILURE", None)),
    ],
)
def test_a_functions_error_is_401_only_for_the_one_word(error: Any, expected: tuple[str, str | None]) -> None:
    assert refused(error, is_error=True) == expected


NAMES = ("principalId", "policyDocument", "context", "Version", "Statement", "Effect", "Action", "Resource")


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | (
    st.dictionaries(st.sampled_from(NAMES), inner)
)))  # fmt: skip
def test_whatever_a_function_answers_is_a_refusal_when_it_is_no_grant(answer: Any) -> None:
    assert refused(answer)[0] == "AUTHORIZER_CONFIGURATION_ERROR"
