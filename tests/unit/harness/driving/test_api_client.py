"""The API client: what an answer means by the shape, and whatever the shape does not have shown for what it is."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest

from harness.driving.api_client import Answer, AsyncApi
from harness.operations import BODY_KEPT_BYTES, Meaning, Outcome
from harness.shape import ApiShape
from harness.shape.document import shape_from_json
from harness.shape.users import USERS_API
from harness.transport import Request, Response, TransportError, TransportFailure
from tests.unit.harness.shape.jobs import JOBS_DOCUMENT

ADA = {"name": "Ada", "email": "ada@example.com"}
JOBS_API = shape_from_json(JOBS_DOCUMENT)
TIMEOUT_S = 3.5

type Reply = Response | TransportFailure


class OneAnswer:
    """A transport that always answers the same."""

    def __init__(self, answer: Reply) -> None:
        self.answer = answer
        self.sent: list[tuple[Request, float]] = []

    async def send(self, request: Request, timeout_s: float) -> Response:
        self.sent.append((request, timeout_s))
        if isinstance(self.answer, TransportFailure):
            raise TransportError(self.answer, "details")
        return self.answer


def api(transport: OneAnswer, shape: ApiShape = USERS_API) -> AsyncApi:
    return AsyncApi(transport, "http://api.test/prod", shape)


def create(reply: Reply, payload: Mapping[str, Any] = ADA, shape: ApiShape = USERS_API) -> Answer:
    return asyncio.run(api(OneAnswer(reply), shape).create(payload, TIMEOUT_S))


def status(reply: Reply, shape: ApiShape = USERS_API) -> Answer:
    return asyncio.run(api(OneAnswer(reply), shape).status("m-1", TIMEOUT_S))


def retrieve(reply: Reply, shape: ApiShape = USERS_API) -> Answer:
    return asyncio.run(api(OneAnswer(reply), shape).retrieve("u-1", TIMEOUT_S))


def polled_url(handle: str, api_url: str = "http://api.test/prod") -> str:
    transport = OneAnswer(Response(200, {}, b'{"state": "running"}'))
    asyncio.run(AsyncApi(transport, api_url, JOBS_API).status(handle, TIMEOUT_S))
    return transport.sent[0][0].url


def test_a_create_sends_the_text_itself_and_not_its_escapes() -> None:
    transport = OneAnswer(Response(202, {}, b'{"messageId": "m-1"}'))
    hostile = {"name": '\u00e9\U0001f680"\\\n$input.body', "email": "a@example.com"}
    asyncio.run(api(transport).create(hostile, TIMEOUT_S))
    [(request, timeout_s)] = transport.sent
    assert (request.method, request.url, timeout_s) == ("POST", "http://api.test/prod/users", TIMEOUT_S)
    assert request.headers == {"Content-Type": "application/json", "Accept": "application/json"}
    assert request.body == ('{"name": "\u00e9\U0001f680\\"\\\\\\n$input.body", "email": "a@example.com"}'.encode())


def test_what_has_no_utf_8_is_sent_as_an_escape() -> None:
    transport = OneAnswer(Response(400, {}, b"{}"))
    asyncio.run(api(transport).create({"name": "\ud800"}, TIMEOUT_S))
    assert transport.sent[0][0].body == b'{"name": "\\ud800"}'


def test_method_path_and_headers_are_the_shapes() -> None:
    transport = OneAnswer(Response(202, {"operation-location": "/op/1"}))
    asyncio.run(api(transport, JOBS_API).create({"title": "x"}, TIMEOUT_S))
    request = transport.sent[0][0]
    assert (request.method, request.url) == ("PUT", "http://api.test/prod/v2/jobs")
    assert request.headers["X-Api-Version"] == "2"


@pytest.mark.parametrize(
    ("identity", "segment"),
    [("a/b ?#%\u00e9", "a%2Fb%20%3F%23%25%C3%A9"), ("\ud800", "%ED%A0%80"), ("{result_id}", "%7Bresult_id%7D")],
)
def test_an_identity_is_one_segment_of_the_path_whatever_is_in_it(identity: str, segment: str) -> None:
    transport = OneAnswer(Response(404, {}, b'{"message": "x"}'))
    asyncio.run(api(transport).retrieve(identity, TIMEOUT_S))
    assert transport.sent[0][0].url == f"http://api.test/prod/users/{segment}"


def test_an_accepted_create_gives_the_handle_and_what_the_server_says_of_the_call() -> None:
    body = '{"messageId": "m-1"}'
    answer = create(Response(202, {"x-amzn-requestid": "r-1"}, body.encode()))
    assert answer == Answer(Meaning.ACCEPTED, Outcome.OK, 202, "r-1", len(body), handle="m-1", body=body)


@pytest.mark.parametrize("name", ["x-amzn-requestid", "apigw-requestid", "x-request-id"])
def test_the_request_id_has_several_names(name: str) -> None:
    assert create(Response(202, {name: "r-1"}, b'{"messageId": "m-1"}')).request_id == "r-1"


def test_a_rejected_create_is_definite_and_says_what_was_answered() -> None:
    answer = create(Response(400, {}, b'{"message": "Invalid request body"}'))
    assert (answer.meaning, answer.outcome) == (Meaning.REJECTED, Outcome.FAIL)
    assert answer.seen == '400: \'{"message": "Invalid request body"}\''


@pytest.mark.parametrize("status_code", [401, 403])
def test_a_refusal_of_who_calls_says_nothing_of_the_body_and_is_definite(status_code: int) -> None:
    answer = create(Response(status_code, {}, b'{"message": "Missing Authentication Token"}'))
    assert (answer.meaning, answer.outcome) == (Meaning.UNAUTHORIZED, Outcome.FAIL)
    assert answer.seen == f'{status_code}: \'{{"message": "Missing Authentication Token"}}\''


@pytest.mark.parametrize("status_code", [404, 413, 415, 429])
def test_a_4xx_that_does_not_speak_of_the_body_is_no_rejection_and_definite(status_code: int) -> None:
    answer = create(Response(status_code, {}, b'{"message": "Missing Authentication Token"}'))
    assert (answer.meaning, answer.outcome) == (Meaning.UNEXPECTED, Outcome.FAIL)


def test_a_status_is_visible_or_pending() -> None:
    visible = status(Response(200, {}, b'{"messageId": "m-1", "userId": "u-1"}'))
    assert (visible.meaning, visible.outcome, visible.result_id) == (Meaning.VISIBLE, Outcome.OK, "u-1")
    pending = status(Response(404, {"retry-after": "2"}, b'{"message": "pending"}'))
    assert (pending.meaning, pending.outcome, pending.retry_after_s) == (Meaning.PENDING, Outcome.OK, 2)


def test_a_retrieve_is_found_or_missing() -> None:
    user = {"id": "u-1", "name": 'a"b', "email": "a@example.com", "createdAt": "2026-01-01T00:00:00Z"}
    found = retrieve(Response(200, {}, json.dumps(user).encode()))
    assert (found.meaning, found.outcome, found.document) == (Meaning.FOUND, Outcome.OK, user)
    missing = retrieve(Response(404, {}, b'{"message": "no such user"}'))
    assert (missing.meaning, missing.outcome, missing.document) == (Meaning.MISSING, Outcome.OK, None)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"messageId": "m-1"', "not JSON"),
        (b'{"messageId": "m\n-1"}', "not JSON"),
        (b'{"messageId": NaN}', "not JSON"),
        (b'{"messageId": "m-1", "n": -Infinity}', "not JSON"),
        (b'{"messageId": "m-1", "n": 1e999}', "not JSON"),
        (b'{"messageId": "\xff"}', "not JSON"),
        ('{"messageId": "m-1"}'.encode("utf-16"), "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"", "a handle is expected in /messageId of the body"),
        (b'["messageId"]', "a handle is expected in /messageId of the body"),
        (b"null", "a handle is expected in /messageId of the body"),
        (b"{}", "a handle is expected in /messageId of the body"),
        (b'{"messageId": 1}', "not a text"),
        (b'{"messageId": null}', "not a text"),
        (b'{"messageId": ""}', "empty"),
    ],
)
def test_a_202_without_a_readable_handle_is_indefinite_and_shown(body: bytes, reason: str) -> None:
    answer = create(Response(202, {}, body))
    assert (answer.meaning, answer.outcome, answer.handle) == (Meaning.UNEXPECTED, Outcome.INFO, None)
    assert reason in answer.seen
    assert "\n" not in answer.seen


def test_a_body_that_is_more_than_the_shape_asks_for_is_the_contracts_to_judge() -> None:
    assert create(Response(202, {}, b'{"messageId": "m-1", "more": 1}')).meaning is Meaning.ACCEPTED


def test_what_was_seen_is_cut_short_and_ascii() -> None:
    seen = create(Response(202, {}, "\u00e9\x1b".encode() * 1000)).seen
    assert "202: '\\xe9\\x1b" in seen
    assert seen.isascii()
    assert seen.endswith("... (3000 bytes)")
    assert len(seen) < 1200


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Response(404, {}, b'{"message": "not our 404"}'), "has Retry-After in seconds, not ''"),
        (Response(404, {"retry-after": "soon"}, b'{"message": "x"}'), "has Retry-After in seconds, not 'soon'"),
        (Response(404, {"retry-after": "-1"}, b'{"message": "x"}'), "has Retry-After in seconds, not '-1'"),
        (Response(404, {"retry-after": "1"}, b"<html>"), "not JSON"),
        (Response(200, {}, b'{"messageId": "m-2", "userId": "u-1"}'), "another handle than the one asked for"),
        (Response(200, {}, b'{"messageId": "m-1"}'), "the result's identity is expected in /userId"),
        (Response(403, {}, b'{"message": "Missing Authentication Token"}'), "a status does not answer 403"),
        (Response(500, {}, b'{"message": "Internal server error"}'), "a status does not answer 500"),
        (Response(302, {"location": "/"}, b""), "a status does not answer 302"),
    ],
)
def test_a_status_outside_the_shape_is_neither_visible_nor_pending(reply: Response, reason: str) -> None:
    answer = status(reply)
    assert (answer.meaning, answer.outcome) == (Meaning.UNEXPECTED, Outcome.FAIL)
    assert reason in answer.seen


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"id": "u-2", "name": "Bob"}', "another result than the one asked for"),
        (b'{"name": "Bob"}', "the result's identity is expected in /id"),
        (b'["u-1"]', "the result's identity is expected in /id"),
    ],
)
def test_another_result_than_the_one_asked_for_is_outside_the_shape(body: bytes, reason: str) -> None:
    answer = retrieve(Response(200, {}, body))
    assert (answer.meaning, answer.outcome, answer.document) == (Meaning.UNEXPECTED, Outcome.FAIL, None)
    assert reason in answer.seen


def test_a_5xx_on_a_create_is_indefinite() -> None:
    answer = create(Response(504, {}, b'{"message": "Endpoint request timed out"}'))
    assert (answer.meaning, answer.outcome) == (Meaning.UNEXPECTED, Outcome.INFO)


def test_no_answer_says_why_and_has_its_line_of_the_table() -> None:
    refused = create(TransportFailure.REFUSED)
    assert refused == Answer(Meaning.NO_ANSWER, Outcome.FAIL, seen="refused: details")
    assert create(TransportFailure.READ_TIMED_OUT).outcome is Outcome.INFO
    assert status(TransportFailure.READ_TIMED_OUT).outcome is Outcome.FAIL


def test_a_body_is_kept_once_and_only_up_to_its_limit() -> None:
    def body_of(reply: Response) -> str | None:
        return status(reply).body

    at_limit = b'"' + b"x" * (BODY_KEPT_BYTES - 2) + b'"'
    assert body_of(Response(500, {}, at_limit)) == at_limit.decode()
    assert body_of(Response(500, {}, at_limit + b" ")) is None
    assert body_of(Response(500, {}, b"\xff")) is None
    assert body_of(Response(500, {}, b"")) == ""
    found = retrieve(Response(200, {}, b'{"id": "u-1"}'))
    assert (found.body, found.document) == (None, {"id": "u-1"})


def test_the_state_may_be_in_the_body() -> None:
    def meaning(state: object) -> Meaning:
        return status(Response(200, {}, json.dumps({"state": state, "result": {"id": "r"}}).encode()), JOBS_API).meaning

    assert meaning("succeeded") is Meaning.VISIBLE
    assert meaning("running") is Meaning.PENDING
    assert meaning("queued") is Meaning.PENDING
    assert meaning("failed") is Meaning.FAILED
    assert meaning("lost") is Meaning.UNEXPECTED
    assert meaning(True) is Meaning.UNEXPECTED


def test_an_identity_may_be_in_a_header_and_a_body_may_be_empty() -> None:
    accepted = create(Response(202, {"operation-location": "/prod/op/1"}), shape=JOBS_API)
    assert (accepted.meaning, accepted.handle) == (Meaning.ACCEPTED, "/prod/op/1")
    found = retrieve(Response(200, {"x-result-id": "u-1"}, b'{"job": {}}'), JOBS_API)
    assert found.meaning is Meaning.FOUND
    other = retrieve(Response(200, {"x-result-id": "u-2"}, b'{"job": {}}'), JOBS_API)
    assert other.meaning is Meaning.UNEXPECTED


@pytest.mark.parametrize(
    ("handle", "url"),
    [
        ("http://api.test/elsewhere?x=%20#part", "http://api.test/elsewhere?x=%20"),
        ("http://api.test:80/prod/op/1", "http://api.test:80/prod/op/1"),
        ("/op/1", "http://api.test/op/1"),
        ("op/1", "http://api.test/prod/op/1"),
        ("../op/1", "http://api.test/op/1"),
        ("//api.test/op/1", "http://api.test/op/1"),
    ],
)
def test_a_handle_that_is_a_url_is_followed_from_the_base_url(handle: str, url: str) -> None:
    assert create(Response(202, {"operation-location": handle}), shape=JOBS_API).handle == handle
    assert polled_url(handle) == url


@pytest.mark.parametrize(
    "handle",
    [
        "https://api.test/op/1",
        "http://other.test/op/1",
        "http://api.test:8080/op/1",
        "//other.test/op/1",
        "http://api.test@other.test/op/1",
        "http://[bad/op/1",
        "http://api.test:port/op/1",
        "file:///etc/passwd",
        "/op/1\r\nX-More: 1",
        "/op 1",
        "/\u00f6p/1",
    ],
)
def test_a_handle_of_another_origin_or_none_is_never_asked(handle: str) -> None:
    answer = create(Response(202, {"operation-location": handle}), shape=JOBS_API)
    assert (answer.meaning, answer.outcome, answer.handle) == (Meaning.UNEXPECTED, Outcome.INFO, None)
    assert "is no URL of the API's own origin" in answer.seen
