"""An identity may do what its policies allow, within what limits them, and with what the API's own policy says.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
"""

import json
from typing import Any

import pytest

from emulator.authorization.identities import Identity, judge_identity, with_resource_policy
from emulator.authorization.policies.evaluation import Call, Verdict
from emulator.authorization.signatures.verification import AccessKey

CALL = Call("execute-api:Invoke", "arn:aws:execute-api:us-east-1:1:api/v1/GET/x", {"aws:username": ("ada",)})
ARN = "arn:aws:iam::111122223333:user/ada"


def document(effect: str, action: str = "execute-api:Invoke") -> str:
    statement = {"Effect": effect, "Action": action, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


ALLOW, DENY, OTHER = document("Allow"), document("Deny"), document("Allow", "s3:*")


def identity(policies: tuple[Any, ...], limits: tuple[Any, ...] = (), role_arn: str | None = None) -> Identity:
    return Identity(AccessKey("s"), "111122223333", ARN, role_arn, "AIDA", policies, limits, {})


@pytest.mark.parametrize(
    ("policies", "limits", "expected"),
    [
        ((), (), Verdict.UNSAID),
        ((ALLOW,), (), Verdict.ALLOWED),
        ((json.loads(ALLOW),), (), Verdict.ALLOWED),
        ((OTHER, ALLOW), (), Verdict.ALLOWED),
        ((ALLOW, DENY), (), Verdict.DENIED),
        ((ALLOW,), (ALLOW,), Verdict.ALLOWED),
        ((ALLOW,), (OTHER,), Verdict.UNSAID),
        ((ALLOW,), (ALLOW, OTHER), Verdict.UNSAID),
        ((ALLOW,), (DENY,), Verdict.DENIED),
        ((OTHER,), (ALLOW,), Verdict.UNSAID),
        ((ALLOW, "{"), (), Verdict.DENIED),
        ((ALLOW,), ({},), Verdict.DENIED),
        ((ALLOW,), ("",), Verdict.DENIED),
    ],
)
def test_policies_within_limits(policies: tuple[Any, ...], limits: tuple[Any, ...], expected: Verdict) -> None:
    assert judge_identity(identity(policies, limits), CALL) is expected


@pytest.mark.parametrize(
    ("by_identity", "by_resource", "in_account", "between_accounts"),
    [
        (Verdict.ALLOWED, None, Verdict.ALLOWED, Verdict.UNSAID),
        (Verdict.UNSAID, None, Verdict.UNSAID, Verdict.UNSAID),
        (Verdict.ALLOWED, Verdict.UNSAID, Verdict.ALLOWED, Verdict.UNSAID),
        (Verdict.UNSAID, Verdict.ALLOWED, Verdict.ALLOWED, Verdict.UNSAID),
        (Verdict.ALLOWED, Verdict.ALLOWED, Verdict.ALLOWED, Verdict.ALLOWED),
        (Verdict.ALLOWED, Verdict.DENIED, Verdict.DENIED, Verdict.DENIED),
        (Verdict.DENIED, Verdict.ALLOWED, Verdict.DENIED, Verdict.DENIED),
    ],
)
def test_one_allow_is_enough_in_an_account_and_two_are_needed_between_accounts(
    by_identity: Verdict, by_resource: Verdict | None, in_account: Verdict, between_accounts: Verdict
) -> None:
    assert with_resource_policy(by_identity, by_resource, same_account=True) is in_account
    assert with_resource_policy(by_identity, by_resource, same_account=False) is between_accounts


def test_a_session_may_be_named_by_its_role() -> None:
    session = identity((), role_arn="arn:aws:iam::111122223333:role/r").as_caller("aws")
    assert session.names == {ARN, "arn:aws:iam::111122223333:role/r"}
    assert session.account_names == {"111122223333", "arn:aws:iam::111122223333:root"}
