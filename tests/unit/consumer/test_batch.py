"""What happens to a batch: nothing acknowledged before it is stored, nothing failed but what fails."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from hypothesis import given
from hypothesis import strategies as st

from consumer.batch import failed_messages
from tests.unit.consumer.records import (
    RECEIVED_AT_MS,
    REQUEST_ID,
    SENT_AT_MS,
    FakeUsers,
    KeptLog,
    SteppingClock,
    record,
)

GOOD = {"name": "Ada", "email": "ada@example.com"}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
half_users = st.fixed_dictionaries({"name": json_values})
garbage = st.text() | json_values.map(json.dumps) | half_users.map(json.dumps)


def consume(records: list[dict[str, Any]], users: FakeUsers | None = None) -> tuple[list[str], FakeUsers, list[Any]]:
    users, log = users or FakeUsers(), KeptLog()
    failed = failed_messages(records, users, log, SteppingClock(), REQUEST_ID)
    return failed, users, log.lines


def test_each_message_of_a_batch_makes_its_user() -> None:
    failed, users, lines = consume([record(GOOD, f"message-{number}") for number in range(10)])

    assert failed == []
    assert {user.message_id for user in users.stored.values()} == {f"message-{number}" for number in range(10)}
    assert lines[3] == {
        "level": "INFO",
        "message": "The user is stored",
        "outcome": "stored",
        "messageId": "message-3",
        "requestId": REQUEST_ID,
        "receiveCount": 2,
        "sentAtMs": SENT_AT_MS,
        "receivedAtMs": RECEIVED_AT_MS,
        "writtenAtMs": RECEIVED_AT_MS + 4,
    }


def test_every_line_says_when_its_message_was_sent_and_received_and_only_a_write_when_it_was_written() -> None:
    users = FakeUsers(errors={"fails": RuntimeError()})

    _, _, lines = consume([record(GOOD), record(GOOD), record("garbage"), record(GOOD, "fails")], users)

    assert [line["outcome"] for line in lines] == ["stored", "duplicate", "rejected", "failed"]
    assert {(line["sentAtMs"], line["receivedAtMs"]) for line in lines} == {(SENT_AT_MS, RECEIVED_AT_MS)}
    assert [line.get("writtenAtMs") for line in lines] == [RECEIVED_AT_MS + 1, None, None, None]


@given(bodies=st.lists(garbage, max_size=5), position=st.integers(0, 5))
def test_garbage_fails_alone(bodies: list[str], position: int) -> None:
    records = [record(body, f"garbage-{number}") for number, body in enumerate(bodies)]
    records.insert(min(position, len(bodies)), record(GOOD, "good"))

    failed, users, lines = consume(records)

    assert failed == [f"garbage-{number}" for number in range(len(bodies))]
    assert [user.message_id for user in users.stored.values()] == ["good"]
    assert [line["outcome"] for line in lines].count("rejected") == len(bodies)


def test_a_message_delivered_twice_makes_one_user_and_is_acknowledged_twice() -> None:
    failed, users, lines = consume([record(GOOD), record({**GOOD, "name": "Eve"})])

    assert failed == []
    assert [user.name for user in users.stored.values()] == ["Ada"]
    assert [line["outcome"] for line in lines] == ["stored", "duplicate"]


def test_what_the_table_refuses_is_delivered_again_and_the_rest_is_not() -> None:
    throttled = ClientError({"Error": {"Code": "ThrottlingException", "Message": "Ada ada@example.com"}}, "PutItem")
    users = FakeUsers(
        errors={
            "throttled": throttled,
            "unanswered": ReadTimeoutError(endpoint_url="http://ada@example.com"),
            "odd": RuntimeError("Ada ada@example.com"),
        }
    )

    failed, _, lines = consume(
        [record(GOOD, message) for message in ["throttled", "first", "unanswered", "odd", "last"]], users
    )

    assert failed == ["throttled", "unanswered", "odd"]
    assert {user.message_id for user in users.stored.values()} == {"first", "last"}
    assert [line["reason"] for line in lines if line["outcome"] == "failed"] == [
        "ClientError: ThrottlingException",
        "ReadTimeoutError",
        "RuntimeError",
    ]


@given(
    secret=st.text("abcdefghijklmnop", min_size=12),
    shape=st.sampled_from(
        [
            '{{"name": "{0}", "email": "{0}@example.com"}}',
            '{{"name": "{0}", "email": 1}}',
            '{{"name": "{0}',
            '"{0}"',
            '{{"{0}": "{0}"}}',
        ]
    ),
    error=st.sampled_from([None, RuntimeError, ValueError]),
)
def test_no_line_has_a_word_of_what_was_sent(secret: str, shape: str, error: type[Exception] | None) -> None:
    users = FakeUsers(errors={"message": error(f"{secret} is to blame")} if error else {})

    _, _, lines = consume([record(shape.format(secret), "message")], users)

    assert len(lines) == 1
    assert secret not in json.dumps(lines)


def test_a_record_without_a_receive_count_is_still_logged() -> None:
    sent = record(GOOD)
    sent["attributes"]["ApproximateReceiveCount"] = None

    failed, _, lines = consume([sent])

    assert failed == []
    assert lines[0]["receiveCount"] is None


@pytest.mark.parametrize("sent_at", [None, "yesterday"])
def test_a_record_without_a_time_of_sending_is_still_logged(sent_at: str | None) -> None:
    sent = record(GOOD)
    sent["attributes"]["SentTimestamp"] = sent_at

    failed, _, lines = consume([sent])

    assert failed == [sent["messageId"]]
    assert (lines[0]["outcome"], lines[0]["sentAtMs"]) == ("rejected", None)
