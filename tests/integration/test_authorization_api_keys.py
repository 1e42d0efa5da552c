"""API keys and their plans: who shows no good key gets 403, and who calls too often 429.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-key-source.html
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from tests.integration.authorization_fixture import (
    SmallApi,
    authorizer,
    deployed,
    enqueue,
    invocation_uri,
    make_function,
    show,
)
from tests.integration.engine_fixture import AwsClients, RunningEngine, aws_clients

pytestmark = pytest.mark.xdist_group("authorization-api-keys")

ACCOUNT_ID = "310000000004"
KEYED: dict[str, Any] = {"security": [{"key": []}]}
# So slow that no test sees it fill.
NEVER = 0.001
FORBIDDEN = (403, "ForbiddenException", {"message": "Forbidden"})
TOO_FAST = (429, "TooManyRequestsException", {"message": "Too Many Requests"})
TOO_MANY = (429, "LimitExceededException", {"message": "Limit Exceeded"})


@dataclass
class World:
    """An API whose methods want a key, and who has one."""

    api: SmallApi
    aws: AwsClients
    ids: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, *, stage: str = "v1", enabled: bool = True, **plan: Any) -> None:
        """Make a key in a plan of its own."""
        gateway = self.aws("apigateway")
        key = gateway.create_api_key(name=name, enabled=enabled)
        stages = [{"apiId": self.api.api_id, "stage": stage, **plan.pop("of_stage", {})}]
        plan_id = gateway.create_usage_plan(name=name, apiStages=stages, **plan)["id"]
        gateway.create_usage_plan_key(usagePlanId=plan_id, keyId=key["id"], keyType="API_KEY")
        self.ids[name], self.values[name] = key["id"], key["value"]

    def post(self, name: str, path: str = "/items", connection: str = "keep-alive") -> requests.Response:
        return self.api.post(path, x_api_key=self.values.get(name, name), Connection=connection)


def outcome(answer: requests.Response) -> tuple[int, str, Any]:
    return answer.status_code, answer.headers.get("x-amzn-ErrorType", ""), answer.json()


@pytest.fixture(scope="module")
def world(engine: RunningEngine) -> Iterator[World]:
    with keyed_world(engine, ACCOUNT_ID) as made:
        yield made


@contextmanager
def keyed_world(engine: RunningEngine, account_id: str) -> Iterator[World]:
    """Deploy the API, and give out keys, in an account."""
    aws = aws_clients(engine.endpoint_url, account_id)
    paths = {
        "/items": {"post": enqueue(account_id, "keyed", **KEYED), "get": show(**KEYED)},
        "/items/{id}": {"post": enqueue(account_id, "keyed", **KEYED)},
        "/open": {"get": show(), "post": enqueue(account_id, "keyed")},
    }
    schemes = {"key": {"type": "apiKey", "name": "x-api-key", "in": "header"}}
    with deployed(engine, aws, "keyed", paths, components={"securitySchemes": schemes}) as api:
        aws("apigateway").create_deployment(restApiId=api.api_id, stageName="v2")
        world = World(api, aws)
        world.add("good")
        world.add("disabled", enabled=False)
        world.add("of another stage", stage="v2")
        key = aws("apigateway").create_api_key(name="without a plan", enabled=True)
        world.values["without a plan"] = key["value"]
        yield world


@pytest.mark.parametrize("connection", ["keep-alive", "close"])
@pytest.mark.parametrize("name", ["", "none-such-of-any-length", "disabled", "of another stage", "without a plan"])
def test_a_key_that_is_not_good_here_is_forbidden_and_nothing_is_enqueued(
    name: str, connection: str, world: World
) -> None:
    assert outcome(world.post(name, connection=connection)) == FORBIDDEN
    assert world.api.received() == []


def test_a_good_key_is_let_in_and_templates_see_it(world: World) -> None:
    assert world.post("good").status_code == 202
    seen = world.api.get("/items", x_api_key=world.values["good"]).json()
    assert (seen["apiKey"], seen["apiKeyId"]) == (world.values["good"], world.ids["good"])
    assert world.api.get("/open").status_code == 200
    assert len(world.api.received()) == 1


def test_a_key_that_is_disabled_is_no_longer_good(world: World) -> None:
    world.add("to be disabled")
    assert world.post("to be disabled").status_code == 202
    world.aws("apigateway").update_api_key(
        apiKey=world.ids["to be disabled"], patchOperations=[{"op": "replace", "path": "/enabled", "value": "false"}]
    )
    assert outcome(world.post("to be disabled")) == FORBIDDEN
    assert len(world.api.received()) == 1


def test_a_key_may_come_from_the_authorizer(engine: RunningEngine, world: World) -> None:
    source = """
def handler(event, context):
    statement = {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    return {"principalId": "x", "policyDocument": policy, "usageIdentifierKey": event["authorizationToken"]}
"""
    arn = make_function(world.aws, ACCOUNT_ID, "says-the-key", source)
    world.aws("lambda").add_permission(
        FunctionName="says-the-key", StatementId="x", Action="lambda:*", Principal="apigateway.amazonaws.com"
    )
    operation = enqueue(ACCOUNT_ID, "told", security=[{"guard": []}, {"key": []}])
    schemes = {
        "guard": authorizer(invocation_uri(arn), authorizerResultTtlInSeconds=300),
        "key": {"type": "apiKey", "name": "x-api-key", "in": "header"},
    }
    more = {"components": {"securitySchemes": schemes}, "x-amazon-apigateway-api-key-source": "AUTHORIZER"}
    with deployed(engine, world.aws, "told", {"/items": {"post": operation}}, **more) as api:
        told = World(api, world.aws)
        told.add("told", throttle={"rateLimit": NEVER, "burstLimit": 2})
        good = told.values["told"]
        answers = [api.post(Authorization=good) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [202, 202, 429]
        assert outcome(api.post(Authorization="none-such", x_api_key=good)) == FORBIDDEN
        assert len(api.received()) == 2


def test_over_the_burst_is_too_fast_and_each_key_has_its_own(world: World) -> None:
    for name in ("hasty", "patient"):
        world.add(name, throttle={"rateLimit": NEVER, "burstLimit": 3})
    statuses = [world.post("hasty").status_code for _ in range(5)]
    assert statuses == [202, 202, 202, 429, 429]
    assert outcome(world.post("hasty", connection="close")) == TOO_FAST
    assert world.post("patient").status_code == 202
    assert len(world.api.received()) == 4


def test_over_the_rate_is_too_fast_until_it_has_filled(world: World) -> None:
    world.add("steady", throttle={"rateLimit": 0.5, "burstLimit": 1})
    assert world.post("steady").status_code == 202
    refused = 0
    while (answer := world.post("steady")).status_code == 429:
        refused += 1
    assert refused > 0
    assert answer.status_code == 202
    assert len(world.api.received()) == 2


def test_over_the_quota_is_too_many_whatever_the_rate(world: World) -> None:
    world.add("frugal", quota={"limit": 2, "period": "MONTH"}, throttle={"rateLimit": 1000.0, "burstLimit": 1000})
    assert [world.post("frugal").status_code for _ in range(3)] == [202, 202, 429]
    assert outcome(world.post("frugal", connection="close")) == TOO_MANY
    assert len(world.api.received()) == 2


def test_a_method_may_have_a_rate_of_its_own(world: World) -> None:
    of_method = {"/items/{id}/POST": {"rateLimit": NEVER, "burstLimit": 1}}
    world.add("particular", of_stage={"throttle": of_method})
    assert [world.post("particular", f"/items/{number}").status_code for number in range(3)] == [202, 429, 429]
    assert world.post("particular").status_code == 202
    assert len(world.api.received()) == 2


def test_a_stages_own_rate_is_everybodys(world: World) -> None:
    gateway = world.aws("apigateway")

    def set_burst(value: int, rate: float) -> None:
        gateway.update_stage(
            restApiId=world.api.api_id,
            stageName="v1",
            patchOperations=[
                {"op": "replace", "path": "/~1open/POST/throttling/rateLimit", "value": str(rate)},
                {"op": "replace", "path": "/~1open/POST/throttling/burstLimit", "value": str(value)},
            ],
        )

    set_burst(2, NEVER)
    try:
        answers = [world.api.post("/open") for _ in range(3)]
        assert [answer.status_code for answer in answers] == [202, 202, 429]
        assert outcome(answers[-1]) == TOO_FAST
        assert world.api.get("/open").status_code == 200, "another method"
    finally:
        set_burst(5000, 10000)
    assert world.api.post("/open").status_code == 202
    assert len(world.api.received()) == 3
