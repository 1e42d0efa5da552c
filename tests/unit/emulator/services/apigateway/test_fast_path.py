"""Which requests to APIs are taken; what is answered, the integration tests compare with LocalStack's own answers."""

from dataclasses import replace
from typing import Any

import pytest
from localstack.http import Response

from emulator.http.handlers import Answer, Request
from emulator.services.apigateway.fast_path import ApiRequests, DeclinedError, to_answer, to_web_request

HOST = "127.0.0.1:4566"
PLAIN = Request("GET", "/_aws/execute-api/abc123/v1/users/x", [("Host", HOST)], b"")


class FakeEndpoint:
    """The one API that is deployed."""

    def __init__(self, *, declines: bool = False) -> None:
        self.declines = declines
        self.asked: list[Any] = []

    def is_rest_api(self, api_id: str, stage: str) -> bool:
        return (api_id, stage) == ("abc123", "v1")

    def __call__(self, request: Any, **_place: str) -> Response:
        self.asked.append(request)
        if self.declines:
            raise DeclinedError
        return Response(b"{}", 202, {"Location": "/x"})


def take(request: Request, endpoint: FakeEndpoint) -> Answer | None:
    handler = ApiRequests(HOST)
    handler._endpoint = endpoint
    return handler(request)


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["users", "users/x", "users/a%22b", "users/..", "users?a=1&a=%26", "users/x?"])
def test_a_plain_request_is_taken(method: str, path: str) -> None:
    target = f"/_aws/execute-api/abc123/v1/{path}"
    answer = take(replace(PLAIN, method=method, target=target), FakeEndpoint())
    assert answer is not None
    assert (answer.status, answer.body) == (202, b"{}")


@pytest.mark.parametrize(
    "odd",
    [
        replace(PLAIN, target="/_aws/execute-api/abc123/v1"),
        replace(PLAIN, target="/_aws/execute-api/abc123/v1/"),
        replace(PLAIN, target="/_aws/execute-api/abc123/v1//users"),
        replace(PLAIN, target="/_aws/execute-api/abc123/v1/users/"),
        replace(PLAIN, target="/_aws/execute-api/ABC123/v1/users"),
        replace(PLAIN, target="/_aws/execute-api/a%62c123/v1/users"),
        replace(PLAIN, target="/_aws/execute-api/abc123/none/users"),
        replace(PLAIN, target="/_aws/execute-api/none/v1/users"),
        replace(PLAIN, target="/_aws/execute-api/abc123/v1/users/\u00e4"),
        replace(PLAIN, target="//_aws/execute-api/abc123/v1/users"),
        replace(PLAIN, target="/_aws/sqs/messages"),
        replace(PLAIN, target="/"),
        replace(PLAIN, method="HEAD"),
        replace(PLAIN, method="OPTIONS"),
        replace(PLAIN, headers=[("Host", "abc123.execute-api.localhost")]),
        replace(PLAIN, headers=[("Host", HOST), ("Origin", "http://x")]),
        replace(PLAIN, headers=[("Host", HOST), ("Content-Type", "application/x-www-form-urlencoded")]),
        replace(PLAIN, headers=[("Host", HOST), ("Content-Type", "multipart/form-data; boundary=x")]),
    ],
)
def test_an_odd_request_is_left_to_localstack(odd: Request) -> None:
    endpoint = FakeEndpoint()
    assert take(odd, endpoint) is None
    assert not endpoint.asked


def test_what_the_gateway_declines_is_left_to_localstack() -> None:
    assert take(PLAIN, FakeEndpoint(declines=True)) is None


def test_the_gateway_reads_a_request_as_it_was_sent() -> None:
    request = to_web_request(Request("POST", "/users/a%2Fb?c=%26", [("Host", HOST), ("X-Mixed", "y")], b"body"))
    assert (request.method, request.path, request.host) == ("POST", "/users/a/b", HOST)
    assert request.environ["RAW_URI"] == "/users/a%2Fb?c=%26"
    assert dict(request.args) == {"c": "&"}
    assert ("X-Mixed", "y") in list(request.headers)
    assert request.data == b"body"


def test_an_answer_has_the_header_that_each_of_localstacks_has() -> None:
    answer = to_answer(Response(b"{}", 202, {"Location": "/x"}))
    assert answer.headers[-1] == ("x-localstack", "true")
    assert ("Location", "/x") in answer.headers
