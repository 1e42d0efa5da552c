"""Calls of the deployed API, and of API Gateway about it."""

import json
from collections.abc import Sequence
from typing import Any

from harness.workload.payloads import HOSTILE_FRAGMENTS
from tests.integration.differential.call import AwsCall, Call, HttpCall
from tests.integration.test_refusals import INVALID_BODIES

JSON = {"Content-Type": "application/json"}
NOBODY = "00000000-0000-0000-0000-000000000000"
USER = json.dumps({"name": "Ada", "email": "ada@example.com"}).encode()

CONTENT_TYPES = (
    "application/json; charset=utf-8",
    "application/json;charset=utf-8",
    "application/json;charset=UTF-8",
    "application/json; charset=UTF-8",
    "APPLICATION/JSON",
    "text/json",
    "text/plain",
    "application/x-www-form-urlencoded",
    "application/octet-stream",
    "nonsense",
    "",
)
IDENTITIES = {
    "unknown": NOBODY,
    "short": "x",
    "quote": "%22",
    "single quote": "'",
    "backslash": "%5C",
    "percent": "%25",
    "bad escape": "%zz",
    "slash": "a%2Fb",
    "space": "a%20b",
    "plus": "a+b",
    "emoji": "%F0%9F%A7%91",
    "not UTF-8": "%FF",
    "line break": "a%0Ab",
    "null": "%00",
    "velocity": "%24input.body",
    "directive": "%23set(%24x=1)",
    "json": "%22%7D%2C%7B%22",
    "1 KB": "x" * 1000,
    "1024": "x" * 1024,
    "1025": "x" * 1025,
    "2048": "x" * 2048,
    "2049": "x" * 2049,
    "dots": "..%2F..",
}
REQUESTS = {
    "root": ("GET", ""),
    "root with slash": ("GET", "/"),
    "no such path": ("GET", "/nothing"),
    "list users": ("GET", "/users"),
    "users with slash": ("GET", "/users/"),
    "post with slash": ("POST", "/users/"),
    "status of nothing": ("GET", "/status"),
    "status of empty": ("GET", "/status/"),
    "below a user": ("GET", "/users/x/y"),
    "double slash": ("GET", "//users"),
    "put": ("PUT", "/users"),
    "delete a user": ("DELETE", "/users/x"),
    "patch a status": ("PATCH", "/status/x"),
    "head a user": ("HEAD", f"/users/{NOBODY}"),
    "options": ("OPTIONS", "/users"),
    "query": ("GET", f"/status/{NOBODY}?a=b&a=c"),
    "upper case": ("GET", "/USERS/x"),
}
HEADERS: dict[str, dict[str, str]] = {
    "accept all": {"Accept": "*/*"},
    "accept xml": {"Accept": "application/xml"},
    "accept json": {"Accept": "application/json"},
    "content type of a GET": {"Content-Type": "text/plain"},
    "json of a GET": {"Content-Type": "application/json"},
    "origin": {"Origin": "http://example.com"},
    "request ID": {"x-amzn-RequestId": "mine"},
    "trace ID": {"X-Amzn-Trace-Id": "Root=1-00000000-000000000000000000000000"},
    "override": {"X-HTTP-Method-Override": "POST"},
    "user agent": {"User-Agent": ""},
}
# moto takes an action out of any body that has one, of DynamoDB's too, and so never stores these users.
_NOT_FOR_MOTO = tuple(name for name in HOSTILE_FRAGMENTS if "&Action=" in name)
NAMES = (*(name for name in HOSTILE_FRAGMENTS if name not in _NOT_FOR_MOTO), "x" * 100_000, "\u00e4" * 1000, "Ada")


def api(name: str, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> HttpCall:
    return HttpCall(f"api: {name}", method, f"<<api_url>>{path}", body, headers or {})


def flow(number: int, name: str) -> tuple[list[HttpCall], list[HttpCall]]:
    """The create of one flow, and what follows; between the two, others are created."""
    body = json.dumps({"name": name, "email": f"u{number}@example.com"}, ensure_ascii=bool(number % 2)).encode()
    url, message, user = "<<api_url>>", f"message_{number}", f"user_{number}"
    created = HttpCall(f"flow: create {number}", "POST", f"{url}/users", body, JSON, {message: "messageId"})
    status = HttpCall(
        f"flow: status {number}",
        "GET",
        f"{url}/status/<<{message}>>",
        save={user: "userId"},
        until=lambda answer: answer["status"] == 200,
    )
    return [created], [status, HttpCall(f"flow: retrieve {number}", "GET", f"{url}/users/<<{user}>>")]


def flows(names: Sequence[str], first: int) -> tuple[Call, ...]:
    """All creates, then what follows each: the consumer works on some while others are asked for."""
    made = [flow(number, name) for number, name in enumerate(names, first)]
    return (*(call for creates, _ in made for call in creates), *(call for _, follows in made for call in follows))


MORE_FLOWS = flows(_NOT_FOR_MOTO, first=len(NAMES))

DATA_PLANE: tuple[Call, ...] = (
    *(api(f"body, {name}", "POST", "/users", body, JSON) for name, body in INVALID_BODIES.items()),
    *(api(f"content type {kind!a}", "POST", "/users", USER, {"Content-Type": kind}) for kind in CONTENT_TYPES),
    *(api(f"content type {kind!a}, no user", "POST", "/users", b"x", {"Content-Type": kind}) for kind in CONTENT_TYPES),
    *(api(f"status of {name}", "GET", f"/status/{identity}") for name, identity in IDENTITIES.items()),
    *(api(f"user {name}", "GET", f"/users/{identity}") for name, identity in IDENTITIES.items()),
    *(api(name, method, path) for name, (method, path) in REQUESTS.items()),
    *(api(f"status, {name}", "GET", f"/status/{NOBODY}", headers=headers) for name, headers in HEADERS.items()),
    *(api(f"create, {name}", "POST", "/users", b"{}", JSON | headers) for name, headers in HEADERS.items()
      if "of a GET" not in name),
    api("GET with a body", "GET", f"/users/{NOBODY}", b"x"),
    HttpCall("api: no such API", "GET", "<<endpoint_url>>/_aws/execute-api/0000000000/v1/users/x"),
    HttpCall("api: no such stage", "GET", "<<endpoint_url>>/_aws/execute-api/<<api_id>>/nothing/users/x"),
    HttpCall("api: older URL", "GET", f"<<endpoint_url>>/restapis/<<api_id>>/v1/_user_request_/users/{NOBODY}"),
    *flows(NAMES, first=0),
)  # fmt: skip


def gateway(name: str, operation: str, /, **parameters: Any) -> AwsCall:
    return AwsCall(f"apigateway: {name}", "apigateway", operation, parameters)


CONTROL_PLANE: tuple[Call, ...] = (
    gateway("API", "get_rest_api", restApiId="<<api_id>>"),
    gateway("no API", "get_rest_api", restApiId="0000000000"),
    gateway("stages", "get_stages", restApiId="<<api_id>>"),
    gateway("no stage", "get_stage", restApiId="<<api_id>>", stageName="nothing"),
    gateway("models", "get_models", restApiId="<<api_id>>"),
    gateway("model", "get_model", restApiId="<<api_id>>", modelName="NewUser"),
    gateway("no model", "get_model", restApiId="<<api_id>>", modelName="Nothing"),
    gateway("validators", "get_request_validators", restApiId="<<api_id>>"),
    gateway("gateway response", "get_gateway_response", restApiId="<<api_id>>", responseType="DEFAULT_4XX"),
    gateway("wrong gateway response", "get_gateway_response", restApiId="<<api_id>>", responseType="NOTHING"),
    gateway("no resource", "get_resource", restApiId="<<api_id>>", resourceId="0000000000"),
    gateway("no method", "get_method", restApiId="<<api_id>>", resourceId="0000000000", httpMethod="GET"),
    gateway("no deployment", "get_deployment", restApiId="<<api_id>>", deploymentId="000000"),
    gateway("document", "get_export", restApiId="<<api_id>>", stageName="v1", exportType="oas30"),
    gateway("create without a name", "create_rest_api", name=""),
    AwsCall("apigateway: create", "apigateway", "create_rest_api", {"name": "x"}, {"new_api": "id"}),
    gateway("bad stage", "create_stage", restApiId="<<new_api>>", stageName="x", deploymentId="000000"),
    gateway("deploy nothing", "create_deployment", restApiId="<<new_api>>"),
    gateway("delete", "delete_rest_api", restApiId="<<new_api>>"),
    gateway("delete again", "delete_rest_api", restApiId="<<new_api>>"),
)
