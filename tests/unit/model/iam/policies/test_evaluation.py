"""An explicit deny wins over any allow, and nobody is allowed what no policy says.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html
"""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.iam.policies.document import UnreadablePolicyError, read_policy
from model.iam.policies.evaluation import ANONYMOUS, Call, Caller, Decision, all_of, any_of, evaluate

GET = "arn:aws:execute-api:us-east-1:111122223333:api/v1/GET/users/x"
USER = Caller(
    "AWS",
    frozenset({"arn:aws:iam::111122223333:user/ada"}),
    "111122223333",
    frozenset({"111122223333", "arn:aws:iam::111122223333:root"}),
)

ROLE, SESSION = "arn:aws:iam::111122223333:role/r", "arn:aws:sts::111122223333:assumed-role/r/s"
IN_SESSION = replace(USER, names=frozenset({SESSION}), session_issuers=frozenset({ROLE}))


def statement(effect: str = "Allow", **elements: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": "execute-api:Invoke", "Resource": "*", **elements}


def decision(
    *statements: dict[str, Any], resource: str = GET, caller: Caller = ANONYMOUS, by_own_name: bool = False
) -> Decision:
    policy = read_policy({"Version": "2012-10-17", "Statement": list(statements)})
    return evaluate([policy], Call("execute-api:Invoke", resource, {}, caller), by_own_name=by_own_name)


@pytest.mark.parametrize(
    ("elements", "expected"),
    [
        ({}, Decision.ALLOWED),
        ({"Action": "EXECUTE-API:invoke"}, Decision.ALLOWED),
        ({"Action": ["s3:*", "execute-api:*"]}, Decision.ALLOWED),
        ({"Action": "*"}, Decision.ALLOWED),
        ({"Action": "execute-api:Invok"}, Decision.IMPLICIT_DENY),
        ({"Action": "execute-api:ManageConnections"}, Decision.IMPLICIT_DENY),
        ({"Resource": "arn:aws:execute-api:*:*:api/*/GET/*"}, Decision.ALLOWED),
        ({"Resource": ["arn:aws:s3:::x", GET]}, Decision.ALLOWED),
        ({"Resource": "arn:aws:execute-api:*:*:api/v1/POST/*"}, Decision.IMPLICIT_DENY),
        ({"Resource": GET.upper()}, Decision.IMPLICIT_DENY),
        ({"Resource": "arn:aws:execute-api:*/v1/GET/*"}, Decision.IMPLICIT_DENY),
        ({"Resource": "arn:aws:execute-api:us-east-1:*/v1/GET/*"}, Decision.IMPLICIT_DENY),
        ({"Resource": "arn:aws:execute-api:us-east-1?111122223333:api/*"}, Decision.IMPLICIT_DENY),
        ({"Resource": "arn:aws:execute-api:us-*-1:1111*:api/*"}, Decision.ALLOWED),
        ({"Resource": "arn:aws:execute-api:*"}, Decision.ALLOWED),
        ({"Resource": "arn:*:api/v1/GET/*"}, Decision.ALLOWED),
        ({"Resource": GET[:-2]}, Decision.IMPLICIT_DENY),
    ],
)
def test_a_statement_is_about_the_actions_and_resources_that_it_names(
    elements: dict[str, Any], expected: Decision
) -> None:
    assert decision(statement(**elements)) is expected


def test_not_action_and_not_resource_are_about_all_others() -> None:
    others: dict[str, Any] = {"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}
    assert decision(others) is Decision.ALLOWED
    assert decision({**others, "NotAction": "execute-api:*"}) is Decision.IMPLICIT_DENY
    elsewhere = {"Effect": "Deny", "Action": "*", "NotResource": "arn:aws:execute-api:*:*:api/v1/GET/*"}
    assert decision(statement(), elsewhere) is Decision.ALLOWED
    assert decision(statement(), elsewhere, resource=GET.replace("GET", "POST")) is Decision.EXPLICIT_DENY


@given(st.lists(st.sampled_from(["Allow", "Deny", "other"]), min_size=1, max_size=6))
def test_a_deny_wins_wherever_it_stands_and_without_an_allow_nothing_is_allowed(effects: list[str]) -> None:
    made = [statement("Allow", Action="s3:GetObject") if effect == "other" else statement(effect) for effect in effects]
    expected = (
        Decision.EXPLICIT_DENY
        if "Deny" in effects
        else Decision.ALLOWED
        if "Allow" in effects
        else Decision.IMPLICIT_DENY
    )
    assert decision(*made) is expected


@pytest.mark.parametrize(
    ("principal", "of_user", "of_anybody"),
    [
        ("*", True, True),
        ({"AWS": "*"}, True, True),
        ({"AWS": "arn:aws:iam::111122223333:user/ada"}, True, False),
        ({"AWS": ["arn:aws:iam::111122223333:user/eve"]}, False, False),
        ({"AWS": "arn:aws:iam::111122223333:root"}, False, False),
        ({"AWS": "111122223333"}, False, False),
        ({"AWS": "arn:aws:iam::111122223333:user/*"}, False, False),
        ({"Service": "*"}, False, False),
        ({"Service": "lambda.amazonaws.com"}, False, False),
    ],
)
def test_an_allow_is_for_whom_it_names_and_an_account_is_left_to_its_own_policies(
    principal: Any, of_user: bool, of_anybody: bool
) -> None:
    allow = statement(Principal=principal)
    assert decision(allow, caller=USER) is (Decision.ALLOWED if of_user else Decision.IMPLICIT_DENY)
    assert decision(allow) is (Decision.ALLOWED if of_anybody else Decision.IMPLICIT_DENY)


def test_a_deny_of_an_account_is_one_of_all_its_people() -> None:
    allow = statement(Principal="*")
    deny = statement("Deny", Principal={"AWS": "111122223333"})
    assert decision(allow, deny, caller=USER) is Decision.EXPLICIT_DENY
    assert decision(allow, deny) is Decision.ALLOWED


def test_whom_a_deny_spares_has_to_be_named_himself() -> None:
    allow = statement(Principal="*")
    spares_account = statement("Deny", NotPrincipal={"AWS": "111122223333"})
    spares_user = statement("Deny", NotPrincipal={"AWS": ["111122223333", "arn:aws:iam::111122223333:user/ada"]})
    assert decision(allow, spares_account, caller=USER) is Decision.EXPLICIT_DENY
    assert decision(allow, spares_user, caller=USER) is Decision.ALLOWED
    assert decision(allow, spares_user) is Decision.EXPLICIT_DENY


def test_an_allow_of_an_account_is_one_of_its_people_where_the_resource_is_anothers() -> None:
    allow = statement(Principal={"AWS": "arn:aws:iam::111122223333:root"})
    assert decision(allow, caller=replace(USER, is_foreign=True)) is Decision.ALLOWED
    assert decision(allow, caller=USER) is Decision.IMPLICIT_DENY


@pytest.mark.parametrize(
    ("principal", "at_all", "by_own_name"),
    [
        ("*", Decision.ALLOWED, Decision.ALLOWED),
        ({"AWS": SESSION}, Decision.ALLOWED, Decision.ALLOWED),
        ({"AWS": ROLE}, Decision.ALLOWED, Decision.IMPLICIT_DENY),
        ({"AWS": f"{ROLE}2"}, Decision.IMPLICIT_DENY, Decision.IMPLICIT_DENY),
    ],
)
def test_an_allow_of_a_role_is_not_its_sessions_own(principal: Any, at_all: Decision, by_own_name: Decision) -> None:
    allow = statement(Principal=principal)
    assert decision(allow, caller=IN_SESSION) is at_all
    assert decision(allow, caller=IN_SESSION, by_own_name=True) is by_own_name


@pytest.mark.parametrize("principal", [{"AWS": SESSION}, {"AWS": ROLE}, {"AWS": "111122223333"}])
def test_a_deny_of_a_session_or_of_what_is_behind_it_is_one_however_it_is_asked(principal: Any) -> None:
    deny = statement("Deny", Principal=principal)
    assert decision(statement(Principal="*"), deny, caller=IN_SESSION, by_own_name=True) is Decision.EXPLICIT_DENY
    assert decision(statement(Principal="*"), deny, caller=IN_SESSION) is Decision.EXPLICIT_DENY


@pytest.mark.parametrize(
    ("spared", "expected"),
    [([ROLE], Decision.EXPLICIT_DENY), ([SESSION], Decision.EXPLICIT_DENY), ([SESSION, ROLE], Decision.ALLOWED)],
)
def test_a_deny_spares_a_session_that_it_names_with_its_role(spared: list[str], expected: Decision) -> None:
    deny = statement("Deny", NotPrincipal={"AWS": spared})
    assert decision(statement(Principal="*"), deny, caller=IN_SESSION) is expected


@pytest.mark.parametrize("left_out", [SESSION, ROLE, "111122223333"])
def test_an_allow_of_all_others_is_none_of_a_session_that_is_left_out_by_any_name(left_out: str) -> None:
    allow = statement(NotPrincipal={"AWS": left_out})
    assert decision(allow, caller=IN_SESSION) is Decision.IMPLICIT_DENY
    assert decision(allow, caller=IN_SESSION, by_own_name=True) is Decision.IMPLICIT_DENY
    assert decision(allow) is Decision.ALLOWED


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        "",
        "{",
        {},
        {"Statement": []},
        {"Statement": "Allow"},
        {"Statement": [None]},
        {"Version": "2030-01-01", "Statement": [statement()]},
        {"Version": ["2012-10-17"], "Statement": [statement()]},
        {"Version": {}, "Statement": [statement()]},
        {"Statement": [{"Effect": "Allow", "Action": "*"}]},
        {"Statement": [statement(Resource=[])]},
        {"Statement": [statement(Action=[])]},
        {"Statement": [{"Effect": "Allow", "Action": "*", "NotResource": []}]},
        {"Statement": [{"Action": "*", "Resource": "*"}]},
        {"Statement": [statement("allow")]},
        {"Statement": [{"Effect": "Allow", "Resource": "*"}]},
        {"Statement": [statement(NotAction="*")]},
        {"Statement": [statement(NotResource="*")]},
        {"Statement": [statement(Action={"x": 1})]},
        {"Statement": [statement(Action=1)]},
        {"Statement": [statement(Action=[None])]},
        {"Statement": [statement(Actions="*")]},
        {"Statement": [statement(Condition=[])]},
        {"Statement": [statement(Condition={"StringEquals": "x"})]},
        {"Statement": [statement(Principal="ada")]},
        {"Statement": [statement(Principal="*", NotPrincipal="*")]},
    ],
)
def test_what_is_no_policy_is_not_taken_for_one(document: Any) -> None:
    with pytest.raises(UnreadablePolicyError):
        read_policy(document)


@pytest.mark.parametrize(
    ("decisions", "every", "some"),
    [
        ([Decision.ALLOWED, Decision.ALLOWED], Decision.ALLOWED, Decision.ALLOWED),
        ([Decision.ALLOWED, Decision.IMPLICIT_DENY], Decision.IMPLICIT_DENY, Decision.ALLOWED),
        ([Decision.ALLOWED, Decision.EXPLICIT_DENY], Decision.EXPLICIT_DENY, Decision.EXPLICIT_DENY),
        ([Decision.IMPLICIT_DENY, Decision.IMPLICIT_DENY], Decision.IMPLICIT_DENY, Decision.IMPLICIT_DENY),
        ([], Decision.IMPLICIT_DENY, Decision.IMPLICIT_DENY),
    ],
)
def test_decisions_together(decisions: list[Decision], every: Decision, some: Decision) -> None:
    assert (all_of(decisions), any_of(decisions)) == (every, some)
