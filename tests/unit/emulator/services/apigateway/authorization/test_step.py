"""The gateway's step takes its time from the host's clock, and calls no function where nothing may wait."""

import json
from types import SimpleNamespace
from typing import Any

import pytest
from localstack.services.apigateway.next_gen.execute_api.gateway_response import AccessDeniedError

from emulator.services.apigateway.authorization.shared import SharedGrants, SharedMeter
from emulator.services.apigateway.authorization.step import AuthorizationStep
from model.iam.api_keys.limits import Rate
from model.iam.authorizers.answers import Grant
from model.iam.authorizers.cache import Key
from model.iam.authorizers.definition import read_authorizer
from model.iam.policies.document import read_policy
from model.iam.refusals import Refusal

AUTHORIZER = {"id": "a", "type": "TOKEN", "authorizerUri": "uri", "authorizerResultTtlInSeconds": 300}
ALLOW = {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "*"}


class Clock:
    now_s = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now_s


class FakeChain:
    is_terminated = False

    def terminate(self) -> None:
        self.is_terminated = True


def context(kind: str, policy: str | None = None) -> Any:
    """Return a request as the gateway knows it after routing."""
    headers = {"Authorization": "Bearer x"}
    return SimpleNamespace(
        account_id="111122223333",
        region="us-east-1",
        api_id="api",
        stage="v1",
        stage_variables={},
        resource_method={"authorizationType": kind, "authorizerId": "a"},
        deployment=SimpleNamespace(
            rest_api=SimpleNamespace(rest_api={"policy": policy}, authorizers={"a": AUTHORIZER})
        ),
        request=SimpleNamespace(method="GET", headers=headers),
        invocation_request={"path": "/x", "headers": list(headers.items()), "query_string_parameters": {}},
        context_variables={"identity": {"sourceIp": "127.0.0.1"}},
    )


def test_conditions_on_the_time_are_evaluated_by_the_hosts_clock() -> None:
    clock = Clock()
    step = AuthorizationStep(may_wait=False, clock_s=clock)
    until = {"DateLessThan": {"aws:EpochTime": str(int(clock.now_s) + 60)}}
    policy = json.dumps({"Version": "2012-10-17", "Statement": {**ALLOW, "Condition": until}})

    step(FakeChain(), context("NONE", policy), None)
    clock.now_s += 60
    with pytest.raises(AccessDeniedError) as refused:
        step(FakeChain(), context("NONE", policy), None)
    assert refused.value.message.startswith("User: anonymous is not authorized")


def test_an_answer_is_used_until_it_expires_by_the_hosts_clock() -> None:
    clock = Clock()
    grants = SharedGrants(clock)
    step = AuthorizationStep(may_wait=False, grants=grants, clock_s=clock)
    key = Key("api", "v1", read_authorizer(AUTHORIZER), ("Bearer x",))
    grants.put(key, Grant(read_policy({"Statement": ALLOW}), {"principalId": "ada"}, None))

    chain, request = FakeChain(), context("CUSTOM")
    clock.now_s += 299
    step(chain, request, None)
    assert (chain.is_terminated, request.context_variables["authorizer"]) == (False, {"principalId": "ada"})
    clock.now_s += 1
    step(chain, context("CUSTOM"), None)
    assert chain.is_terminated, "the function would have to be called"


def test_a_rate_is_refilled_by_the_hosts_clock() -> None:
    clock = Clock()
    meter = SharedMeter(clock)
    meter.take({"key": Rate(1, 1)}, {})
    with pytest.raises(Refusal):
        meter.take({"key": Rate(1, 1)}, {})
    clock.now_s += 1
    meter.take({"key": Rate(1, 1)}, {})
