"""An identity may do what its policies allow, within what limits them, and with what the API's own policy says.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
"""

import json

import pytest

from model.iam.identities import Decisions, Documents, Identity, evaluate_limits, evaluate_within
from model.iam.policies.evaluation import Call, Decision
from model.iam.signatures.verification import AccessKey

CALL = Call("execute-api:Invoke", "arn:aws:execute-api:us-east-1:1:api/v1/GET/x", {"aws:username": ("ada",)})
ARN = "arn:aws:iam::111122223333:user/ada"


def document(effect: str, action: str = "execute-api:Invoke") -> str:
    statement = {"Effect": effect, "Action": action, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


ALLOW, DENY, OTHER = document("Allow"), document("Deny"), document("Allow", "s3:*")


def identity(session_issuer: str | None = None) -> Identity:
    return Identity(AccessKey("s"), "111122223333", ARN, session_issuer, "AIDA", (), (), {})


@pytest.mark.parametrize(
    ("policies", "limits", "expected"),
    [
        ((), (), Decision.IMPLICIT_DENY),
        ((ALLOW,), (), Decision.ALLOWED),
        ((json.loads(ALLOW),), (), Decision.ALLOWED),
        ((OTHER, ALLOW), (), Decision.ALLOWED),
        ((ALLOW, DENY), (), Decision.EXPLICIT_DENY),
        ((ALLOW,), ((ALLOW,),), Decision.ALLOWED),
        ((ALLOW,), ((OTHER,),), Decision.IMPLICIT_DENY),
        ((ALLOW,), ((OTHER, ALLOW),), Decision.ALLOWED),
        ((ALLOW,), ((ALLOW,), (OTHER,)), Decision.IMPLICIT_DENY),
        ((ALLOW,), ((),), Decision.IMPLICIT_DENY),
        ((ALLOW,), ((DENY,),), Decision.EXPLICIT_DENY),
        ((ALLOW,), ((ALLOW, DENY),), Decision.EXPLICIT_DENY),
        ((OTHER,), ((ALLOW,),), Decision.IMPLICIT_DENY),
        ((ALLOW, "{"), (), Decision.EXPLICIT_DENY),
        ((ALLOW,), (({},),), Decision.EXPLICIT_DENY),
        ((ALLOW,), (("",),), Decision.EXPLICIT_DENY),
    ],
)
def test_policies_within_limits(policies: Documents, limits: tuple[Documents, ...], expected: Decision) -> None:
    assert evaluate_within(policies, limits, CALL) is expected


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ((), Decision.ALLOWED),
        (((ALLOW,),), Decision.ALLOWED),
        (((ALLOW,), (OTHER,)), Decision.IMPLICIT_DENY),
        (((),), Decision.IMPLICIT_DENY),
        (((ALLOW,), (DENY,)), Decision.EXPLICIT_DENY),
    ],
)
def test_limits_alone_allow_what_each_of_them_allows(limits: tuple[Documents, ...], expected: Decision) -> None:
    assert evaluate_limits(limits, CALL) is expected


YES, NO, IMPLICIT_DENY = Decision.ALLOWED, Decision.EXPLICIT_DENY, Decision.IMPLICIT_DENY


@pytest.mark.parametrize(
    ("decisions", "in_account", "between_accounts"),
    [
        (Decisions(YES, YES), YES, IMPLICIT_DENY),
        (Decisions(IMPLICIT_DENY, YES), IMPLICIT_DENY, IMPLICIT_DENY),
        (Decisions(IMPLICIT_DENY, YES, by_resource=YES, by_resource_to_itself=YES), YES, IMPLICIT_DENY),
        (Decisions(YES, YES, by_resource=YES, by_resource_to_itself=YES), YES, YES),
        (Decisions(YES, YES, by_resource=NO, by_resource_to_itself=NO), NO, NO),
        (Decisions(NO, YES, by_resource=YES, by_resource_to_itself=YES), NO, NO),
        # The session's issuer is allowed the call, and the session's limits do not include it.
        (Decisions(IMPLICIT_DENY, IMPLICIT_DENY, by_resource=YES), IMPLICIT_DENY, IMPLICIT_DENY),
        (Decisions(IMPLICIT_DENY, YES, by_resource=YES), YES, IMPLICIT_DENY),
        # The session itself is allowed the call: no limit holds it back, but a denial.
        (Decisions(IMPLICIT_DENY, IMPLICIT_DENY, by_resource=YES, by_resource_to_itself=YES), YES, IMPLICIT_DENY),
        (Decisions(NO, NO, by_resource=YES, by_resource_to_itself=YES), NO, NO),
    ],
)
def test_one_allow_is_enough_in_an_account_and_two_are_needed_between_accounts(
    decisions: Decisions, in_account: Decision, between_accounts: Decision
) -> None:
    assert decisions.in_account() is in_account
    assert decisions.between_accounts() is between_accounts


def test_a_session_is_known_by_its_name_and_by_its_issuer() -> None:
    role = "arn:aws:iam::111122223333:role/r"
    session = identity(role).as_caller("aws", "111122223333")
    assert (set(session.names), set(session.session_issuers), session.is_foreign) == ({ARN}, {role}, False)
    assert session.account_names == {"111122223333", "arn:aws:iam::111122223333:root"}
    assert identity().as_caller("aws", "444455556666").is_foreign
