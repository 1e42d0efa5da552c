"""The contract of the API, and that what a client sends comes back as it was sent."""

import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.hostile import HOSTILE_NAMES
from tests.integration.stack_fixture import Stack

pytestmark = pytest.mark.where_the_engine_runs

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
UTC_WITH_MILLISECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def test_a_flow_creates_polls_and_retrieves_as_the_contract_says(stack: Stack) -> None:
    accepted = stack.post_user('{"name": "Ada", "email": "ada@example.com"}')

    assert accepted.status_code == 202
    assert accepted.headers["Content-Type"] == "application/json"
    message_id = accepted.json()["messageId"]
    assert accepted.json() == {"messageId": message_id}
    assert UUID.fullmatch(message_id)
    assert accepted.headers["Location"] == f"/status/{message_id}"
    assert accepted.headers["X-SQS-Message-ID"] == message_id

    user_id = stack.wait_until_visible(message_id)
    status = stack.get(accepted.headers["Location"])
    assert status.json() == {"messageId": message_id, "userId": user_id}
    assert status.headers["Content-Type"] == "application/json"

    user = stack.retrieve(user_id)
    assert UTC_WITH_MILLISECONDS.fullmatch(user.pop("createdAt"))
    assert user == {"id": user_id, "name": "Ada", "email": "ada@example.com"}


def test_concurrent_flows_each_get_their_own_user(stack: Stack) -> None:
    def flow(number: int) -> tuple[str, str]:
        message_id = stack.create(f"user {number}", f"user{number}@example.com")
        user_id = stack.wait_until_visible(message_id, deadline_s=120)
        return user_id, stack.retrieve(user_id)["name"]

    with ThreadPoolExecutor(10) as pool:
        results = list(pool.map(flow, range(30)))

    assert [name for _, name in results] == [f"user {number}" for number in range(30)]
    assert len({user_id for user_id, _ in results}) == 30


def test_hostile_names_come_back_as_they_were_sent(stack: Stack) -> None:
    message_ids = {title: stack.create(name) for title, name in HOSTILE_NAMES.items()}

    returned = {}
    for title, message_id in message_ids.items():
        returned[title] = stack.retrieve(stack.wait_until_visible(message_id))["name"]

    assert returned == HOSTILE_NAMES


@pytest.mark.parametrize("ascii_only", [True, False], ids=["escaped", "raw"])
def test_json_escapes_and_raw_text_are_the_same_name(stack: Stack, ascii_only: bool) -> None:
    name = "\u00fc \U0001f600 \u2028 /"
    answer = stack.post_user(json.dumps({"name": name, "email": "a@example.com"}, ensure_ascii=ascii_only))

    user_id = stack.wait_until_visible(answer.json()["messageId"])

    assert stack.retrieve(user_id)["name"] == name


def test_an_unusual_but_valid_email_comes_back_as_it_was_sent(stack: Stack) -> None:
    email = 'o\'brien+tag%"quoted\\"{x}@example.com'

    message_id = stack.create("someone", email)

    assert stack.retrieve(stack.wait_until_visible(message_id))["email"] == email
