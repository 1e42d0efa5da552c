"""Operations on items are taken from the requests of SDKs, and from no others."""

import json
from dataclasses import replace

import pytest

from emulator.http.handlers import Answer, Request
from emulator.services.dynamodb import fast_path
from emulator.services.dynamodb.fast_path import ItemRequests

HOST = "127.0.0.1:4566"
SIGNATURE = (
    "AWS4-HMAC-SHA256 Credential=111111111111/20260101/us-east-1/dynamodb/aws4_request, "
    "SignedHeaders=host;x-amz-date, Signature=0a"
)
HEADERS = {
    "Host": HOST,
    "Authorization": SIGNATURE,
    "X-Amz-Target": "DynamoDB_20120810.PutItem",
    "Content-Type": "application/x-amz-json-1.0",
}


def request(**changes: str | None) -> Request:
    headers = HEADERS | {name.replace("_", "-"): value for name, value in changes.items()}
    return Request("POST", "/", [(name, value) for name, value in headers.items() if value is not None], b"{}")


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, str]]:
    made: list[tuple[str, str, str]] = []

    def fake_call(*arguments: str) -> object:
        made.append(arguments)  # type: ignore[arg-type]  # three of them, or the test fails
        return lambda _body, trace_header: json.dumps({"traced": trace_header} if trace_header else {})

    monkeypatch.setattr(fast_path, "item_call", fake_call)
    return made


def test_an_sdks_request_is_answered_as_dynamodb_answers(called: list[tuple[str, str, str]]) -> None:
    answer = ItemRequests(HOST)(request())
    assert isinstance(answer, Answer)
    assert called == [("PutItem", "111111111111", "us-east-1")]
    headers = dict(answer.headers)
    assert headers.pop("x-amzn-RequestId")
    assert (answer.status, answer.body) == (200, b"{}")
    assert headers == {
        "Content-Type": "application/x-amz-json-1.0",
        "Content-Length": "2",
        "x-amz-crc32": "2745614147",
        "x-localstack": "true",
    }


@pytest.mark.usefixtures("called")
def test_a_call_is_made_with_the_requests_trace_header() -> None:
    answer = ItemRequests(HOST)(request(X_Amzn_Trace_Id="Root=1-x"))
    assert answer
    assert json.loads(answer.body) == {"traced": "Root=1-x"}


@pytest.mark.parametrize(
    "odd",
    [
        request(Host="other"),
        request(Authorization=None),
        request(Authorization=SIGNATURE.replace("dynamodb", "sqs")),
        request(Authorization=SIGNATURE.replace("HMAC", "OTHER")),
        request(X_Amz_Target=None, **{"X-Amz-Target": None}),
        request(**{"X-Amz-Target": "DynamoDBStreams_20120810.GetRecords"}),
        request(**{"Content-Type": "application/x-amz-json-1.1"}),
        request(Accept="application/cbor"),
        request(Origin="http://x"),
        request(**{"Content-Encoding": "gzip"}),
        replace(request(), target="/x"),
        replace(request(), method="GET"),
    ],
)
def test_anything_else_is_left_to_localstack(odd: Request, called: list[tuple[str, str, str]]) -> None:
    assert ItemRequests(HOST)(odd) is None
    assert not called


def test_a_refused_operation_is_left_to_localstack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fast_path, "item_call", lambda *_: lambda *_: None)
    assert ItemRequests(HOST)(request()) is None
    monkeypatch.setattr(fast_path, "item_call", lambda *_: None)
    assert ItemRequests(HOST)(request()) is None
