"""What a caller may do, also by a policy that API Gateway kept from another call."""

from fnmatch import fnmatchcase
from typing import Any

import pytest

from authorizer.policy import WrongMethodError, answer_for
from authorizer.verification import Caller

STAGE = "arn:aws:execute-api:us-east-1:111111111111:abcdef/v1"
OTHER_STAGE = "arn:aws:execute-api:us-east-1:111111111111:abcdef/v2"
OTHER_API = "arn:aws:execute-api:us-east-1:111111111111:fedcba/v1"
METHODS = ("POST/users", "GET/status/some-id", "GET/users/some-id")


def answer(*scopes: str, method: str = "POST/users") -> dict[str, Any]:
    return answer_for(Caller("ada", frozenset(scopes)), f"{STAGE}/{method}")


def allows(policy: dict[str, Any], method_arn: str) -> bool:
    """Hold a policy against a method as IAM does: an explicit deny wins, and what is not allowed is denied."""
    effects = {
        statement["Effect"]
        for statement in policy["policyDocument"]["Statement"]
        if statement["Action"] == "execute-api:Invoke"
        and any(fnmatchcase(method_arn, resource) for resource in statement["Resource"])
    }
    return effects == {"Allow"}


@pytest.mark.parametrize("asked_for", METHODS)
@pytest.mark.parametrize(
    ("scopes", "allowed"),
    [
        (("users:write",), {"POST/users"}),
        (("users:read",), {"GET/status/some-id", "GET/users/some-id"}),
        (("users:read", "users:write", "other"), set(METHODS)),
        ((), set()),
        (("other",), set()),
        (("users",), set()),
        (("users:writ",), set()),
        (("users:writer",), set()),
        (("users:write:all", "Users:Write", "users:*", "*"), set()),
    ],
)
def test_a_policy_is_right_for_every_method_whichever_it_was_asked_about(
    scopes: tuple[str, ...], allowed: set[str], asked_for: str
) -> None:
    policy = answer(*scopes, method=asked_for)
    assert {method for method in METHODS if allows(policy, f"{STAGE}/{method}")} == allowed


@pytest.mark.parametrize("method", ["GET/users", "DELETE/users/some-id", "PUT/users", "POST/users/x", "POST/status/x"])
def test_nothing_else_is_allowed(method: str) -> None:
    assert not allows(answer("users:read", "users:write"), f"{STAGE}/{method}")


@pytest.mark.parametrize("elsewhere", [OTHER_STAGE, OTHER_API, f"{STAGE}2", STAGE.replace("us-east-1", "eu-west-1")])
@pytest.mark.parametrize("method", METHODS)
def test_a_policy_is_for_one_stage(elsewhere: str, method: str) -> None:
    assert not allows(answer("users:read", "users:write"), f"{elsewhere}/{method}")


def test_a_policy_always_says_something() -> None:
    assert answer()["policyDocument"] == {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Deny", "Action": "execute-api:Invoke", "Resource": [f"{STAGE}/*"]}],
    }


def test_mapping_templates_get_to_know_who_called() -> None:
    made = answer("users:write")
    assert (made["principalId"], made["context"]) == ("ada", {"subject": "ada"})


@pytest.mark.parametrize(
    "arn", ["", "*", "arn:aws:execute-api:us-east-1:1:abc", "arn:aws:x/", "arn:aws:x//GET/", "a/b/c"]
)
def test_what_is_no_method_is_no_reason_to_allow_anything(arn: str) -> None:
    with pytest.raises(WrongMethodError):
        answer_for(Caller("ada", frozenset({"users:write"})), arn)
