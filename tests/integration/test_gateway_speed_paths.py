"""An engine with every speed-up answers an API's clients as one without any: the same requests, the same answers."""

import http.client
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.hostile import HOSTILE_NAMES
from tests.integration.engine_fixture import RunningEngine, aws_clients
from tests.integration.stack_fixture import Stack, deploy
from tests.waiting import wait_until

pytestmark = pytest.mark.xdist_group("without-speed-ups")

ACCOUNT_ID = "200000000001"
UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
CREATED_AT = re.compile(r'("createdAt":\s*)"[^"]*"')
# Different with each request, whoever answers it.
VARYING = {"date", "x-amzn-requestid", "x-amz-apigw-id", "x-amzn-trace-id"}
JSON = {"Content-Type": "application/json"}
USER = {"name": "Ada", "email": "ada@example.com"}


@dataclass(frozen=True)
class Call:
    """One request; in its path, `{api}` is the path of the deployed stage, `{message}` and `{user}` are IDs."""

    method: str
    path: str
    body: bytes | list[bytes] | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Deployed:
    """One engine's stack, and a user in it."""

    stack: Stack
    message_id: str
    user_id: str

    def answer(self, call: Call) -> tuple[int, list[tuple[str, str]], str]:
        """Return status, headers and body, with a mark in the place of what is another's with each engine."""
        status, headers, body = self.unmasked_answer(call)
        return status, [(name, self._masked(name, value)) for name, value in headers], self._masked("", body)

    def unmasked_answer(self, call: Call) -> tuple[int, list[tuple[str, str]], str]:
        """Return status, headers and body."""
        place = urlsplit(self.stack.api_url)
        path = call.path.format(api=place.path, message=self.message_id, user=self.user_id, id=self.api_id)
        headers = {name: value.format(host=place.netloc) for name, value in call.headers.items()}
        connection = http.client.HTTPConnection(place.netloc, timeout=30)
        try:
            connection.request(call.method, path, body=call.body, headers=headers, encode_chunked=True)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read().decode()
        finally:
            connection.close()

    @property
    def api_id(self) -> str:
        return str(self.stack.outputs["api_id"])

    def trace_kept_of(self, sent: str | None) -> str:
        """Return what a message has for a trace whose create sent this trace header, or none."""
        sqs, url = self.stack.aws("sqs"), self.stack.outputs["queue_url"]

        def received(message_id: str) -> list[Any]:
            # Creates of other tests may be in the queue, too: those that the function could not store come again.
            answer = sqs.receive_message(
                QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["AWSTraceHeader"]
            )
            return [message for message in answer.get("Messages", []) if message["MessageId"] == message_id]

        with self.unread_queue():
            headers = JSON if sent is None else JSON | {"X-Amzn-Trace-Id": sent}
            status, _, body = self.unmasked_answer(Call("POST", "{api}/users", json.dumps(USER).encode(), headers))
            assert status == 202, body
            message_id = json.loads(body)["messageId"]
            (message,) = wait_until(lambda: received(message_id))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return str(message["Attributes"]["AWSTraceHeader"])

    @contextmanager
    def unread_queue(self) -> Iterator[None]:
        """Let no function take messages in this block."""
        functions, name = self.stack.aws("lambda"), self.stack.outputs["function_name"]
        (mapping,) = functions.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]

        def switch(*, on: bool) -> None:
            functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=on)
            wait_until(
                lambda: functions.get_event_source_mapping(UUID=mapping["UUID"])["State"],
                lambda state: state == ("Enabled" if on else "Disabled"),
            )

        switch(on=False)
        try:
            yield
        finally:
            switch(on=True)

    def _masked(self, name: str, value: str) -> str:
        if name.lower() in VARYING:
            return "<any>"
        value = value.replace(self.api_id, "<api>").replace(urlsplit(self.stack.api_url).netloc, "<host>")
        return CREATED_AT.sub(r'\1"<time>"', UUID.sub("<uuid>", value))


def create_calls() -> Iterable[tuple[str, Call]]:
    path = "{api}/users"
    for label, name in HOSTILE_NAMES.items():
        body = json.dumps({**USER, "name": name}).encode()
        yield f"create: {label}", Call("POST", path, body, JSON)
        yield (
            f"create in UTF-8: {label}",
            Call("POST", path, json.dumps({**USER, "name": name}, ensure_ascii=False).encode(), JSON),
        )
    body = json.dumps(USER).encode()
    bodies = {
        "empty": b"",
        "not JSON": b"name=Ada",
        "null": b"null",
        "array": b"[]",
        "no email": b'{"name": "Ada"}',
        "wrong type": b'{"name": 1, "email": "ada@example.com"}',
        "extra field": b'{"name": "Ada", "email": "ada@example.com", "admin": true}',
        "name too long": json.dumps({**USER, "name": "x" * 102_401}).encode(),
        "not UTF-8": b'{"name": "\xff", "email": "ada@example.com"}',
        "refused by SQS": '{"name": "\ufffe", "email": "ada@example.com"}'.encode(),
        "larger than a message": b" " * 1_100_000 + body,
        "twice the field": b'{"name": "Ada", "name": "Eve", "email": "ada@example.com"}',
    }
    for label, bytes_ in bodies.items():
        yield f"body: {label}", Call("POST", path, bytes_, JSON)
    yield "chunked", Call("POST", path, [body[:10], body[10:]], JSON)
    types = ("application/json; charset=utf-8", "application/json;charset=UTF-8", "text/plain", "APPLICATION/JSON", "x")
    for content_type in types:
        yield f"type: {content_type}", Call("POST", path, body, {"Content-Type": content_type})
    yield "no type", Call("POST", path, body)
    yield "form", Call("POST", path, b"a=b&c=d", {"Content-Type": "application/x-www-form-urlencoded"})


def odd_calls() -> Iterable[tuple[str, Call]]:
    paths = (
        "{api}",
        "{api}/",
        "{api}/users",
        "{api}/users/",
        "{api}/users/{user}",
        "{api}/users/{user}/",
        "{api}//users/{user}",
        "{api}/users//{user}",
        "{api}/users/{user}?a=1&a=2&b=%26",
        "{api}/users/unknown",
        "{api}/users/a%22b%0A%5C",
        "{api}/users/%F0%9F%98%80",
        "{api}/users/%24input",
        "{api}/users/..%2F..",
        "{api}/users/../status/{message}",
        "{api}/status/{message}",
        "{api}/status/{message}?v=2",
        "{api}/status/unknown",
        "{api}/status/" + "x" * 3000,
        "{api}/status/a%20b",
        "{api}/status/a+b",
        "{api}/status/",
        "{api}/none",
        "/_aws/execute-api/unknown/v1/users/x",
        "/_aws/execute-api/{id}/none/users/x",
        "/_aws/execute-api/{id}",
        "/_aws/execute-api/{id}/",
    )
    for path in paths:
        yield f"GET {path[:40]}", Call("GET", path)
    for method in ("HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "POST", "TRACE"):
        for path in ("{api}/users", "{api}/status/{message}"):
            yield f"{method} {path}", Call(method, path)
    headers = {
        "accept": {"Accept": "text/html"},
        "accepts gzip": {"Accept-Encoding": "gzip"},
        "allowed origin": {"Origin": "http://{host}"},
        "origin": {"Origin": "https://elsewhere.example"},
        "referer": {"Referer": "https://elsewhere.example/x"},
        "closing": {"Connection": "close"},
        "keep alive": {"Connection": "keep-alive"},
        "trace": {"X-Amzn-Trace-Id": "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1"},
        "signed for SQS": {"Authorization": "AWS4-HMAC-SHA256 Credential=1/20200101/us-east-1/sqs/aws4_request, x"},
        "target": {"X-Amz-Target": "DynamoDB_20120810.ListTables"},
        "other host": {"Host": "api.example.com"},
        "host of an API": {"Host": "abc.execute-api.localhost.localstack.cloud:4566"},
        "not ASCII": {"X-Odd": "caf\u00e9"},
        "gzip": {"Content-Encoding": "gzip"},
    }
    for label, values in headers.items():
        for path in ("{api}/status/{message}", "{api}/users/{user}"):
            yield f"{label}: {path}", Call("GET", path, None, values)


CALLS = dict([*create_calls(), *odd_calls()])


def _deployed(engine: RunningEngine, work_dir_factory: pytest.TempPathFactory) -> Deployed:
    aws = aws_clients(engine.endpoint_url, ACCOUNT_ID)
    work_dir = work_dir_factory.mktemp("stack")
    stack = deploy(engine.endpoint_url, ACCOUNT_ID, aws, stack_name="compared", work_dir=work_dir)
    message_id = stack.create("Ada", "ada@example.com")
    return Deployed(stack, message_id, stack.wait_until_visible(message_id))


@pytest.fixture(scope="module")
def fast(engine: RunningEngine, tmp_path_factory: pytest.TempPathFactory) -> Deployed:
    return _deployed(engine, tmp_path_factory)


@pytest.fixture(scope="module")
def reference(engine_without_speed_ups: RunningEngine, tmp_path_factory: pytest.TempPathFactory) -> Deployed:
    return _deployed(engine_without_speed_ups, tmp_path_factory)


def test_every_request_gets_the_answer_that_it_gets_without_speed_ups(fast: Deployed, reference: Deployed) -> None:
    different = {
        label: (seen, expected)
        for label, call in CALLS.items()
        if (seen := fast.answer(call)) != (expected := reference.answer(call))
    }

    assert not different


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (None, r"Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0"),
        (
            "Root=1-5759e988-0f10f10f0000000000000003",
            r"Root=1-5759e988-0f10f10f0000000000000003;Parent=[0-9a-f]{16};Sampled=0",
        ),
        (
            "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
            r"Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
        ),
    ],
    ids=["none", "of a flow", "whole"],
)
def test_a_message_keeps_the_clients_trace_with_speed_ups_and_without(
    sent: str | None, kept: str, fast: Deployed, reference: Deployed
) -> None:
    for deployed in (fast, reference):
        assert re.fullmatch(kept, deployed.trace_kept_of(sent))
