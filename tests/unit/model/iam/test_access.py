"""Each authorization type decides a call, and all that expires does so by the time that is passed in.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
"""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from model.iam.access import MethodCall, check_anyone, check_before_authorizer, check_granted, check_signer, find_signer
from model.iam.api_keys.limits import Period, Quota, Rate
from model.iam.api_keys.meter import Meter
from model.iam.authorizers.answers import Grant
from model.iam.authorizers.cache import GrantCache, Key
from model.iam.authorizers.definition import Authorizer
from model.iam.identities import Identity
from model.iam.policies.document import read_policy
from model.iam.refusals import Refusal
from model.iam.resources import Target
from model.iam.signatures.verification import AccessKey
from tests.unit.model.iam.signatures.signing import KEY_ID, REGION, SECRET, signed

START = datetime(2030, 2, 27, 23, 0, tzinfo=UTC)
TARGET = Target("aws", REGION, "111122223333", "api", "v1", "GET", "/x")
USER = Identity(AccessKey(SECRET), "111122223333", "arn:aws:iam::111122223333:user/ada", None, "AIDA", (), (), {})


def document(effect: str, until: datetime | None = None) -> str:
    condition = {"DateLessThan": {"aws:CurrentTime": until.isoformat()}} if until else {}
    statement = {"Effect": effect, "Action": "execute-api:Invoke", "Resource": "*", "Condition": condition}
    return json.dumps({"Version": "2012-10-17", "Statement": {**statement, "Principal": "*"}})


def called(policy: str | None) -> MethodCall:
    return MethodCall(TARGET, policy, {})


def test_anyone_may_call_for_as_long_as_the_apis_policy_says() -> None:
    policy = document("Allow", until=START)
    check_anyone(MethodCall(TARGET, policy, {"aws:currenttime": ((START - timedelta(seconds=1)).isoformat(),)}))
    with pytest.raises(Refusal) as refused:
        check_anyone(MethodCall(TARGET, policy, {"aws:currenttime": (START.isoformat(),)}))
    assert str(refused.value.message).startswith("User: anonymous is not authorized to perform: execute-api:Invoke")


def test_a_signer_needs_one_policy_in_the_account_and_two_between_accounts() -> None:
    allowed = replace(USER, policies=(document("Allow"),))
    check_signer(allowed, called(None))
    check_signer(USER, called(document("Allow")))
    foreign = replace(allowed, account_id="444455556666")
    check_signer(foreign, called(document("Allow")))
    for identity, policy in ((USER, None), (allowed, document("Deny")), (foreign, None)):
        with pytest.raises(Refusal):
            check_signer(identity, called(policy))


def test_an_authorizer_or_the_apis_policy_allows_and_each_denies() -> None:
    allow, deny, silent = (
        Grant(read_policy(text), {}, None)
        for text in (document("Allow"), document("Deny"), document("Allow").replace("Invoke", "Other"))
    )
    check_before_authorizer(called(None))
    check_before_authorizer(called(document("Allow")))
    check_granted(allow, called(None))
    check_granted(silent, called(document("Allow")))
    for grant, policy in ((silent, None), (deny, document("Allow")), (allow, document("Deny"))):
        with pytest.raises(Refusal):
            check_granted(grant, called(policy))
    with pytest.raises(Refusal, match=r"anonymous.*with an explicit deny"):
        check_before_authorizer(called(document("Deny")))


def test_a_session_and_a_signature_expire_in_virtual_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = START
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: now.replace(tzinfo=None))
    key = AccessKey(SECRET, token="t", expires_at=START + timedelta(seconds=900))
    session = replace(USER, key=key)

    def signer() -> Identity:
        return find_signer(signed(token="t"), REGION, {KEY_ID: session}.get, now)[0]

    assert signer() is session
    old_request = signed(token="t")
    now += timedelta(seconds=899)
    assert signer() is session
    with pytest.raises(Refusal, match="Signature expired"):
        find_signer(old_request, REGION, {KEY_ID: session}.get, now)
    now += timedelta(seconds=1)
    with pytest.raises(Refusal) as refused:
        signer()
    assert refused.value.response_type == "EXPIRED_TOKEN"


def test_answers_rates_and_quotas_expire_by_one_virtual_clock() -> None:
    now_s = START.timestamp()
    authorizer = Authorizer("a", "TOKEN", "uri", None, ("method.request.header.Authorization",), None, 300)
    key, grant = Key("api", "v1", authorizer, ("Bearer x",)), Grant((), {}, None)
    grants, meter = GrantCache(), Meter()

    def is_counted() -> bool:
        try:
            meter.take({"key": Rate(0.1, 1)}, {"key": Quota(2, 0, Period.MONTH)}, now_s)
        except Refusal:
            return False
        return True

    grants.put(key, grant, now_s)
    assert [is_counted(), is_counted()] == [True, False], "the burst is used up"
    now_s += 10
    assert is_counted(), "the rate has refilled the bucket"
    now_s += 290
    assert grants.get(key, now_s - 0.1) is grant
    assert grants.get(key, now_s) is None
    assert not is_counted(), "the quota is used up"
    now_s += timedelta(days=2).total_seconds()
    assert is_counted(), "another month has begun"
