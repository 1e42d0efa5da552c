"""An identity may do what its policies allow, within what limits them, and with what the API's own policy says.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
"""

import json

import pytest

from model.iam.identities import Documents, Identity, Said, judge_limits, judge_within
from model.iam.policies.evaluation import Call, Verdict
from model.iam.signatures.verification import AccessKey

CALL = Call("execute-api:Invoke", "arn:aws:execute-api:us-east-1:1:api/v1/GET/x", {"aws:username": ("ada",)})
ARN = "arn:aws:iam::111122223333:user/ada"


def document(effect: str, action: str = "execute-api:Invoke") -> str:
    statement = {"Effect": effect, "Action": action, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


ALLOW, DENY, OTHER = document("Allow"), document("Deny"), document("Allow", "s3:*")


def identity(behind: str | None = None) -> Identity:
    return Identity(AccessKey("s"), "111122223333", ARN, behind, "AIDA", (), (), {})


@pytest.mark.parametrize(
    ("policies", "limits", "expected"),
    [
        ((), (), Verdict.UNSAID),
        ((ALLOW,), (), Verdict.ALLOWED),
        ((json.loads(ALLOW),), (), Verdict.ALLOWED),
        ((OTHER, ALLOW), (), Verdict.ALLOWED),
        ((ALLOW, DENY), (), Verdict.DENIED),
        ((ALLOW,), ((ALLOW,),), Verdict.ALLOWED),
        ((ALLOW,), ((OTHER,),), Verdict.UNSAID),
        ((ALLOW,), ((OTHER, ALLOW),), Verdict.ALLOWED),
        ((ALLOW,), ((ALLOW,), (OTHER,)), Verdict.UNSAID),
        ((ALLOW,), ((),), Verdict.UNSAID),
        ((ALLOW,), ((DENY,),), Verdict.DENIED),
        ((ALLOW,), ((ALLOW, DENY),), Verdict.DENIED),
        ((OTHER,), ((ALLOW,),), Verdict.UNSAID),
        ((ALLOW, "{"), (), Verdict.DENIED),
        ((ALLOW,), (({},),), Verdict.DENIED),
        ((ALLOW,), (("",),), Verdict.DENIED),
    ],
)
def test_policies_within_limits(policies: Documents, limits: tuple[Documents, ...], expected: Verdict) -> None:
    assert judge_within(policies, limits, CALL) is expected


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ((), Verdict.ALLOWED),
        (((ALLOW,),), Verdict.ALLOWED),
        (((ALLOW,), (OTHER,)), Verdict.UNSAID),
        (((),), Verdict.UNSAID),
        (((ALLOW,), (DENY,)), Verdict.DENIED),
    ],
)
def test_limits_alone_allow_what_each_of_them_allows(limits: tuple[Documents, ...], expected: Verdict) -> None:
    assert judge_limits(limits, CALL) is expected


YES, NO, UNSAID = Verdict.ALLOWED, Verdict.DENIED, Verdict.UNSAID


@pytest.mark.parametrize(
    ("said", "in_account", "between_accounts"),
    [
        (Said(YES, YES), YES, UNSAID),
        (Said(UNSAID, YES), UNSAID, UNSAID),
        (Said(UNSAID, YES, by_resource=YES, by_resource_to_itself=YES), YES, UNSAID),
        (Said(YES, YES, by_resource=YES, by_resource_to_itself=YES), YES, YES),
        (Said(YES, YES, by_resource=NO, by_resource_to_itself=NO), NO, NO),
        (Said(NO, YES, by_resource=YES, by_resource_to_itself=YES), NO, NO),
        # What is behind the caller is allowed the call, and the session's limits do not include it.
        (Said(UNSAID, UNSAID, by_resource=YES), UNSAID, UNSAID),
        (Said(UNSAID, YES, by_resource=YES), YES, UNSAID),
        # The session itself is allowed the call: no limit holds it back, but a denial.
        (Said(UNSAID, UNSAID, by_resource=YES, by_resource_to_itself=YES), YES, UNSAID),
        (Said(NO, NO, by_resource=YES, by_resource_to_itself=YES), NO, NO),
    ],
)
def test_one_allow_is_enough_in_an_account_and_two_are_needed_between_accounts(
    said: Said, in_account: Verdict, between_accounts: Verdict
) -> None:
    assert said.in_account() is in_account
    assert said.between_accounts() is between_accounts


def test_a_session_is_known_by_its_name_and_by_what_is_behind_it() -> None:
    role = "arn:aws:iam::111122223333:role/r"
    session = identity(role).as_caller("aws", "111122223333")
    assert (set(session.names), set(session.behind), session.is_foreign) == ({ARN}, {role}, False)
    assert session.account_names == {"111122223333", "arn:aws:iam::111122223333:root"}
    assert identity().as_caller("aws", "444455556666").is_foreign
