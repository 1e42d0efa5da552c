"""What the gateway refuses, it refuses in valid JSON, and nothing of it is stored anywhere."""

import json
import uuid

import pytest

from tests.integration.stack_fixture import Stack

VALID = {"name": "Ada", "email": "ada@example.com"}

INVALID_BODIES: dict[str, bytes] = {
    "empty": b"",
    "white space": b"  \n ",
    "not JSON": b"name=Ada",
    "cut off": b'{"name": "Ada", "email": ',
    "trailing text": b'{"name": "Ada", "email": "ada@example.com"} x',
    "two documents": b'{"name": "Ada", "email": "ada@example.com"}{}',
    "single quotes": b"{'name': 'Ada', 'email': 'ada@example.com'}",
    "null": b"null",
    "array": b"[]",
    "array of users": b'[{"name": "Ada", "email": "ada@example.com"}]',
    "string": b'"Ada"',
    "number": b"1",
    "no fields": b"{}",
    "no name": b'{"email": "ada@example.com"}',
    "no email": b'{"name": "Ada"}',
    "null name": b'{"name": null, "email": "ada@example.com"}',
    "number for a name": b'{"name": 1, "email": "ada@example.com"}',
    "object for a name": b'{"name": {"S": "x"}, "email": "ada@example.com"}',
    "array for an email": b'{"name": "Ada", "email": ["ada@example.com"]}',
    "empty name": b'{"name": "", "email": "ada@example.com"}',
    "name too long": json.dumps({**VALID, "name": "x" * 102_401}).encode(),
    "empty email": b'{"name": "Ada", "email": ""}',
    "no at sign": b'{"name": "Ada", "email": "ada.example.com"}',
    "email with a space": b'{"name": "Ada", "email": "a da@example.com"}',
    "an extra field": b'{"name": "Ada", "email": "ada@example.com", "admin": true}',
    "an ID of one's own": b'{"name": "Ada", "email": "ada@example.com", "id": "1"}',
    "lone surrogate": b'{"name": "\\ud800", "email": "ada@example.com"}',
    "lone low surrogate": b'{"name": "a\\udc00b", "email": "ada@example.com"}',
    "not UTF-8": b'{"name": "\xff\xfe", "email": "ada@example.com"}',
    "UTF-8 of a surrogate": b'{"name": "\xed\xa0\x80", "email": "ada@example.com"}',
    "raw control character": b'{"name": "a\x01b", "email": "ada@example.com"}',
    "a number of 5,000 digits": b'{"name": ' + b"9" * 5000 + b', "email": "ada@example.com"}',
    "nested 100,000 deep": b'{"name": ' + b"[" * 100_000 + b"]" * 100_000 + b', "email": "ada@example.com"}',
    "refused by SQS": '{"name": "\uffff", "email": "ada@example.com"}'.encode(),
}


def assert_refused(answer_status: int, body: str, expected_status: int) -> None:
    assert answer_status == expected_status, body
    message = json.loads(body)
    assert set(message) == {"message"}, body
    assert isinstance(message["message"], str)
    assert message["message"]


def assert_left_no_trace(stack: Stack, *sent: str) -> None:
    """A later create is through, the queue is empty: what was sent before it must not be anywhere."""
    fence = f"fence {uuid.uuid4()}"
    stack.wait_until_visible(stack.create(fence))
    stack.wait_until_quiet()
    stored = [item["name"] for item in stack.items()]
    assert fence in stored
    assert not set(sent) & set(stored)
    assert stack.take_dead_letters() == []


def test_every_kind_of_invalid_body_gets_400_and_sends_nothing(stack: Stack) -> None:
    stack.wait_until_quiet()
    before = {item["id"] for item in stack.items()}

    answers = {title: stack.post_user(body) for title, body in INVALID_BODIES.items()}

    statuses = {title: answer.status_code for title, answer in answers.items()}
    assert statuses == dict.fromkeys(INVALID_BODIES, 400)
    for answer in answers.values():
        assert_refused(answer.status_code, answer.text, 400)
        assert answer.headers["Content-Type"] == "application/json"
    assert_left_no_trace(stack)
    assert len({item["id"] for item in stack.items()} - before) == 1, "only the fence is new"


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "application/x-www-form-urlencoded"])
def test_another_content_type_gets_415_and_sends_nothing(stack: Stack, content_type: str) -> None:
    name = f"typed {uuid.uuid4()}"

    answer = stack.post_user(json.dumps({**VALID, "name": name}), content_type)

    assert_refused(answer.status_code, answer.text, 415)
    assert_left_no_trace(stack, name)


def test_a_body_too_large_for_the_queue_gets_400_and_sends_nothing(stack: Stack) -> None:
    name = "\U0001f600" * 102_400  # 409,600 bytes of UTF-8, in as many characters as a name may have

    answer = stack.post_user(json.dumps({**VALID, "name": name}, ensure_ascii=False))

    assert_refused(answer.status_code, answer.text, 400)
    assert_left_no_trace(stack, name)


UNKNOWN_IDS = {
    "a UUID": "00000000-0000-4000-8000-000000000000",
    "a word": "nobody",
    "a quote": "%22",
    "injection": "%22%7D%2C%22x%22%3A%7B%22S%22%3A%22",
    "a single quote": "it's",
    "a backslash": "%5C",
    "a newline": "a%0Ab",
    "a null": "a%00b",
    "a percent": "100%25",
    "a plus": "a+b",
    "emoji": "%F0%9F%98%80",
    "velocity": "%24input.body%23set(%24x%3D1)",
    "blank": "%20",
}


@pytest.mark.parametrize("unknown", UNKNOWN_IDS.values(), ids=UNKNOWN_IDS)
def test_an_unknown_message_is_404_with_retry_after(stack: Stack, unknown: str) -> None:
    answer = stack.get(f"/status/{unknown}")

    assert_refused(answer.status_code, answer.text, 404)
    assert int(answer.headers["Retry-After"]) >= 1
    assert answer.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("unknown", UNKNOWN_IDS.values(), ids=UNKNOWN_IDS)
def test_an_unknown_user_is_404(stack: Stack, unknown: str) -> None:
    answer = stack.get(f"/users/{unknown}")

    assert_refused(answer.status_code, answer.text, 404)
    assert "Retry-After" not in answer.headers


@pytest.mark.parametrize("path", ["/status/{}", "/users/{}"])
def test_an_id_longer_than_any_key_gets_400(stack: Stack, path: str) -> None:
    answer = stack.get(path.format("x" * 2049))

    assert_refused(answer.status_code, answer.text, 400)


@pytest.mark.parametrize("path", ["/", "/nothing", "/users", "/status", "/users/a/b"])
def test_a_path_that_is_not_there_is_refused_in_json(stack: Stack, path: str) -> None:
    answer = stack.get(path)

    # API Gateway's words for a route that does not exist.
    assert_refused(answer.status_code, answer.text, 403)
