"""What is done with one batch: each step, and what it answers to what came of it."""

import json
from typing import Any

import pytest

from model.event_source import records
from model.event_source.delivery import (
    Answered,
    Delete,
    Disabled,
    Invoke,
    Leave,
    NotInvoked,
    Result,
    Throttled,
    deliver,
)
from model.event_source.poller import Batch, Wait
from tests.unit.model.event_source.mappings import bodies_of, mapping_of, message_of, messages_of

SUCCEEDED = Answered(b"null", failed=False)


def steps_of(bodies: str, *results: Result, began_s: float = 0, **mapping: Any) -> list[Any]:
    """Deliver a batch that fares so, and return its steps, without the payloads: which bodies they are for."""
    return carry_out(Batch(tuple(messages_of(bodies)), began_s), *results, **mapping)


def carry_out(batch: Batch, *results: Result, **mapping: Any) -> list[Any]:
    steps = deliver(batch, mapping_of(**mapping), lambda pattern, event: bool(event["body"] == pattern))
    seen: list[Any] = []
    left = iter(results)
    result: Result = None
    while True:
        try:
            step = steps.send(result)
        except StopIteration:
            assert next(left, None) is None
            return seen
        match step:
            case Invoke(payload):
                seen.append(["invoke", *(record["body"] for record in json.loads(payload)["Records"])])
            case Delete(messages):
                seen.append(["delete", *bodies_of(messages)])
            case Leave(messages, reason):
                seen.append([reason, *bodies_of(messages)])
            case Wait(until_s):
                seen.append(pytest.approx(until_s))
        result = next(left) if isinstance(step, Invoke | Wait) else None


def test_what_the_function_took_is_deleted_and_what_it_reports_stays() -> None:
    answer = json.dumps({"batchItemFailures": [{"itemIdentifier": "b-id"}]}).encode()
    assert steps_of("abc", Answered(answer, failed=False)) == [["invoke", "a", "b", "c"], ["delete", "a", "c"]]


def test_an_error_of_the_function_deletes_nothing() -> None:
    answered = Answered(b'{"errorMessage": "boom"}', failed=True)
    assert steps_of("ab", answered) == [["invoke", "a", "b"]]


def test_a_function_that_cannot_be_invoked_loses_nothing() -> None:
    assert steps_of("ab", NotInvoked("not started")) == [["invoke", "a", "b"], ["not started", "a", "b"]]


def test_what_no_filter_lets_through_is_deleted_unseen() -> None:
    assert steps_of("abc", SUCCEEDED, filters=("b",)) == [["delete", "a", "c"], ["invoke", "b"], ["delete", "b"]]
    assert steps_of("ac", filters=("b",)) == [["delete", "a", "c"]]


def test_a_batch_that_is_throttled_is_tried_again_each_time_later() -> None:
    results: list[Result] = []
    for at_s in (1.0, 2.0, 3.0, 4.0, 5.0, 6.0):
        results += [Throttled("Rate Exceeded.", at_s, visibility_timeout_s=30), None]

    assert steps_of("a", *results, SUCCEEDED) == [
        ["invoke", "a"], 1.1, ["invoke", "a"], 2.2, ["invoke", "a"], 3.4, ["invoke", "a"], 4.8,
        ["invoke", "a"], 6.0, ["invoke", "a"], 7.0, ["invoke", "a"], ["delete", "a"],
    ]  # fmt: skip


@pytest.mark.parametrize(("at_s", "waits"), [(14.875, True), (14.9, False), (20, False)])
def test_a_batch_is_throttled_no_longer_than_its_messages_are_hidden(at_s: float, *, waits: bool) -> None:
    throttled = Throttled("Rate Exceeded.", at_s, visibility_timeout_s=5)
    again: list[Result] = [None, SUCCEEDED] if waits else []
    end = [at_s + 0.1, ["invoke", "a"], ["delete", "a"]] if waits else [["Rate Exceeded.", "a"]]

    assert steps_of("a", throttled, *again, began_s=10) == [["invoke", "a"], *end]


def test_a_batch_that_is_throttled_is_given_up_when_the_mapping_is_disabled() -> None:
    throttled = Throttled("Rate Exceeded.", 0, visibility_timeout_s=30)
    assert steps_of("a", throttled, Disabled()) == [["invoke", "a"], 0.1, ["Rate Exceeded.", "a"]]


def test_a_batch_that_is_too_large_is_delivered_in_parts_each_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records.payloads, "__defaults__", (1,))
    assert steps_of("abc", SUCCEEDED, NotInvoked("gone"), SUCCEEDED) == [
        ["invoke", "a"], ["delete", "a"], ["invoke", "b"], ["gone", "b"], ["invoke", "c"], ["delete", "c"],
    ]  # fmt: skip


def test_a_fifo_batch_may_hold_several_groups_each_in_order() -> None:
    messages = message_of("1", "a"), message_of("2", "a"), message_of("3", "b")
    arn = "arn:aws:sqs:us-east-1:000000000000:users.fifo"
    assert carry_out(Batch(messages, 0), SUCCEEDED, queue_arn=arn) == [
        ["invoke", "1", "2", "3"], ["delete", "1", "2", "3"],
    ]  # fmt: skip
