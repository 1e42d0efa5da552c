"""A call is what policies name, however its path is spelled, and an API's own policy says who may make it.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-examples.html
"""

import json
from dataclasses import replace
from typing import Any

import pytest

from model.iam.access import require_allowed_by_authorizer, require_allowed_to
from model.iam.policies.document import read_policy
from model.iam.policies.evaluation import Call, Decision, evaluate
from model.iam.refusals import Refusal
from model.iam.resources import INVOKE, Target, evaluate_resource_policy, evaluate_spellings

TARGET = Target("aws", "us-east-1", "111122223333", "api", "v1", "GET", "/users/a%20b")
API = "arn:aws:execute-api:us-east-1:111122223333:api"
CALL = Call(INVOKE, TARGET.arn, {"aws:sourceip": ("10.0.0.1",)})


def statement(effect: str, resource: str, **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Principal": "*", "Action": INVOKE, "Resource": resource, **more}


def by_resource(*statements: dict[str, Any], escaped: bool = True) -> Decision | None:
    text = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    return evaluate_resource_policy(json.dumps(text)[1:-1] if escaped else text, CALL, TARGET)


def test_a_call_has_an_arn_and_hides_its_account_from_callers() -> None:
    assert TARGET.arn == f"{API}/v1/GET/users/a%20b"
    assert TARGET.shown_arn == "arn:aws:execute-api:us-east-1:********3333:api/v1/GET/users/a%20b"
    assert replace(TARGET, path="/").arn == f"{API}/v1/GET/"
    assert replace(TARGET, path="").arn == f"{API}/v1/GET/"


def spelled(path: str, *statements: tuple[str, str]) -> Decision:
    policy = read_policy(
        {"Statement": [{"Effect": effect, "Action": "*", "Resource": text} for effect, text in statements]}
    )
    return evaluate_spellings(lambda call: evaluate([policy], call), CALL, replace(TARGET, path=path))


@pytest.mark.parametrize("path", ["/users/secret", "/users/secret/", "/users/%73ecret", "/users/secret//"])
def test_a_deny_holds_however_the_path_is_spelled(path: str) -> None:
    assert spelled(path, ("Allow", "*"), ("Deny", f"{API}/v1/GET/users/secret")) is Decision.EXPLICIT_DENY


def test_an_allow_does_not_reach_further_by_an_escape() -> None:
    below = ("Allow", f"{API}/v1/GET/users/a/*")
    assert spelled("/users/a/b", below) is Decision.ALLOWED
    assert spelled("/users/a%2Fb", below) is Decision.IMPLICIT_DENY, "it is routed as one part"


@pytest.mark.parametrize("escaped", [True, False])
@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ("execute-api:/*", Decision.ALLOWED),
        ("execute-api:/v1/GET/users/*", Decision.ALLOWED),
        ("execute-api:/v2/*", Decision.IMPLICIT_DENY),
        (f"{API}/*/GET/*", Decision.ALLOWED),
        ("arn:aws:execute-api:us-east-1:111122223333:other/*", Decision.IMPLICIT_DENY),
    ],
)
def test_an_apis_policy_has_whole_arns_and_a_short_form(resource: str, expected: Decision, escaped: bool) -> None:
    assert by_resource(statement("Allow", resource), escaped=escaped) is expected


def test_an_apis_policy_may_deny_addresses() -> None:
    deny = statement("Deny", "execute-api:/*", Condition={"NotIpAddress": {"aws:SourceIp": "192.168.0.0/16"}})
    assert by_resource(statement("Allow", "execute-api:/*"), deny) is Decision.EXPLICIT_DENY


def test_one_that_is_not_there_says_nothing_and_one_that_cannot_be_read_denies() -> None:
    assert evaluate_resource_policy(None, CALL, TARGET) is None
    assert evaluate_resource_policy("", CALL, TARGET) is None
    for text in ("{", "{\\", '{\\"Statement\\": 1}', "null"):
        assert evaluate_resource_policy(text, CALL, TARGET) is Decision.EXPLICIT_DENY


def test_a_denial_has_awss_words() -> None:
    require_allowed_to("ada", Decision.ALLOWED, TARGET)
    require_allowed_by_authorizer(Decision.ALLOWED)
    by_user = f"User: ada is not authorized to perform: {INVOKE} on resource: {TARGET.shown_arn}"
    by_authorizer = "User is not authorized to access this resource"
    for decision, end in ((Decision.IMPLICIT_DENY, ""), (Decision.EXPLICIT_DENY, " with an explicit deny")):
        with pytest.raises(Refusal) as refused:
            require_allowed_to("ada", decision, TARGET)
        assert refused.value.message == by_user + end
        with pytest.raises(Refusal) as refused:
            require_allowed_by_authorizer(decision)
        assert refused.value.message == by_authorizer + end
    with pytest.raises(Refusal):
        require_allowed_to("ada", None, TARGET)
