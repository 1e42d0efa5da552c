"""The API client: typed results, and whatever is outside the contract shown for what it is."""

import asyncio
import json
from typing import Any

import pytest

from harness.api_client import (
    Accepted,
    Answer,
    Found,
    Missing,
    NewUser,
    NoAnswer,
    Pending,
    Rejected,
    UnexpectedResponse,
    User,
    UsersApi,
    Visible,
)
from harness.operations import Outcome
from harness.transport import Request, Response, TransportError, TransportFailure

ADA = NewUser("Ada", "ada@example.com")
TIMEOUT_S = 3.5


class OneAnswer:
    """A transport that always answers the same."""

    def __init__(self, answer: Response | TransportFailure) -> None:
        self.answer = answer
        self.sent: list[tuple[Request, float]] = []

    async def send(self, request: Request, timeout_s: float) -> Response:
        self.sent.append((request, timeout_s))
        if isinstance(self.answer, TransportFailure):
            raise TransportError(self.answer, "details")
        return self.answer


def create(answer: Response | TransportFailure) -> Answer[Any]:
    return asyncio.run(UsersApi(OneAnswer(answer), "http://api").create(ADA, TIMEOUT_S))


def status(answer: Response | TransportFailure) -> Answer[Any]:
    return asyncio.run(UsersApi(OneAnswer(answer), "http://api").status("m-1", TIMEOUT_S))


def retrieve(answer: Response | TransportFailure) -> Answer[Any]:
    return asyncio.run(UsersApi(OneAnswer(answer), "http://api").retrieve("u-1", TIMEOUT_S))


def test_a_create_sends_the_text_itself_and_not_its_escapes() -> None:
    transport = OneAnswer(Response(202, {}, b'{"messageId": "m-1"}'))
    hostile = NewUser('\u00e9\U0001f680"\\\n$input.body', "a@example.com")
    asyncio.run(UsersApi(transport, "http://api/prod").create(hostile, TIMEOUT_S))
    [(request, timeout_s)] = transport.sent
    assert (request.method, request.url, timeout_s) == ("POST", "http://api/prod/users", TIMEOUT_S)
    assert request.headers["Content-Type"] == "application/json"
    assert request.body == ('{"name": "\u00e9\U0001f680\\"\\\\\\n$input.body", "email": "a@example.com"}'.encode())


def test_an_identity_is_one_segment_of_the_path_whatever_is_in_it() -> None:
    transport = OneAnswer(Response(404, {}, b'{"message": "x"}'))
    asyncio.run(UsersApi(transport, "http://api").retrieve("a/b ?#%\u00e9", TIMEOUT_S))
    assert transport.sent[0][0].url == "http://api/users/a%2Fb%20%3F%23%25%C3%A9"


def test_an_accepted_create_gives_the_message_id_and_what_the_server_says_of_the_call() -> None:
    body = b'{"messageId": "m-1"}'
    answer = create(Response(202, {"x-amzn-requestid": "r-1"}, body))
    assert answer == Answer(Accepted("m-1"), Outcome.OK, 202, "r-1", len(body))


def test_a_rejected_create_is_definite() -> None:
    answer = create(Response(400, {}, b'{"message": "Invalid request body"}'))
    assert answer.result == Rejected(400, "Invalid request body")
    assert answer.outcome is Outcome.FAIL


def test_a_status_is_visible_or_pending() -> None:
    assert status(Response(200, {}, b'{"messageId": "m-1", "userId": "u-1"}')).result == Visible("u-1")
    pending = Response(404, {"retry-after": "2"}, b'{"message": "pending"}')
    assert status(pending).result == Pending(2)
    assert status(pending).outcome is Outcome.OK


def test_a_retrieve_is_found_or_missing() -> None:
    user = {"id": "u-1", "name": 'a"b', "email": "a@example.com", "createdAt": "2026-01-01T00:00:00Z"}
    found = retrieve(Response(200, {}, json.dumps(user).encode()))
    assert found.result == Found(User("u-1", 'a"b', "a@example.com", "2026-01-01T00:00:00Z"))
    assert retrieve(Response(404, {}, b'{"message": "no such user"}')).result == Missing()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not JSON"),
        (b'{"messageId": "m-1"', "not JSON"),
        (b'{"messageId": "m\n-1"}', "not JSON"),
        (b'{"messageId": NaN}', "not JSON"),
        (b'{"messageId": "\xff"}', "not JSON"),
        ('{"messageId": "m-1"}'.encode("utf-16"), "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'["messageId"]', "exactly messageId"),
        (b"null", "exactly messageId"),
        (b"{}", "exactly messageId"),
        (b'{"messageId": "m-1", "more": 1}', "exactly messageId"),
        (b'{"messageId": 1}', "not a text"),
        (b'{"messageId": null}', "not a text"),
        (b'{"messageId": ""}', "empty"),
    ],
)
def test_a_202_that_is_not_of_the_contract_is_indefinite_and_shown(body: bytes, reason: str) -> None:
    answer = create(Response(202, {}, body))
    assert isinstance(answer.result, UnexpectedResponse)
    assert reason in answer.result.reason
    assert answer.outcome is Outcome.INFO


def test_what_was_seen_is_cut_short_and_ascii() -> None:
    result = create(Response(202, {}, "\u00e9\x1b".encode() * 1000)).result
    assert isinstance(result, UnexpectedResponse)
    assert result.seen.startswith("'\\xe9\\x1b")
    assert result.seen.isascii()
    assert result.seen.endswith("... (3000 bytes)")
    assert len(result.seen) < 1000


@pytest.mark.parametrize(
    "answer",
    [
        Response(404, {}, b'{"message": "no Retry-After: this is not our 404"}'),
        Response(404, {"retry-after": "soon"}, b'{"message": "x"}'),
        Response(404, {"retry-after": "-1"}, b'{"message": "x"}'),
        Response(404, {"retry-after": "1"}, b"<html>"),
        Response(200, {}, b'{"messageId": "m-2", "userId": "u-1"}'),
        Response(200, {}, b'{"messageId": "m-1"}'),
        Response(403, {}, b'{"message": "Missing Authentication Token"}'),
        Response(500, {}, b'{"message": "Internal server error"}'),
        Response(302, {"location": "/"}, b""),
    ],
)
def test_a_status_outside_the_contract_is_neither_visible_nor_pending(answer: Response) -> None:
    assert isinstance(status(answer).result, UnexpectedResponse)
    assert status(answer).outcome is Outcome.FAIL


def test_another_user_than_the_one_asked_for_is_outside_the_contract() -> None:
    user = {"id": "u-2", "name": "Bob", "email": "b@example.com", "createdAt": "2026-01-01T00:00:00Z"}
    answer = retrieve(Response(200, {}, json.dumps(user).encode()))
    assert isinstance(answer.result, UnexpectedResponse)
    assert answer.result.reason == "another user than the one asked for"


def test_a_5xx_on_a_create_is_indefinite() -> None:
    answer = create(Response(504, {}, b'{"message": "Endpoint request timed out"}'))
    assert isinstance(answer.result, UnexpectedResponse)
    assert answer.outcome is Outcome.INFO


def test_no_answer_says_why_and_has_its_line_of_the_table() -> None:
    refused = create(TransportFailure.REFUSED)
    assert refused == Answer(NoAnswer(TransportFailure.REFUSED, "refused: details"), Outcome.FAIL)
    assert create(TransportFailure.READ_TIMED_OUT).outcome is Outcome.INFO
    assert status(TransportFailure.READ_TIMED_OUT).outcome is Outcome.FAIL
