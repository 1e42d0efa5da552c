"""An explicit deny wins over any allow, and nobody is allowed what no policy says.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html
"""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.iam.policies.document import UnreadablePolicyError, read_policy
from model.iam.policies.evaluation import ANONYMOUS, Call, Caller, Verdict, all_of, any_of, judge

GET = "arn:aws:execute-api:us-east-1:111122223333:api/v1/GET/users/x"
USER = Caller(
    "AWS",
    frozenset({"arn:aws:iam::111122223333:user/ada"}),
    "111122223333",
    frozenset({"111122223333", "arn:aws:iam::111122223333:root"}),
)

ROLE, SESSION = "arn:aws:iam::111122223333:role/r", "arn:aws:sts::111122223333:assumed-role/r/s"
IN_SESSION = replace(USER, names=frozenset({SESSION}), behind=frozenset({ROLE}))


def statement(effect: str = "Allow", **elements: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": "execute-api:Invoke", "Resource": "*", **elements}


def verdict(
    *statements: dict[str, Any], resource: str = GET, caller: Caller = ANONYMOUS, by_own_name: bool = False
) -> Verdict:
    policy = read_policy({"Version": "2012-10-17", "Statement": list(statements)})
    return judge([policy], Call("execute-api:Invoke", resource, {}, caller), by_own_name=by_own_name)


@pytest.mark.parametrize(
    ("elements", "expected"),
    [
        ({}, Verdict.ALLOWED),
        ({"Action": "EXECUTE-API:invoke"}, Verdict.ALLOWED),
        ({"Action": ["s3:*", "execute-api:*"]}, Verdict.ALLOWED),
        ({"Action": "*"}, Verdict.ALLOWED),
        ({"Action": "execute-api:Invok"}, Verdict.UNSAID),
        ({"Action": "execute-api:ManageConnections"}, Verdict.UNSAID),
        ({"Resource": "arn:aws:execute-api:*:*:api/*/GET/*"}, Verdict.ALLOWED),
        ({"Resource": ["arn:aws:s3:::x", GET]}, Verdict.ALLOWED),
        ({"Resource": "arn:aws:execute-api:*:*:api/v1/POST/*"}, Verdict.UNSAID),
        ({"Resource": GET.upper()}, Verdict.UNSAID),
        ({"Resource": "arn:aws:execute-api:*/v1/GET/*"}, Verdict.UNSAID),
        ({"Resource": "arn:aws:execute-api:us-east-1:*/v1/GET/*"}, Verdict.UNSAID),
        ({"Resource": "arn:aws:execute-api:us-east-1?111122223333:api/*"}, Verdict.UNSAID),
        ({"Resource": "arn:aws:execute-api:us-*-1:1111*:api/*"}, Verdict.ALLOWED),
        ({"Resource": "arn:aws:execute-api:*"}, Verdict.ALLOWED),
        ({"Resource": "arn:*:api/v1/GET/*"}, Verdict.ALLOWED),
        ({"Resource": GET[:-2]}, Verdict.UNSAID),
    ],
)
def test_a_statement_is_about_the_actions_and_resources_that_it_names(
    elements: dict[str, Any], expected: Verdict
) -> None:
    assert verdict(statement(**elements)) is expected


def test_not_action_and_not_resource_are_about_all_others() -> None:
    others: dict[str, Any] = {"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}
    assert verdict(others) is Verdict.ALLOWED
    assert verdict({**others, "NotAction": "execute-api:*"}) is Verdict.UNSAID
    elsewhere = {"Effect": "Deny", "Action": "*", "NotResource": "arn:aws:execute-api:*:*:api/v1/GET/*"}
    assert verdict(statement(), elsewhere) is Verdict.ALLOWED
    assert verdict(statement(), elsewhere, resource=GET.replace("GET", "POST")) is Verdict.DENIED


@given(st.lists(st.sampled_from(["Allow", "Deny", "other"]), min_size=1, max_size=6))
def test_a_deny_wins_wherever_it_stands_and_without_an_allow_nothing_is_allowed(effects: list[str]) -> None:
    made = [statement("Allow", Action="s3:GetObject") if effect == "other" else statement(effect) for effect in effects]
    expected = Verdict.DENIED if "Deny" in effects else Verdict.ALLOWED if "Allow" in effects else Verdict.UNSAID
    assert verdict(*made) is expected


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
    assert verdict(allow, caller=USER) is (Verdict.ALLOWED if of_user else Verdict.UNSAID)
    assert verdict(allow) is (Verdict.ALLOWED if of_anybody else Verdict.UNSAID)


def test_a_deny_of_an_account_is_one_of_all_its_people() -> None:
    allow = statement(Principal="*")
    deny = statement("Deny", Principal={"AWS": "111122223333"})
    assert verdict(allow, deny, caller=USER) is Verdict.DENIED
    assert verdict(allow, deny) is Verdict.ALLOWED


def test_whom_a_deny_spares_has_to_be_named_himself() -> None:
    allow = statement(Principal="*")
    spares_account = statement("Deny", NotPrincipal={"AWS": "111122223333"})
    spares_user = statement("Deny", NotPrincipal={"AWS": ["111122223333", "arn:aws:iam::111122223333:user/ada"]})
    assert verdict(allow, spares_account, caller=USER) is Verdict.DENIED
    assert verdict(allow, spares_user, caller=USER) is Verdict.ALLOWED
    assert verdict(allow, spares_user) is Verdict.DENIED


def test_an_allow_of_an_account_is_one_of_its_people_where_the_resource_is_anothers() -> None:
    allow = statement(Principal={"AWS": "arn:aws:iam::111122223333:root"})
    assert verdict(allow, caller=replace(USER, is_foreign=True)) is Verdict.ALLOWED
    assert verdict(allow, caller=USER) is Verdict.UNSAID


@pytest.mark.parametrize(
    ("principal", "at_all", "by_own_name"),
    [
        ("*", Verdict.ALLOWED, Verdict.ALLOWED),
        ({"AWS": SESSION}, Verdict.ALLOWED, Verdict.ALLOWED),
        ({"AWS": ROLE}, Verdict.ALLOWED, Verdict.UNSAID),
        ({"AWS": f"{ROLE}2"}, Verdict.UNSAID, Verdict.UNSAID),
    ],
)
def test_an_allow_of_a_role_is_not_its_sessions_own(principal: Any, at_all: Verdict, by_own_name: Verdict) -> None:
    allow = statement(Principal=principal)
    assert verdict(allow, caller=IN_SESSION) is at_all
    assert verdict(allow, caller=IN_SESSION, by_own_name=True) is by_own_name


@pytest.mark.parametrize("principal", [{"AWS": SESSION}, {"AWS": ROLE}, {"AWS": "111122223333"}])
def test_a_deny_of_a_session_or_of_what_is_behind_it_is_one_however_it_is_asked(principal: Any) -> None:
    deny = statement("Deny", Principal=principal)
    assert verdict(statement(Principal="*"), deny, caller=IN_SESSION, by_own_name=True) is Verdict.DENIED
    assert verdict(statement(Principal="*"), deny, caller=IN_SESSION) is Verdict.DENIED


@pytest.mark.parametrize(
    ("spared", "expected"),
    [([ROLE], Verdict.DENIED), ([SESSION], Verdict.DENIED), ([SESSION, ROLE], Verdict.ALLOWED)],
)
def test_a_deny_spares_a_session_that_it_names_with_its_role(spared: list[str], expected: Verdict) -> None:
    deny = statement("Deny", NotPrincipal={"AWS": spared})
    assert verdict(statement(Principal="*"), deny, caller=IN_SESSION) is expected


@pytest.mark.parametrize("left_out", [SESSION, ROLE, "111122223333"])
def test_an_allow_of_all_others_is_none_of_a_session_that_is_left_out_by_any_name(left_out: str) -> None:
    allow = statement(NotPrincipal={"AWS": left_out})
    assert verdict(allow, caller=IN_SESSION) is Verdict.UNSAID
    assert verdict(allow, caller=IN_SESSION, by_own_name=True) is Verdict.UNSAID
    assert verdict(allow) is Verdict.ALLOWED


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
    ("verdicts", "every", "some"),
    [
        ([Verdict.ALLOWED, Verdict.ALLOWED], Verdict.ALLOWED, Verdict.ALLOWED),
        ([Verdict.ALLOWED, Verdict.UNSAID], Verdict.UNSAID, Verdict.ALLOWED),
        ([Verdict.ALLOWED, Verdict.DENIED], Verdict.DENIED, Verdict.DENIED),
        ([Verdict.UNSAID, Verdict.UNSAID], Verdict.UNSAID, Verdict.UNSAID),
        ([], Verdict.UNSAID, Verdict.UNSAID),
    ],
)
def test_verdicts_together(verdicts: list[Verdict], every: Verdict, some: Verdict) -> None:
    assert (all_of(verdicts), any_of(verdicts)) == (every, some)
