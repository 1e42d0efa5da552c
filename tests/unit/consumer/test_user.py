"""What one record becomes."""

import json
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.user import RejectedError, User, user_from_record
from tests.unit.consumer.records import MESSAGE_ID, record

texts = st.text(min_size=1, alphabet=st.characters(exclude_categories=["Cs"]))


def test_a_record_becomes_the_user_of_its_message() -> None:
    user = user_from_record(record({"name": "Ada", "email": "ada@example.com"}))

    assert user == User(
        id="b6398842-2618-509f-ba27-539435eb1887",
        message_id=MESSAGE_ID,
        name="Ada",
        email="ada@example.com",
        created_at="2026-11-23T19:10:15.550Z",
    )
    assert user.item() == {
        "id": {"S": "b6398842-2618-509f-ba27-539435eb1887"},
        "messageId": {"S": MESSAGE_ID},
        "name": {"S": "Ada"},
        "email": {"S": "ada@example.com"},
        "createdAt": {"S": "2026-11-23T19:10:15.550Z"},
    }


@given(name=texts, email=texts, ascii_only=st.booleans())
def test_any_text_is_stored_as_it_was_sent(name: str, email: str, ascii_only: bool) -> None:
    body = json.dumps({"name": name, "email": email}, ensure_ascii=ascii_only)

    item = user_from_record(record(body)).item()

    assert (item["name"]["S"], item["email"]["S"]) == (name, email)


def test_a_name_of_100_kilobytes_is_stored_as_it_was_sent() -> None:
    name = "\U0001f600'\"\\\n" * 12_800

    assert user_from_record(record({"name": name, "email": "a@b"})).name == name


@given(message_id=st.uuids().map(str))
def test_another_delivery_makes_the_same_user(message_id: str) -> None:
    first = record({"name": "Ada", "email": "a@b"}, message_id)
    second = {**first, "attributes": {**first["attributes"], "ApproximateReceiveCount": "3"}}

    user = user_from_record(first)

    assert user == user_from_record(second)
    assert UUID(user.id).version == 5


@given(message_ids=st.sets(st.uuids().map(str), min_size=2))
def test_different_messages_make_different_users(message_ids: set[str]) -> None:
    body = {"name": "Ada", "email": "a@b"}

    assert len({user_from_record(record(body, one)).id for one in message_ids}) == len(message_ids)


@pytest.mark.parametrize(
    ("sent_at_ms", "created_at"),
    [
        ("0", "1970-01-01T00:00:00.000Z"),
        ("1795461015001", "2026-11-23T19:10:15.001Z"),
        ("1795461015999", "2026-11-23T19:10:15.999Z"),
    ],
)
def test_the_time_is_when_the_message_was_sent(sent_at_ms: str, created_at: str) -> None:
    sent = record({"name": "Ada", "email": "a@b"})
    sent["attributes"]["SentTimestamp"] = sent_at_ms

    assert user_from_record(sent).created_at == created_at


def test_a_byte_order_mark_is_no_obstacle() -> None:
    assert user_from_record(record('\ufeff{"name": "Ada", "email": "a@b"}')).name == "Ada"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "the body is not JSON"),
        ("{", "the body is not JSON"),
        ("1" * 5000, "the body is not JSON"),
        ("[" * 200_000, "the body is not JSON"),
        ("null", "the body is not an object"),
        ('["Ada", "a@b"]', "the body is not an object"),
        ('{"email": "a@b"}', "the name is not a text"),
        ('{"name": null, "email": "a@b"}', "the name is not a text"),
        ('{"name": 1, "email": "a@b"}', "the name is not a text"),
        ('{"name": "", "email": "a@b"}', "the name is not a text"),
        ('{"name": "\\ud800", "email": "a@b"}', "the name is not a text"),
        ('{"name": "Ada"}', "the email is not a text"),
        ('{"name": "Ada", "email": ["a@b"]}', "the email is not a text"),
        ('{"name": "Ada", "email": "a\\udc00@b"}', "the email is not a text"),
    ],
)
def test_what_is_no_user_is_rejected_without_a_word_of_it(body: str, reason: str) -> None:
    with pytest.raises(RejectedError) as rejection:
        user_from_record(record(body))

    assert str(rejection.value) == reason


@pytest.mark.parametrize(
    "change",
    [
        {"messageId": ""},
        {"messageId": None},
        {"body": None},
        {"attributes": None},
        {"attributes": {}},
        {"attributes": {"SentTimestamp": "yesterday"}},
        {"attributes": {"SentTimestamp": None}},
        {"attributes": {"SentTimestamp": "9" * 30}},
    ],
)
def test_a_record_that_sqs_would_not_make_is_rejected(change: dict[str, Any]) -> None:
    with pytest.raises(RejectedError):
        user_from_record({**record({"name": "Ada", "email": "a@b"}), **change})
