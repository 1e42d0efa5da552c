"""Lambda authorizers decide who may call, for as long as they say, and where they do not decide nobody is let in.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html

Each request goes both ways through the engine: with a connection to be closed it is LocalStack's gateway that answers.
"""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError

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

pytestmark = pytest.mark.xdist_group("authorization-authorizers")

ACCOUNT_ID = "310000000003"
BOTH_WAYS = pytest.mark.parametrize("connection", ["keep-alive", "close"], ids=["taken", "stock"])

# What it does is what the caller's token says: one function is many authorizers. It tells how often it was asked.
GUARD = """
import json, os, time

asked = 0

def handler(event, context):
    global asked
    asked += 1
    shown = event.get("authorizationToken") or event["headers"].get("x-shown", "allow")
    what, _, more = shown.partition(" ")
    arn = event["methodArn"]
    if what == "raise":
        raise Exception(more)
    if what == "exit":
        os._exit(1)
    if what == "sleep":
        time.sleep(float(more.split()[0]))
    if what == "answer":
        return json.loads(more)
    resource = arn if what in ("this", "denythis") else arn.split("/")[0] + "/*"
    effect = "Deny" if what.startswith("deny") else "Allow"
    action = "s3:GetObject" if what == "other" else "execute-api:Invoke"
    statements = [{"Action": action, "Effect": effect, "Resource": resource}]
    if what == "both":
        statements.append({**statements[0], "Effect": "Deny"})
    return {
        "principalId": shown,
        "policyDocument": {"Version": "2012-10-17", "Statement": statements},
        "context": {"scope": "users:read", "number": asked, "yes": True, "event": json.dumps(event)},
        "usageIdentifierKey": more or None,
    }
"""


@dataclass
class World:
    """An API with authorizers, and the function that they ask."""

    api: SmallApi
    aws: AwsClients

    def asked(self, token: str, path: str = "/kept") -> int:
        """How often the function had been asked when it answered about this caller."""
        answer = self.api.get(path, Authorization=token, Connection="close")
        assert answer.status_code == 200, answer.text
        return int(answer.json()["number"])


def by(name: str) -> dict[str, Any]:
    return {"security": [{name: []}]}


@pytest.fixture(scope="module")
def world(engine: RunningEngine) -> Iterator[World]:
    with guarded_world(engine, ACCOUNT_ID) as made:
        yield made


@contextmanager
def guarded_world(engine: RunningEngine, account_id: str) -> Iterator[World]:
    """Deploy the API and its authorizers in an account."""
    aws = aws_clients(engine.endpoint_url, account_id)
    arn = make_function(aws, account_id, "guard", GUARD, timeout_s=1)
    forbidden = make_function(aws, account_id, "not-for-the-gateway", GUARD)
    aws("lambda").add_permission(
        FunctionName="guard", StatementId="api", Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com"
    )
    uri, sources = invocation_uri(arn), "method.request.header.X-Shown, method.request.querystring.tenant"
    schemes = {
        "asked": authorizer(uri),
        "kept": authorizer(uri, authorizerResultTtlInSeconds=300),
        "looks": authorizer(uri, identityValidationExpression="[a-z]+ ?[0-9]*"),
        "request": authorizer(uri, "request", identitySource=sources, authorizerResultTtlInSeconds=300),
        "absent": authorizer(uri.replace("guard", "nowhere")),
        "forbidden": authorizer(invocation_uri(forbidden)),
    }
    paths = {
        "/items": {"post": enqueue(account_id, "guarded", **by("asked")), "get": show(**by("asked"))},
        "/kept": {"post": enqueue(account_id, "guarded", **by("kept")), "get": show(**by("kept"))},
        "/kept/{id}": {"get": show(**by("kept"))},
        "/looks": {"get": show(**by("looks"))},
        "/request/{id}": {"get": show(**by("request"))},
        "/absent": {"post": enqueue(account_id, "guarded", **by("absent"))},
        "/forbidden": {"post": enqueue(account_id, "guarded", **by("forbidden"))},
        "/open": {"get": show(security=[])},
        "/default": {"post": enqueue(account_id, "guarded")},
    }
    more = {
        "components": {"securitySchemes": schemes},
        "security": [{"asked": []}],
        "x-amazon-apigateway-gateway-responses": {
            "UNAUTHORIZED": {
                "statusCode": 418,
                "responseParameters": {"gatewayresponse.header.WWW-Authenticate": "'Bearer'"},
                "responseTemplates": {
                    "application/json": '{"why": $context.error.messageString, "type": "$context.error.responseType"}'
                },
            }
        },
    }
    with deployed(engine, aws, "guarded", paths, **more) as api:
        yield World(api, aws)


ANSWER = {
    "principalId": "ada",
    "policyDocument": {
        "Version": "2012-10-17",
        "Statement": {"Action": "execute-api:*", "Effect": "Allow", "Resource": ["arn:aws:execute-api:*:*:*"]},
    },
}
NOBODY = "User is not authorized to access this resource"
BROKEN = (500, "AuthorizerFailureException", {"message": None})
RUBBISH = (500, "AuthorizerConfigurationException", {"message": None})
DENIED = (403, "AccessDeniedException", {"Message": NOBODY})
UNAUTHORIZED = (418, "UnauthorizedException", {"why": "Unauthorized", "type": "UNAUTHORIZED"})
REFUSALS: dict[str, tuple[str, tuple[int, str, dict[str, Any]]]] = {
    "no token": ("", UNAUTHORIZED),
    "the function says so": ("raise Unauthorized", UNAUTHORIZED),
    "the function says nearly so": ("raise unauthorized", BROKEN),
    "the function raises": ("raise x", BROKEN),
    "the function exits": ("exit", BROKEN),
    "the function takes too long": ("sleep 5", BROKEN),
    "no object": ('answer "Allow"', RUBBISH),
    "nothing": ("answer null", RUBBISH),
    "no policy": ('answer {"principalId": "ada"}', RUBBISH),
    "no principal": (f"answer {json.dumps({**ANSWER, 'principalId': None})}", RUBBISH),
    "a context with an object": (f"answer {json.dumps({**ANSWER, 'context': {'a': {}}})}", RUBBISH),
    "an answer of another kind of API": ('answer {"isAuthorized": true}', RUBBISH),
    "denied": ("deny", (403, "AccessDeniedException", {"Message": f"{NOBODY} with an explicit deny"})),
    "denied beside an allow": ("both", (403, "AccessDeniedException", {"Message": f"{NOBODY} with an explicit deny"})),
    "allowed something else": ("other", DENIED),
}


@BOTH_WAYS
@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_refusal_is_answered_as_on_aws_and_nothing_is_enqueued(refusal: str, connection: str, world: World) -> None:
    token, expected = REFUSALS[refusal]
    answer = world.api.post(Authorization=token, Connection=connection)
    assert (answer.status_code, answer.headers["x-amzn-ErrorType"], answer.json()) == expected
    assert answer.headers.get("WWW-Authenticate") == ("Bearer" if expected is UNAUTHORIZED else None)
    assert world.api.received() == []


@pytest.mark.parametrize("path", ["/absent", "/forbidden"])
def test_an_authorizer_that_cannot_be_asked_lets_nobody_in(path: str, world: World) -> None:
    answer = world.api.post(path, Authorization="allow")
    assert (answer.status_code, answer.headers["x-amzn-ErrorType"], answer.json()) == RUBBISH
    assert world.api.received() == []


@BOTH_WAYS
@pytest.mark.parametrize("token", ["allow", "this", f"answer {json.dumps(ANSWER)}"])
def test_who_is_allowed_is_let_in(token: str, connection: str, world: World) -> None:
    answer = world.api.post(body="{}", Authorization=token, Connection=connection)
    assert answer.status_code == 202, answer.text
    assert world.api.received() == ["{}"]


def test_templates_see_what_the_function_said_as_texts(world: World) -> None:
    seen = world.api.get(Authorization="allow me").json()
    assert (seen["principalId"], seen["scope"], seen["yes"]) == ("allow me", "users:read", "true")
    assert seen["number"].isdigit()


@BOTH_WAYS
def test_an_answer_is_kept_for_the_caller_and_the_whole_stage(connection: str, world: World) -> None:
    token = f"allow {uuid.uuid4()}"
    first = world.asked(token)
    assert world.asked(token, "/kept/other") == first
    assert world.api.post("/kept", Authorization=token, Connection=connection).status_code == 202
    assert world.asked(token) == first
    assert world.api.received() == ['{"a": 1}']
    assert world.asked(f"{token} too") != first, "another caller is asked about"


@BOTH_WAYS
def test_a_kept_answer_for_one_method_denies_the_others(connection: str, world: World) -> None:
    token = f"this {uuid.uuid4()}"
    assert world.api.get("/kept", Authorization=token, Connection=connection).status_code == 200
    answer = world.api.post("/kept", Authorization=token, Connection=connection)
    assert (answer.status_code, answer.json()) == (403, {"Message": NOBODY})
    assert world.api.received() == []


@BOTH_WAYS
def test_a_kept_answer_for_one_stage_lets_nobody_in_at_another(connection: str, world: World) -> None:
    gateway, api_id = world.aws("apigateway"), world.api.api_id
    gateway.create_deployment(restApiId=api_id, stageName="v2")
    try:
        first = {
            "Action": "execute-api:Invoke",
            "Effect": "Allow",
            "Resource": f"arn:aws:execute-api:*:*:{api_id}/v1/*",
        }
        document = {**ANSWER, "policyDocument": {"Version": "2012-10-17", "Statement": [first]}}
        token = f"answer {json.dumps(document)}"
        second = replace(world.api, url=world.api.url.replace("/v1", "/v2"))
        assert world.api.post("/kept", Authorization=token, Connection=connection).status_code == 202
        for _ in range(2):
            answer = second.post("/kept", Authorization=token, Connection=connection)
            assert (answer.status_code, answer.json()) == (403, {"Message": NOBODY})
        assert world.api.received() == ['{"a": 1}']
    finally:
        gateway.delete_stage(restApiId=api_id, stageName="v2")


def test_an_answer_is_not_kept_where_the_authorizer_says_so_and_a_refusal_never_is(world: World) -> None:
    token = f"allow {uuid.uuid4()}"
    assert world.asked(token, "/items") < world.asked(token, "/items")
    refused = world.api.get("/kept", Authorization="raise x")
    assert refused.status_code == 500
    assert world.api.get("/kept", Authorization="raise x").status_code == 500


def test_a_stages_kept_answers_are_forgotten_when_they_are_flushed(world: World) -> None:
    token = f"allow {uuid.uuid4()}"
    first = world.asked(token)
    gateway = world.aws("apigateway")
    gateway.flush_stage_authorizers_cache(restApiId=world.api.api_id, stageName="v1")
    assert world.asked(token) > first
    with pytest.raises(ClientError, match="NotFoundException"):
        gateway.flush_stage_authorizers_cache(restApiId=world.api.api_id, stageName="v9")


@pytest.mark.parametrize(("token", "status"), [("allow 7", 200), ("ALLOW", 418), ("allow 7x", 418)])
def test_a_token_that_looks_wrong_is_not_asked_about(token: str, status: int, world: World) -> None:
    assert world.api.get("/looks", Authorization=token).status_code == status


def test_a_request_authorizer_sees_the_request_and_is_asked_once_for_each_identity(world: World) -> None:
    def call(path: str, shown: str = "allow") -> requests.Response:
        return world.api.get(path, x_shown=shown)

    tenant = str(uuid.uuid4())
    first = call(f"/request/a?tenant={tenant}")
    assert first.status_code == 200, first.text
    number = first.json()["number"]
    assert call(f"/request/b?tenant={tenant}&more=1").json()["number"] == number
    assert call(f"/request/a?tenant={tenant}x").json()["number"] != number
    assert call("/request/a").status_code == 418, "an identity source is lacking"
    assert world.api.get(f"/request/a?tenant={tenant}").status_code == 418


def test_an_operation_without_security_of_its_own_has_the_documents(world: World) -> None:
    assert world.api.post("/default").status_code == 418
    assert world.api.post("/default", Authorization="allow").status_code == 202
    assert world.api.get("/open").status_code == 200
    assert world.api.received() == ['{"a": 1}']


def test_a_function_that_lets_the_gateway_in_for_another_api_lets_it_not_in_for_this(world: World) -> None:
    functions = world.aws("lambda")
    permission = {
        "FunctionName": "not-for-the-gateway",
        "Action": "lambda:InvokeFunction",
        "Principal": "apigateway.amazonaws.com",
    }
    arn = f"arn:aws:execute-api:us-east-1:{ACCOUNT_ID}"
    functions.add_permission(**permission, StatementId="other", SourceArn=f"{arn}:another/*")
    assert world.api.post("/forbidden", Authorization="allow").status_code == 500
    functions.add_permission(**permission, StatementId="this", SourceArn=f"{arn}:{world.api.api_id}/authorizers/*")
    assert world.api.post("/forbidden", Authorization="allow").status_code == 202
    assert world.api.received() == ['{"a": 1}']
    functions.remove_permission(FunctionName="not-for-the-gateway", StatementId="this")
    functions.remove_permission(FunctionName="not-for-the-gateway", StatementId="other")
