"""Methods with AWS_IAM let in who signed the request and is allowed the call, and nothing is enqueued for anybody else.

What API Gateway answers:
https://docs.aws.amazon.com/apigateway/latest/developerguide/permissions.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html

Each request goes both ways through the engine: with a connection to be closed it is LocalStack's gateway that answers.
"""

import gzip
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import boto3
import pytest
import requests
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from tests.integration.authorization_fixture import (
    CALL_TIMEOUT_S,
    JSON,
    SmallApi,
    deployed,
    enqueue,
    show,
    signed_headers,
)
from tests.integration.engine_fixture import REGION, AwsClients, RunningEngine, aws_clients
from tests.waiting import wait_until

pytestmark = pytest.mark.xdist_group("authorization-iam")

ACCOUNT_ID, OTHER_ACCOUNT_ID = "310000000001", "310000000002"
BODY = '{"name": "Ada"}'
IAM: dict[str, Any] = {"x-amazon-apigateway-auth": {"type": "AWS_IAM"}}
INVALID_TOKEN = "The security token included in the request is invalid."
ALTERED = "The request signature we calculated does not match the signature you provided."
BOTH_WAYS = pytest.mark.parametrize("connection", ["keep-alive", "close"], ids=["taken", "stock"])


@dataclass
class World:
    """An API and who calls it."""

    api: SmallApi
    aws: AwsClients
    account_id: str
    endpoint_url: str
    people: dict[str, Credentials] = field(default_factory=dict)

    def add_user(self, name: str, *statements: dict[str, Any]) -> None:
        """Make a user with an access key, and these statements as a policy of its own."""
        iam = self.aws("iam")
        iam.create_user(UserName=name)
        if statements:
            iam.put_user_policy(UserName=name, PolicyName="calls", PolicyDocument=policy(*statements))
        self.people[name] = credentials_of(iam.create_access_key(UserName=name)["AccessKey"])

    def aws_as(self, who: str, service: str) -> Any:
        """Return a client of the engine whose calls one of them signs."""
        credentials = self.people[who]
        return boto3.client(
            service,
            endpoint_url=self.endpoint_url,
            region_name=REGION,
            aws_access_key_id=credentials.access_key,
            aws_secret_access_key=credentials.secret_key,
            aws_session_token=credentials.token,
        )

    def arn(self, path: str) -> str:
        return f"arn:aws:execute-api:{REGION}:{self.account_id}:{self.api.api_id}/v1/{path}"


@dataclass(frozen=True)
class Signed:
    """A signed request, to be altered."""

    url: str
    headers: dict[str, str]
    method: str = "POST"
    body: str = BODY

    def send(self, connection: str) -> requests.Response:
        headers = {**self.headers, "Connection": connection}
        session = requests.Session()
        session.trust_env = False
        request = requests.Request(self.method, self.url, data=self.body, headers=headers).prepare()
        request.url = self.url
        return session.send(request, timeout=CALL_TIMEOUT_S)

    def without(self, name: str) -> "Signed":
        return replace(self, headers={key: value for key, value in self.headers.items() if key != name})

    def having(self, **headers: str) -> "Signed":
        return replace(self, headers=self.headers | {name.replace("_", "-"): text for name, text in headers.items()})


def sign(
    world: World, who: str | Credentials = "allowed", path: str = "/items?a=1", method: str = "POST", **options: Any
) -> Signed:
    credentials = world.people[who] if isinstance(who, str) else who
    url = f"{world.api.url}{path}"
    body = BODY if method == "POST" else ""
    return Signed(url, signed_headers(method, url, body, credentials, **options), method, body)


def sign_url(world: World, who: str, path: str, expires_s: int = 60) -> Signed:
    request = AWSRequest("GET", f"{world.api.url}{path}")
    SigV4QueryAuth(world.people[who], "execute-api", REGION, expires_s).add_auth(request)
    return Signed(str(request.url), {}, "GET", "")


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def invoke(effect: str, *resources: str, **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": "execute-api:Invoke", "Resource": list(resources), **more}


def credentials_of(key: dict[str, Any]) -> Credentials:
    return Credentials(key["AccessKeyId"], key["SecretAccessKey"], key.get("SessionToken"))


@pytest.fixture(scope="module")
def world(engine: RunningEngine) -> Iterator[World]:
    with signed_world(engine, ACCOUNT_ID) as made:
        yield made


@contextmanager
def signed_world(engine: RunningEngine, account_id: str) -> Iterator[World]:
    """Deploy the API, and make all who call it, in an account."""
    aws = aws_clients(engine.endpoint_url, account_id)
    paths = {
        "/items": {"post": enqueue(account_id, "signed", **IAM), "get": show(**IAM)},
        "/items/{id}": {"get": show(**IAM)},
        "/open": {"get": show()},
    }
    with deployed(engine, aws, "signed", paths) as api:
        world = World(api, aws, account_id, engine.endpoint_url)
        anything = world.arn("*")
        world.add_user("allowed", invoke("Allow", anything))
        world.add_user("nobody")
        world.add_user("reader", invoke("Allow", world.arn("GET/items"), world.arn("GET/items/${aws:username}")))
        world.add_user("denied", invoke("Allow", "*"), invoke("Deny", world.arn("POST/items")))
        world.add_user("elsewhere", invoke("Allow", anything.replace("/v1/", "/v2/")))
        world.add_user("conditional", invoke("Allow", anything, Condition={"BinaryEquals": {"aws:username": "eA=="}}))
        world.add_user("inactive", invoke("Allow", anything))
        iam = aws("iam")
        iam.update_access_key(UserName="inactive", AccessKeyId=world.people["inactive"].access_key, Status="Inactive")
        add_member(world, anything)
        add_sessions(world, anything)
        yield world


def add_member(world: World, resource: str) -> None:
    """Make a user who is allowed what its group is, by a managed policy, and denied a part by an inline one."""
    iam = world.aws("iam")
    arn = iam.create_policy(PolicyName="calls", PolicyDocument=policy(invoke("Allow", resource)))["Policy"]["Arn"]
    iam.create_group(GroupName="team")
    iam.attach_group_policy(GroupName="team", PolicyArn=arn)
    denied = policy(invoke("Deny", world.arn("GET/*")))
    iam.put_group_policy(GroupName="team", PolicyName="no-reads", PolicyDocument=denied)
    world.add_user("member")
    iam.add_user_to_group(GroupName="team", UserName="member")


def add_sessions(world: World, resource: str) -> None:
    """Make sessions of a role, and of users: whole ones, and such as policies of their own limit."""
    iam, sts = world.aws("iam"), world.aws("sts")
    trust = policy({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"})
    arn = iam.create_role(RoleName="caller", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    iam.put_role_policy(RoleName="caller", PolicyName="calls", PolicyDocument=policy(invoke("Allow", resource)))
    reads = policy(invoke("Allow", world.arn("GET/*")))
    managed = [{"arn": iam.create_policy(PolicyName="reads", PolicyDocument=reads)["Policy"]["Arn"]}]
    gone = [{"arn": f"arn:aws:iam::{world.account_id}:policy/gone"}]

    def assumed(name: str, **limits: Any) -> None:
        answer = sts.assume_role(RoleArn=arn, RoleSessionName=name, **limits)
        world.people[name] = credentials_of(answer["Credentials"])

    assumed("session")
    assumed("limited", Policy=reads)
    assumed("managed", PolicyArns=managed)
    assumed("gone", PolicyArns=gone)
    assumed("both", PolicyArns=managed, Policy=policy(invoke("Allow", world.arn("POST/*"))))
    web = sts.assume_role_with_web_identity(
        RoleArn=arn, RoleSessionName="web", WebIdentityToken="any.token.will.do", PolicyArns=managed
    )
    world.people["web"] = credentials_of(web["Credentials"])
    of_user = world.aws_as("allowed", "sts")
    world.people["user's session"] = credentials_of(of_user.get_session_token()["Credentials"])
    nobodys = world.aws_as("nobody", "sts")
    world.people["nobody's session"] = credentials_of(nobodys.get_session_token()["Credentials"])

    def federated(name: str, **limits: Any) -> None:
        world.people[name] = credentials_of(of_user.get_federation_token(Name=name, **limits)["Credentials"])

    federated("federated", Policy=policy(invoke("Allow", "*")))
    federated("federated-reader", PolicyArns=managed)
    federated("federated-nothing")


type Attack = Callable[[World], Signed]
UNSIGNED = (403, "MissingAuthenticationTokenException", "Missing Authentication Token")
INCOMPLETE = (403, "IncompleteSignatureException", "")
UNRECOGNIZED = (403, "UnrecognizedClientException", INVALID_TOKEN)
MISMATCH = (403, "InvalidSignatureException", ALTERED)
DENIED = (403, "AccessDeniedException", f"User: arn:aws:iam::{ACCOUNT_ID}:user/")
DENIED_FEDERATED = (403, "AccessDeniedException", f"User: arn:aws:sts::{ACCOUNT_ID}:federated-user/federated-")


def denied_session(name: str) -> tuple[int, str, str]:
    return 403, "AccessDeniedException", f"User: arn:aws:sts::{ACCOUNT_ID}:assumed-role/caller/{name} is not"


def stranger(world: World) -> Credentials:
    return Credentials("AKIAQAAAAAAAAAAAAAAA", world.people["allowed"].secret_key)


def with_secret_of_another(world: World) -> Credentials:
    return Credentials(world.people["allowed"].access_key, world.people["nobody"].secret_key)


def of_no_session(world: World, who: str = "session") -> Credentials:
    session = world.people[who]
    return Credentials(session.access_key, session.secret_key)


ATTACKS: dict[str, tuple[Attack, tuple[int, str, str]]] = {
    "unsigned": (lambda w: sign(w).without("Authorization"), UNSIGNED),
    "another scheme": (lambda w: sign(w).having(Authorization="Bearer x"), INCOMPLETE),
    "half a signature": (lambda w: sign(w).having(Authorization="AWS4-HMAC-SHA256 Credential=x"), INCOMPLETE),
    "wrong secret": (lambda w: sign(w, with_secret_of_another(w)), MISMATCH),
    "unknown key": (lambda w: sign(w, stranger(w)), UNRECOGNIZED),
    "the account's ID as a key": (lambda w: sign(w, Credentials(ACCOUNT_ID, "test")), UNRECOGNIZED),
    "inactive key": (lambda w: sign(w, "inactive"), UNRECOGNIZED),
    "session without its token": (lambda w: sign(w, of_no_session(w)), UNRECOGNIZED),
    "a token that is none": (
        lambda w: sign(w, Credentials(w.people["allowed"].access_key, w.people["allowed"].secret_key, "x")),
        UNRECOGNIZED,
    ),
    "stale date": (
        lambda w: sign(w, ago=timedelta(minutes=6)),
        (403, "InvalidSignatureException", "Signature expired: "),
    ),
    "date to come": (
        lambda w: sign(w, ago=timedelta(minutes=-6)),
        (403, "InvalidSignatureException", "Signature not yet current: "),
    ),
    "replay after the skew, dated anew": (
        lambda w: sign(w, ago=timedelta(minutes=6)).having(X_Amz_Date=sign(w).headers["X-Amz-Date"]),
        MISMATCH,
    ),
    "altered body": (lambda w: replace(sign(w), body=BODY.replace("Ada", "Eve")), MISMATCH),
    "no body": (lambda w: replace(sign(w), body=""), MISMATCH),
    "altered query": (lambda w: replace(sign(w), url=f"{w.api.url}/items?a=2"), MISMATCH),
    "added query": (lambda w: replace(sign(w), url=f"{w.api.url}/items?a=1&b=2"), MISMATCH),
    "altered path": (lambda w: replace(sign(w), url=f"{w.api.url}/items/?a=1"), MISMATCH),
    "altered method": (lambda w: replace(sign(w), method="GET", body=""), MISMATCH),
    "altered header": (lambda w: sign(w, headers=JSON | {"X-Tenant": "a"}).having(X_Tenant="b"), MISMATCH),
    "altered content type": (lambda w: sign(w).having(Content_Type="text/plain"), MISMATCH),
    "signed header left out": (
        lambda w: sign(w, headers=JSON | {"X-Tenant": "a"}).without("X-Tenant"),
        (403, "InvalidSignatureException", "The signed header 'x-tenant' is not"),
    ),
    "unsigned payload": (
        lambda w: sign(w, headers=JSON | {"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"}),
        (403, "InvalidSignatureException", "The value of 'x-amz-content-sha256'"),
    ),
    "unsigned header of AWS's": (
        lambda w: sign(w).having(X_Amz_Target="x"),
        (403, "InvalidSignatureException", "'x-amz-target' must be a 'SignedHeader'"),
    ),
    "another service": (
        lambda w: sign(w, service="sqs"),
        (403, "InvalidSignatureException", "Credential should be scoped to correct service"),
    ),
    "another region": (
        lambda w: sign(w, region="eu-west-1"),
        (403, "InvalidSignatureException", "Credential should be scoped to a valid region"),
    ),
    "no permission": (lambda w: sign(w, "nobody"), DENIED),
    "permission for another method": (lambda w: sign(w, "reader"), DENIED),
    "permission for another stage": (lambda w: sign(w, "elsewhere"), DENIED),
    "a condition that nobody knows": (lambda w: sign(w, "conditional"), DENIED),
    "explicit deny beside an allow": (lambda w: sign(w, "denied"), DENIED),
    "a role's session limited by its policy": (lambda w: sign(w, "limited"), denied_session("limited")),
    "a role's session limited by a managed policy": (lambda w: sign(w, "managed"), denied_session("managed")),
    "a role's session limited by a policy that is not there": (lambda w: sign(w, "gone"), denied_session("gone")),
    "a session of somebody else's user, limited": (lambda w: sign(w, "web"), denied_session("web")),
    "a session of a user without permission": (lambda w: sign(w, "nobody's session"), DENIED),
    "a user's session without its token": (lambda w: sign(w, of_no_session(w, "user's session")), UNRECOGNIZED),
    "a federated user without a policy": (lambda w: sign(w, "federated-nothing"), DENIED_FEDERATED),
    "a federated user limited by a managed policy": (lambda w: sign(w, "federated-reader"), DENIED_FEDERATED),
    "the key that all sessions of users were once given": (
        lambda w: sign(w, Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY")),
        UNRECOGNIZED,
    ),
}


@BOTH_WAYS
@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_refused_as_on_aws_and_nothing_is_enqueued(attack: str, connection: str, world: World) -> None:
    make, (status, error_type, message) = ATTACKS[attack]
    answer = make(world).send(connection)
    assert (answer.status_code, answer.headers["x-amzn-ErrorType"]) == (status, error_type), answer.text
    body = answer.json()
    # An answer about permissions begins with a capital letter, as AWS's does, and no other one.
    assert list(body) == ["Message" if error_type == "AccessDeniedException" else "message"]
    assert next(iter(body.values())).startswith(message), answer.text
    assert answer.headers["Content-Type"] == "application/json"
    assert world.api.received() == []


@BOTH_WAYS
@pytest.mark.parametrize("who", ["allowed", "member", "session", "both", "user's session", "federated"])
def test_who_is_allowed_the_call_is_let_in(who: str, connection: str, world: World) -> None:
    answer = sign(world, who).send(connection)
    assert answer.status_code == 202, answer.text
    assert world.api.received() == [BODY]


def test_a_denial_says_what_was_denied_and_hides_the_apis_account(world: World) -> None:
    resource = world.arn("POST/items").replace(ACCOUNT_ID, f"********{ACCOUNT_ID[-4:]}")
    text = f"is not authorized to perform: execute-api:Invoke on resource: {resource}"
    user = f"User: arn:aws:iam::{ACCOUNT_ID}:user"
    assert sign(world, "nobody").send("close").json() == {"Message": f"{user}/nobody {text}"}
    assert sign(world, "denied").send("close").json() == {"Message": f"{user}/denied {text} with an explicit deny"}


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [
        ("reader", "/items", 200),
        ("reader", "/items/reader", 200),
        ("reader", "/items/allowed", 403),
        ("reader", "/items/%72eader", 403),
        ("member", "/items", 403),
        ("limited", "/items", 200),
        ("managed", "/items", 200),
        ("both", "/items", 200),
        ("web", "/items", 200),
        ("federated-reader", "/items", 200),
        ("denied", "/items", 200),
    ],
)
def test_a_policy_is_of_the_path_as_it_was_called(who: str, path: str, status: int, world: World) -> None:
    assert sign(world, who, path, "GET").send("keep-alive").status_code == status


def test_a_deny_of_a_path_cannot_be_written_around(world: World) -> None:
    world.add_user("barred", invoke("Allow", "*"), invoke("Deny", world.arn("GET/items/secret")))
    spellings = ("secret", "secret/", "%73ecret", "secre%74")
    statuses = {path: sign(world, "barred", f"/items/{path}", "GET").send("close").status_code for path in spellings}
    assert statuses == dict.fromkeys(spellings, 403)
    assert sign(world, "barred", "/items/other", "GET").send("close").status_code == 200


def test_a_signed_url_is_let_in_until_it_expires_and_not_if_it_is_altered(world: World) -> None:
    signed = sign_url(world, "allowed", "/items?a=1&b=%26")
    assert signed.send("close").status_code == 200
    altered = replace(signed, url=signed.url.replace("a=1", "a=2")).send("close")
    assert (altered.status_code, altered.headers["x-amzn-ErrorType"]) == (403, "InvalidSignatureException")
    longer = replace(signed, url=signed.url.replace("Expires=60", "Expires=600")).send("close")
    assert longer.status_code == 403


def test_templates_see_who_signed(world: World) -> None:
    iam = world.aws("iam")
    user = iam.get_user(UserName="allowed")["User"]
    seen = sign(world, "allowed", "/items", "GET").send("close").json()
    names = ("user", "caller", "userArn", "accessKey", "accountId")
    assert [seen[name] for name in names] == [
        user["UserId"],
        user["UserId"],
        user["Arn"],
        world.people["allowed"].access_key,
        ACCOUNT_ID,
    ]
    role = iam.get_role(RoleName="caller")["Role"]
    seen = sign(world, "session", "/items", "GET").send("close").json()
    assert (seen["caller"], seen["userArn"]) == (
        f"{role['RoleId']}:session",
        f"arn:aws:sts::{ACCOUNT_ID}:assumed-role/caller/session",
    )
    seen = sign(world, "federated", "/items", "GET").send("close").json()
    assert (seen["caller"], seen["userArn"]) == (
        f"{ACCOUNT_ID}:federated",
        f"arn:aws:sts::{ACCOUNT_ID}:federated-user/federated",
    )


@pytest.mark.parametrize("who", ["session", "user's session", "federated"])
def test_a_session_is_who_the_api_says_it_is(who: str, world: World) -> None:
    told = world.aws_as(who, "sts").get_caller_identity()
    seen = sign(world, who, "/items", "GET").send("close").json()
    assert (told["Account"], told["Arn"], told["UserId"]) == (seen["accountId"], seen["userArn"], seen["caller"])


@pytest.mark.parametrize("operation", ["get_session_token", "get_federation_token"])
def test_a_session_asks_for_none(operation: str, world: World) -> None:
    client = world.aws_as("user's session", "sts")
    with pytest.raises(ClientError, match="session credentials") as refused:
        getattr(client, operation)(**({"Name": "somebody"} if operation == "get_federation_token" else {}))
    assert refused.value.response["Error"]["Code"] == "AccessDenied"


def test_a_session_ends_with_its_user(world: World) -> None:
    world.add_user("leaver", invoke("Allow", "*"))
    world.people["leaver's session"] = credentials_of(world.aws_as("leaver", "sts").get_session_token()["Credentials"])
    assert sign(world, "leaver's session", "/items", "GET").send("close").status_code == 200
    iam = world.aws("iam")
    iam.delete_access_key(UserName="leaver", AccessKeyId=world.people["leaver"].access_key)
    iam.delete_user_policy(UserName="leaver", PolicyName="calls")
    iam.delete_user(UserName="leaver")
    world.add_user("leaver", invoke("Allow", "*"))
    assert sign(world, "leaver's session", "/items", "GET").send("close").status_code == 403


def test_a_session_may_be_told_by_its_tags(world: World) -> None:
    iam, sts = world.aws("iam"), world.aws("sts")
    of_team = {"StringEquals": {"aws:PrincipalTag/team": "blue"}}
    trust = policy({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": ["sts:AssumeRole", "sts:TagSession"]})
    arn = iam.create_role(RoleName="tagged", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    document = policy(invoke("Allow", "*", Condition=of_team))
    iam.put_role_policy(RoleName="tagged", PolicyName="calls", PolicyDocument=document)
    for team, status in (("blue", 200), ("red", 403)):
        answer = sts.assume_role(RoleArn=arn, RoleSessionName=team, Tags=[{"Key": "team", "Value": team}])
        world.people[team] = credentials_of(answer["Credentials"])
        assert sign(world, team, "/items", "GET").send("close").status_code == status


def test_a_method_of_the_same_api_that_asks_nobody_is_open(world: World) -> None:
    assert requests.get(f"{world.api.url}/open", timeout=CALL_TIMEOUT_S).status_code == 200


def test_both_ways_answer_each_attack_with_the_same_headers_and_body(world: World) -> None:
    def seen(answer: requests.Response) -> Any:
        named = {name.lower(): value for name, value in answer.headers.items()}
        # Of each request, and of the connection that it came by.
        for name in ("date", "x-amzn-requestid", "x-amz-apigw-id", "connection"):
            named.pop(name, None)
        return answer.status_code, named, answer.content

    different = {}
    for name, (make, _) in ATTACKS.items():
        signed = make(world)
        taken, stock = seen(signed.send("keep-alive")), seen(signed.send("close"))
        if taken != stock and "date" not in name:
            different[name] = (taken, stock)
    assert not different


def test_a_stages_access_log_says_who_was_let_in_and_who_was_not(world: World) -> None:
    logs, gateway = world.aws("logs"), world.aws("apigateway")
    logs.create_log_group(logGroupName="access")
    arn = f"arn:aws:logs:{REGION}:{ACCOUNT_ID}:log-group:access"
    settings = {
        "/accessLogSettings/destinationArn": arn,
        "/accessLogSettings/format": "$context.httpMethod $context.status $context.identity.userArn",
    }
    operations = [{"op": "replace", "path": path, "value": value} for path, value in settings.items()]
    gateway.update_stage(restApiId=world.api.api_id, stageName="v1", patchOperations=operations)
    try:
        for connection in ("keep-alive", "close"):
            assert sign(world).send(connection).status_code == 202
            assert sign(world, "nobody").send(connection).status_code == 403
            assert sign(world).without("Authorization").send(connection).status_code == 403
        events = wait_until(
            lambda: logs.filter_log_events(logGroupName="access")["events"], lambda seen: len(seen) >= 6
        )
        lines = [event["message"] for event in events]
        user = f"arn:aws:iam::{ACCOUNT_ID}:user"
        assert sorted(lines) == sorted([f"POST 202 {user}/allowed", f"POST 403 {user}/nobody", "POST 403 -"] * 2)
    finally:
        gateway.update_stage(
            restApiId=world.api.api_id,
            stageName="v1",
            patchOperations=[{"op": "remove", "path": "/accessLogSettings"}],
        )
        world.api.received()


@pytest.mark.parametrize(
    ("headers", "body", "altered", "status"),
    [
        (JSON | {"Content-Encoding": "gzip"}, gzip.compress(BODY.encode()), gzip.compress(b'{"name": "Eve"}'), 202),
        ({"Content-Type": "application/x-www-form-urlencoded"}, b"a=%20&b=~&c", b"a=+&b=~&c", 415),
    ],
    ids=["compressed", "a form"],
)
def test_a_body_is_signed_as_it_is_sent(
    headers: dict[str, str], body: bytes, altered: bytes, status: int, world: World
) -> None:
    url = f"{world.api.url}/items"

    def send(sent: bytes) -> int:
        signed = signed_headers("POST", url, body, world.people["allowed"], headers)
        return requests.post(url, data=sent, headers=signed, timeout=CALL_TIMEOUT_S).status_code

    assert send(body) == status
    assert send(altered) == 403
    assert world.api.received() == [BODY] * (status == 202)


def test_the_import_says_what_aws_would_of_its_methods(world: World) -> None:
    gateway = world.aws("apigateway")
    resources = {each["path"]: each for each in gateway.get_resources(restApiId=world.api.api_id)["items"]}
    method = gateway.get_method(restApiId=world.api.api_id, resourceId=resources["/items"]["id"], httpMethod="POST")
    assert method["authorizationType"] == "AWS_IAM"
    assert "authorizerId" not in method
    assert gateway.get_authorizers(restApiId=world.api.api_id)["items"] == []
