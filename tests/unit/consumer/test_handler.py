"""The entry point: an event in, the messages to deliver again out, lines on standard output."""

import importlib
import json
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from tests.unit.consumer.records import (
    MESSAGE_ID,
    RECEIVED_AT_MS,
    REQUEST_ID,
    SENT_AT_MS,
    FakeUsers,
    SteppingClock,
    record,
)

CONTEXT = SimpleNamespace(aws_request_id=REQUEST_ID)


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setenv("TABLE_NAME", "users")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    loaded = importlib.import_module("consumer.handler")
    monkeypatch.setattr(loaded, "_users", FakeUsers())
    monkeypatch.setattr(loaded, "_clock", SteppingClock())
    return loaded


@pytest.fixture
def handler(module: ModuleType) -> Callable[[Any, Any], Any]:
    function: Callable[[Any, Any], Any] = module.handler
    return function


def test_a_batch_of_users_leaves_nothing_to_deliver_again(handler: Callable[[Any, Any], Any]) -> None:
    event = {"Records": [record({"name": "Ada", "email": "a@b"})]}

    assert handler(event, CONTEXT) == {"batchItemFailures": []}


def test_what_failed_is_named_as_lambda_wants_it(handler: Callable[[Any, Any], Any]) -> None:
    event = {"Records": [record("garbage"), record({"name": "Ada", "email": "a@b"}, "another")]}

    assert handler(event, CONTEXT) == {"batchItemFailures": [{"itemIdentifier": MESSAGE_ID}]}


def test_each_message_is_one_line_of_json(
    handler: Callable[[Any, Any], Any], capsys: pytest.CaptureFixture[str]
) -> None:
    no_attributes = {**record("garbage"), "attributes": None}

    handler({"Records": [record({"name": "A\nB", "email": "a@b"}), no_attributes]}, CONTEXT)

    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [
        {
            "level": "INFO",
            "message": "The user is stored",
            "outcome": "stored",
            "messageId": MESSAGE_ID,
            "requestId": REQUEST_ID,
            "receiveCount": 2,
            "sentAtMs": SENT_AT_MS,
            "receivedAtMs": RECEIVED_AT_MS,
            "writtenAtMs": RECEIVED_AT_MS + 1,
        },
        {
            "level": "WARNING",
            "message": "The message holds no user",
            "outcome": "rejected",
            "reason": "the body is not JSON",
            "messageId": MESSAGE_ID,
            "requestId": REQUEST_ID,
            "receivedAtMs": RECEIVED_AT_MS,
        },
    ]


def test_the_clock_tells_milliseconds_of_the_unix_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TABLE_NAME", "users")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    module = importlib.import_module("consumer.handler")
    monkeypatch.setattr(module.time, "time_ns", lambda: 1_795_461_015_550_999_999)

    assert module._clock() == 1_795_461_015_550


def test_the_calls_to_the_table_end_before_the_functions_default_timeout(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TABLE_NAME", "users")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    module = importlib.reload(importlib.import_module("consumer.handler"))

    config = module._users._client.meta.config

    assert config.retries["total_max_attempts"] * (config.connect_timeout + config.read_timeout) <= 5
