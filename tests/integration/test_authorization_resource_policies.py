"""An API's own policy has a say in who may call it, in its account and beyond.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from botocore.credentials import Credentials

from tests.integration.authorization_fixture import (
    CALL_TIMEOUT_S,
    SmallApi,
    authorizer,
    deployed,
    enqueue,
    invocation_uri,
    make_function,
    signed_headers,
)
from tests.integration.engine_fixture import AwsClients, RunningEngine, aws_clients

pytestmark = pytest.mark.xdist_group("authorization-resource-policies")

ACCOUNT_ID, OTHER_ACCOUNT_ID = "310000000005", "310000000006"
IAM: dict[str, Any] = {"x-amazon-apigateway-auth": {"type": "AWS_IAM"}}
ALLOWS_ALL = """
def handler(event, context):
    statement = {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": "*"}
    return {"principalId": "x", "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
"""
BOTH_WAYS = pytest.mark.parametrize("connection", ["keep-alive", "close"], ids=["taken", "stock"])

type SetPolicy = Callable[..., None]


def statement(effect: str, principal: Any = "*", resource: str = "execute-api:/*", **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Principal": principal, "Action": "execute-api:Invoke", "Resource": resource, **more}


@pytest.fixture(scope="module")
def aws(engine: RunningEngine) -> AwsClients:
    return aws_clients(engine.endpoint_url, ACCOUNT_ID)


@pytest.fixture(scope="module")
def api(engine: RunningEngine, aws: AwsClients) -> Iterator[SmallApi]:
    arn = make_function(aws, ACCOUNT_ID, "allows-all", ALLOWS_ALL)
    aws("lambda").add_permission(
        FunctionName="allows-all", StatementId="x", Action="lambda:*", Principal="apigateway.amazonaws.com"
    )
    paths = {
        "/open": {"post": enqueue(ACCOUNT_ID, "policed")},
        "/signed": {"post": enqueue(ACCOUNT_ID, "policed", **IAM)},
        "/guarded": {"post": enqueue(ACCOUNT_ID, "policed", security=[{"guard": []}])},
    }
    schemes = {"guard": authorizer(invocation_uri(arn))}
    with deployed(engine, aws, "policed", paths, components={"securitySchemes": schemes}) as api:
        yield api


@pytest.fixture
def set_policy(api: SmallApi, aws: AwsClients) -> SetPolicy:
    """Give the API a policy of these statements, and deploy it: until then it does not hold."""

    def set_it(*statements: dict[str, Any], deploy: bool = True) -> None:
        text = json.dumps({"Version": "2012-10-17", "Statement": list(statements)}) if statements else ""
        gateway = aws("apigateway")
        gateway.update_rest_api(
            restApiId=api.api_id, patchOperations=[{"op": "replace", "path": "/policy", "value": text}]
        )
        if deploy:
            gateway.create_deployment(restApiId=api.api_id, stageName="v1")

    return set_it


def user(engine: RunningEngine, account_id: str, name: str, *statements: dict[str, Any]) -> tuple[str, Credentials]:
    iam = aws_clients(engine.endpoint_url, account_id)("iam")
    arn: str = iam.create_user(UserName=name)["User"]["Arn"]
    if statements:
        policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        iam.put_user_policy(UserName=name, PolicyName="calls", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return arn, Credentials(key["AccessKeyId"], key["SecretAccessKey"])


def post_signed(api: SmallApi, credentials: Credentials, connection: str = "keep-alive") -> requests.Response:
    url = f"{api.url}/signed"
    headers = signed_headers("POST", url, "{}", credentials) | {"Connection": connection}
    return requests.post(url, data="{}", headers=headers, timeout=CALL_TIMEOUT_S)


@BOTH_WAYS
def test_without_an_authorizer_only_the_policy_lets_in(connection: str, api: SmallApi, set_policy: SetPolicy) -> None:
    resource = f"arn:aws:execute-api:us-east-1:********{ACCOUNT_ID[-4:]}:{api.api_id}/v1/POST/open"
    text = f"User: anonymous is not authorized to perform: execute-api:Invoke on resource: {resource}"
    set_policy(statement("Allow", resource="execute-api:/v1/POST/open"))
    assert api.post("/open", Connection=connection).status_code == 202
    set_policy(statement("Allow", resource="execute-api:/v2/*"))
    answer = api.post("/open", Connection=connection)
    assert (answer.status_code, answer.json()) == (403, {"Message": text})
    set_policy(statement("Allow"), statement("Deny", Condition={"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}))
    answer = api.post("/open", Connection=connection)
    assert (answer.status_code, answer.json()) == (403, {"Message": f"{text} with an explicit deny"})
    assert len(api.received()) == 1


def test_a_policy_holds_once_it_is_deployed(api: SmallApi, set_policy: SetPolicy) -> None:
    set_policy(statement("Allow"))
    set_policy(statement("Deny"), deploy=False)
    assert api.post("/open").status_code == 202
    set_policy(statement("Deny"))
    assert api.post("/open").status_code == 403
    assert len(api.received()) == 1


@BOTH_WAYS
def test_a_denying_policy_wins_over_an_authorizers_allow(connection: str, api: SmallApi, set_policy: SetPolicy) -> None:
    set_policy(statement("Allow", resource="execute-api:/v2/*"))
    assert api.post("/guarded", Authorization="x", Connection=connection).status_code == 202, "it says nothing of this"
    set_policy(statement("Deny", resource="execute-api:/v1/*/guarded"))
    answer = api.post("/guarded", Authorization="x", Connection=connection)
    assert (answer.status_code, answer.headers["x-amzn-ErrorType"]) == (403, "AccessDeniedException")
    assert len(api.received()) == 1


def test_in_an_account_either_may_allow_and_between_accounts_both_have_to(
    engine: RunningEngine, api: SmallApi, set_policy: SetPolicy
) -> None:
    allow = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"}
    own, without = user(engine, ACCOUNT_ID, "without")
    own_arn, allowed = user(engine, ACCOUNT_ID, "allowed", allow)
    other, foreigner = user(engine, OTHER_ACCOUNT_ID, "foreigner", allow)
    other_without, foreigner_without = user(engine, OTHER_ACCOUNT_ID, "foreigner-without")
    people = (without, allowed, foreigner, foreigner_without)

    def statuses() -> list[int]:
        return [post_signed(api, each).status_code for each in people]

    set_policy()
    assert statuses() == [403, 202, 403, 403]
    set_policy(statement("Allow", {"AWS": [own, other, other_without]}))
    assert statuses() == [202, 202, 202, 403]
    set_policy(statement("Allow", {"AWS": [f"arn:aws:iam::{each}:root" for each in (ACCOUNT_ID, OTHER_ACCOUNT_ID)]}))
    assert statuses() == [403, 202, 202, 403], "an account is left to its own policies"
    set_policy(statement("Deny", {"AWS": own_arn}), statement("Allow", {"AWS": other}))
    assert statuses() == [403, 403, 202, 403]
    api.received()


def test_a_role_that_is_let_in_is_so_within_the_limits_of_its_session_and_a_session_by_any(
    aws: AwsClients, api: SmallApi, set_policy: SetPolicy
) -> None:
    """IAM User Guide, "How AWS enforcement code logic evaluates requests": resource-based policies, IAM role."""
    iam, sts = aws("iam"), aws("sts")
    may_assume = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [may_assume]})
    role = iam.create_role(RoleName="bare", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    reads = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    managed = iam.create_policy(PolicyName="elsewhere", PolicyDocument=json.dumps(reads))["Policy"]["Arn"]
    whole = sts.assume_role(RoleArn=role, RoleSessionName="whole")
    limited = sts.assume_role(RoleArn=role, RoleSessionName="limited", PolicyArns=[{"arn": managed}])

    def statuses() -> list[int]:
        keys = [each["Credentials"] for each in (whole, limited)]
        sessions = [Credentials(key["AccessKeyId"], key["SecretAccessKey"], key["SessionToken"]) for key in keys]
        return [post_signed(api, each).status_code for each in sessions]

    set_policy(statement("Allow", {"AWS": f"arn:aws:iam::{ACCOUNT_ID}:user/somebody"}))
    assert statuses() == [403, 403]
    set_policy(statement("Allow", {"AWS": role}))
    assert statuses() == [202, 403]
    set_policy(statement("Allow", {"AWS": limited["AssumedRoleUser"]["Arn"]}))
    assert statuses() == [403, 202]
    set_policy(statement("Allow"))
    assert statuses() == [202, 202]
    api.received()
