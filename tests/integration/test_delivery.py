"""One message makes one user however often it is delivered, and what fails ends in the dead-letter queue."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.integration.stack_fixture import QUICK_REDELIVERY, Stack
from tests.waiting import wait_until

pytestmark = pytest.mark.where_the_engine_runs

MAX_RECEIVE_COUNT = int(QUICK_REDELIVERY["MaxReceiveCount"])


def body_of(name: str) -> str:
    return json.dumps({"name": name, "email": "someone@example.com"})


def record_of(message_id: str, name: str, receive_count: int) -> dict[str, Any]:
    """One record of an SQS event, as Lambda's documentation shows it."""
    return {
        "messageId": message_id,
        "receiptHandle": "any",
        "body": body_of(name),
        "attributes": {
            "ApproximateReceiveCount": str(receive_count),
            "SentTimestamp": "1700000000123",
            "SenderId": "any",
            "ApproximateFirstReceiveTimestamp": "1700000000999",
        },
        "messageAttributes": {},
        "md5OfBody": "",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:any",
        "awsRegion": "us-east-1",
    }


def test_a_message_delivered_many_times_at_once_makes_one_user(stack: Stack) -> None:
    message_id = "5d0c5f83-8d0e-4a0e-b4cb-2f6a3a3c1a57"
    client = stack.aws("lambda")

    def deliver(receive_count: int) -> Any:
        event = {"Records": [record_of(message_id, "delivered often", receive_count)]}
        answer = client.invoke(FunctionName=stack.outputs["function_name"], Payload=json.dumps(event))
        assert "FunctionError" not in answer, answer["Payload"].read()
        return json.loads(answer["Payload"].read())

    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(deliver, range(1, 11)))

    assert answers == [{"batchItemFailures": []}] * 10
    users = [item for item in stack.items() if item["messageId"] == message_id]
    assert len(users) == 1
    assert users[0]["createdAt"] == "2023-11-14T22:13:20.123Z", "when it was sent, not when it was stored"


def test_the_same_body_sent_twice_makes_two_users(stack: Stack) -> None:
    first, second = stack.create("twin"), stack.create("twin")

    assert stack.wait_until_visible(first) != stack.wait_until_visible(second)


REPORTS_FAILURE_AFTER_THE_FIRST_WRITE = """
from consumer.sound import handler as sound

def handler(event, context):
    answer = sound(event, context)
    first = [r for r in event["Records"] if r["attributes"]["ApproximateReceiveCount"] == "1"]
    failures = [{"itemIdentifier": r["messageId"]} for r in first]
    return {"batchItemFailures": failures or answer["batchItemFailures"]}
"""


def test_a_redelivered_message_makes_one_user_that_does_not_change(
    deploy_faulty: Callable[[str], Stack],
) -> None:
    stack = deploy_faulty(REPORTS_FAILURE_AFTER_THE_FIRST_WRITE)
    message_id = stack.create("redelivered")
    stack.wait_until_visible(message_id)
    at_first = stack.items()

    stack.wait_until_quiet()

    assert stack.items() == at_first
    assert [item["messageId"] for item in at_first] == [message_id]
    assert stack.take_dead_letters() == []


def test_poison_among_good_messages_is_dead_lettered_alone(stack: Stack) -> None:
    stack.take_dead_letters()
    poison_bodies = ["not JSON", '{"name": "no email"}']
    good_names = [f"good {number}" for number in range(8)]
    bodies = [body_of(name) for name in good_names]
    bodies[3:3] = poison_bodies

    ids = stack.send(*bodies)
    poison_ids = set(ids[3:5])
    dead: dict[str, dict[str, Any]] = {}

    def dead_letters() -> set[str]:
        # Those of other tests, which share the stack, are no business of this one.
        taken = {message["MessageId"]: message for message in stack.take_dead_letters()}
        dead.update({message_id: taken[message_id] for message_id in taken.keys() & set(ids)})
        return set(dead)

    wait_until(dead_letters, lambda seen: seen >= poison_ids, deadline_s=90)
    stack.wait_until_quiet()
    assert dead_letters() == poison_ids
    assert {message["Body"] for message in dead.values()} == set(poison_bodies)
    stored = {item["messageId"]: item["name"] for item in stack.items() if item["messageId"] in ids}
    assert sorted(stored.values()) == good_names

    def receives() -> dict[str, list[int]]:
        seen: dict[str, list[int]] = {message_id: [] for message_id in ids}
        for line in stack.function_log():
            if line.startswith("{"):
                entry = json.loads(line)
                if entry.get("messageId") in seen:
                    seen[entry["messageId"]].append(int(entry["receiveCount"]))
        return seen

    expected = {message_id: [1] for message_id in ids} | {
        message_id: list(range(1, MAX_RECEIVE_COUNT + 1)) for message_id in poison_ids
    }
    # The log is written behind the invocation, by a thread of the engine.
    wait_until(receives, lambda seen: seen == expected, deadline_s=10)


CRASHES_AT_FIRST = """
import os
from consumer.sound import handler as sound

def handler(event, context):
    if any(r["attributes"]["ApproximateReceiveCount"] == "1" for r in event["Records"]):
        os._exit(1)
    return sound(event, context)
"""

CRASHES_AFTER_THE_WRITE = """
import os
from consumer.sound import handler as sound

def handler(event, context):
    answer = sound(event, context)
    if any(r["attributes"]["ApproximateReceiveCount"] == "1" for r in event["Records"]):
        os._exit(1)
    return answer
"""

TIMES_OUT_AT_FIRST = """
import time
from consumer.sound import handler as sound

def handler(event, context):
    if any(r["attributes"]["ApproximateReceiveCount"] == "1" for r in event["Records"]):
        time.sleep(60)
    return sound(event, context)
"""

# The mark is outside the function's folder: an environment that failed its init is thrown away.
FAILS_ITS_FIRST_INIT = """
import os
import pathlib
from consumer.sound import handler as sound

mark = pathlib.Path("{mark}")
if not mark.exists():
    mark.touch()
    raise RuntimeError("init fails once")

handler = sound
"""


def assert_nothing_was_lost(stack: Stack) -> None:
    message_ids = [stack.create(f"user {number}") for number in range(5)]

    for message_id in message_ids:
        stack.wait_until_visible(message_id)
    stack.wait_until_quiet()

    assert sorted(item["messageId"] for item in stack.items()) == sorted(message_ids)
    assert stack.take_dead_letters() == []


def test_nothing_is_lost_when_the_function_crashes_before_it_writes(
    deploy_faulty: Callable[[str], Stack],
) -> None:
    assert_nothing_was_lost(deploy_faulty(CRASHES_AT_FIRST))


def test_nothing_is_lost_when_the_function_crashes_after_it_wrote(
    deploy_faulty: Callable[[str], Stack],
) -> None:
    assert_nothing_was_lost(deploy_faulty(CRASHES_AFTER_THE_WRITE))


def test_nothing_is_lost_when_the_function_times_out(deploy_faulty: Callable[[str], Stack]) -> None:
    assert_nothing_was_lost(deploy_faulty(TIMES_OUT_AT_FIRST))


@pytest.mark.same_machine
def test_nothing_is_lost_when_an_init_fails(deploy_faulty: Callable[[str], Stack], tmp_path: Any) -> None:
    stack = deploy_faulty(FAILS_ITS_FIRST_INIT.format(mark=tmp_path / "failed-once"))

    assert_nothing_was_lost(stack)
    assert (tmp_path / "failed-once").exists(), "the init never failed, so nothing was proved"
