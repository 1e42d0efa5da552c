"""The poller against a queue and a function that are plain Python: no engine, real threads."""

import json
import math
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from emulator.services.lambda_.event_source import poller
from emulator.services.lambda_.event_source.deliveries import Deliveries
from emulator.services.lambda_.event_source.poller import ThrottledError, WakingPoller
from model.event_source.mapping import QueueMapping
from model.event_source.records import Message
from tests.waiting import wait_until

DEADLINE_S = 10


@dataclass
class FakeQueue:
    """Holds messages; what is received is in flight until it is deleted."""

    waiting: "queue.Queue[Message]" = field(default_factory=queue.Queue)
    deleted: "queue.Queue[str]" = field(default_factory=queue.Queue)
    visibility_s: float = DEADLINE_S

    def put(self, *bodies: str, group: str | None = None) -> list[str]:
        ids = []
        for body in bodies:
            message_id = f"{body}-id"
            attributes = {"MessageGroupId": group} if group else {}
            self.waiting.put(
                {
                    "MessageId": message_id,
                    "ReceiptHandle": body,
                    "Body": body,
                    "MD5OfBody": "",
                    "Attributes": attributes,
                }
            )
            ids.append(message_id)
        return ids

    def receive(self, maximum: int, wait_s: float) -> list[Message]:
        try:
            taken = [self.waiting.get(timeout=wait_s)]
        except queue.Empty:
            return []
        while len(taken) < maximum and not self.waiting.empty():
            taken.append(self.waiting.get())
        return taken

    def visibility_timeout_s(self) -> float:
        return self.visibility_s

    def delete(self, messages: Sequence[Message]) -> None:
        for message in messages:
            self.deleted.put(message["MessageId"])

    def take_deleted(self, count: int) -> set[str]:
        return {self.deleted.get(timeout=DEADLINE_S) for _ in range(count)}


@dataclass
class FakeFunction:
    answer: Callable[[list[str]], tuple[bytes, bool]]
    batches: "queue.Queue[list[str]]" = field(default_factory=queue.Queue)

    def invoke(self, payload: bytes) -> tuple[bytes, bool]:
        bodies = [record["body"] for record in json.loads(payload)["Records"]]
        self.batches.put(bodies)
        return self.answer(bodies)


def succeed(_bodies: list[str]) -> tuple[bytes, bool]:
    return b"null", False


def mapping_of(**changes: Any) -> QueueMapping:
    values: dict[str, Any] = {
        "queue_arn": "arn:aws:sqs:us-east-1:000000000000:users",
        "function_arn": "arn:aws:lambda:us-east-1:000000000000:function:consumer",
        "batch_size": 10,
        "window_s": 0,
        "concurrent_batches": 5,
        "filters": (),
        "reports_item_failures": True,
    }
    return QueueMapping(**(values | changes))


@contextmanager
def polling(fakes: tuple[FakeQueue, FakeFunction], mapping: QueueMapping) -> Iterator[None]:
    """Poll in a thread of its own, as LocalStack's worker does."""
    polls = WakingPoller(mapping, *fakes, matches=lambda pattern, event: event["body"] == pattern)
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            polls.poll_events()
        polls.close()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        yield
    finally:
        stop.set()
        worker.join(DEADLINE_S)
        assert not worker.is_alive()


def test_what_the_function_took_is_deleted_and_what_it_reports_stays() -> None:
    def refuse_b(bodies: list[str]) -> tuple[bytes, bool]:
        failures = [{"itemIdentifier": f"{body}-id"} for body in bodies if body == "b"]
        return json.dumps({"batchItemFailures": failures}).encode(), False

    fakes = FakeQueue(), FakeFunction(refuse_b)
    fakes[0].put("a", "b", "c")
    with polling(fakes, mapping_of()):
        assert fakes[0].take_deleted(2) == {"a-id", "c-id"}
    assert fakes[0].deleted.empty()


def test_a_batch_is_no_larger_than_the_mapping_says() -> None:
    fakes = FakeQueue(), FakeFunction(succeed)
    fakes[0].put(*"abcdefg")
    with polling(fakes, mapping_of(batch_size=3)):
        fakes[0].take_deleted(7)
    assert sorted(len(fakes[1].batches.get_nowait()) for _ in range(3)) == [1, 3, 3]


def test_a_window_waits_for_the_batch_to_fill() -> None:
    fakes = FakeQueue(), FakeFunction(succeed)
    with polling(fakes, mapping_of(batch_size=3, window_s=DEADLINE_S)):
        fakes[0].put("a")
        fakes[0].put("b")
        assert fakes[1].batches.empty()
        fakes[0].put("c")
        assert fakes[1].batches.get(timeout=DEADLINE_S) == ["a", "b", "c"]


def test_a_window_is_as_long_as_it_says_whatever_comes_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poller, "LOOK_S", 0.02)
    fakes = FakeQueue(), FakeFunction(succeed)
    sent = [f"message {number}" for number in range(8)]
    with polling(fakes, mapping_of(window_s=1)):
        began_s = time.monotonic()
        for body in sent:
            fakes[0].put(body)
            threading.Event().wait(0.05)  # they trickle in, well within the window
        assert fakes[1].batches.get(timeout=DEADLINE_S) == sent
        assert time.monotonic() - began_s >= 1


def test_who_halts_a_poller_does_not_wait_for_its_window() -> None:
    fakes = FakeQueue(), FakeFunction(succeed)
    polls = WakingPoller(mapping_of(window_s=300), *fakes, matches=lambda _pattern, _event: True)
    fakes[0].put("a")
    gathering = threading.Thread(target=polls.poll_events)
    gathering.start()
    wait_until(fakes[0].waiting.empty)

    polls.halt()
    gathering.join(DEADLINE_S)
    assert not gathering.is_alive()
    assert fakes[1].batches.get(timeout=DEADLINE_S) == ["a"], "what it had taken is handed over"
    polls.close()


def throttled(times: int) -> Callable[[list[str]], tuple[bytes, bool]]:
    left = iter(range(times))

    def answer(_bodies: list[str]) -> tuple[bytes, bool]:
        if next(left, None) is not None:
            raise ThrottledError("Rate Exceeded.")
        return b"null", False

    return answer


def test_a_batch_that_is_throttled_keeps_its_place_and_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poller, "FIRST_BACK_OFF_S", 0.01)
    fakes = FakeQueue(), FakeFunction(throttled(times=3))
    fakes[0].put("a", "b")
    with polling(fakes, mapping_of(batch_size=1, concurrent_batches=1)):
        assert fakes[0].take_deleted(2) == {"a-id", "b-id"}
    assert [fakes[1].batches.get_nowait() for _ in range(5)] == [["a"], ["a"], ["a"], ["a"], ["b"]]


def test_a_batch_is_throttled_no_longer_than_its_messages_are_hidden() -> None:
    fakes = FakeQueue(visibility_s=0.15), FakeFunction(throttled(times=2))
    fakes[0].put("a")
    with polling(fakes, mapping_of(batch_size=1, concurrent_batches=1)):
        assert [fakes[1].batches.get(timeout=DEADLINE_S) for _ in range(2)] == [["a"], ["a"]]
        fakes[0].put("b")
        assert fakes[0].take_deleted(1) == {"b-id"}
    assert fakes[1].batches.get_nowait() == ["b"]


def test_who_closes_a_poller_does_not_wait_for_a_batch_that_is_throttled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poller, "FIRST_BACK_OFF_S", 5 * DEADLINE_S)
    deliveries = Deliveries()
    monkeypatch.setattr(poller, "DELIVERIES", deliveries)
    fakes = FakeQueue(visibility_s=math.inf), FakeFunction(throttled(times=1))
    with polling(fakes, mapping_of()):
        fakes[0].put("a")
        fakes[1].batches.get(timeout=DEADLINE_S)
    wait_until(lambda: not deliveries.under_way)
    assert fakes[0].deleted.empty()


@pytest.mark.parametrize("failing", [False, True])
def test_a_batch_counts_as_under_way_until_the_function_is_done_with_it(
    failing: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliveries = Deliveries()
    monkeypatch.setattr(poller, "DELIVERIES", deliveries)
    seen: queue.Queue[bool] = queue.Queue()

    def look(_bodies: list[str]) -> tuple[bytes, bool]:
        seen.put(deliveries.under_way)
        if failing:
            raise RuntimeError("not started")
        return b"null", False

    fakes = FakeQueue(), FakeFunction(look)
    with polling(fakes, mapping_of()):
        assert not deliveries.under_way
        fakes[0].put("a")
        assert seen.get(timeout=DEADLINE_S)
        wait_until(lambda: not deliveries.under_way)


def test_batches_run_side_by_side_up_to_the_mappings_concurrency() -> None:
    running = threading.Semaphore(0)
    go_on = threading.Event()

    def wait_for_the_others(_bodies: list[str]) -> tuple[bytes, bool]:
        running.release()
        assert go_on.wait(DEADLINE_S)
        return b"null", False

    fakes = FakeQueue(), FakeFunction(wait_for_the_others)
    fakes[0].put(*"abcd")
    with polling(fakes, mapping_of(batch_size=1, concurrent_batches=3)):
        assert all(running.acquire(timeout=DEADLINE_S) for _ in range(3))
        assert not running.acquire(blocking=False), "a fourth batch must wait for one of the three"
        go_on.set()
        fakes[0].take_deleted(4)


def test_what_comes_while_a_quick_function_runs_is_one_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poller, "GIVE_WAY_S", DEADLINE_S)

    def put_more(bodies: list[str]) -> tuple[bytes, bool]:
        if bodies == ["a"]:
            fakes[0].put("b")
            fakes[0].put("c")
        return b"null", False

    fakes = FakeQueue(), FakeFunction(put_more)
    fakes[0].put("a")
    with polling(fakes, mapping_of()):
        fakes[0].take_deleted(3)
    assert [fakes[1].batches.get_nowait() for _ in range(2)] == [["a"], ["b", "c"]]


def test_a_function_that_cannot_be_invoked_loses_nothing_and_stops_nothing() -> None:
    attempts: list[list[str]] = []

    def fail_at_first(bodies: list[str]) -> tuple[bytes, bool]:
        attempts.append(bodies)
        if len(attempts) == 1:
            raise RuntimeError("not started")
        return b"null", False

    fakes = FakeQueue(), FakeFunction(fail_at_first)
    with polling(fakes, mapping_of()):
        fakes[0].put("a")
        assert fakes[1].batches.get(timeout=DEADLINE_S) == ["a"]
        fakes[0].put("b")
        assert fakes[0].take_deleted(1) == {"b-id"}


def test_an_error_of_the_function_deletes_nothing() -> None:
    fakes = FakeQueue(), FakeFunction(lambda _bodies: (b'{"errorMessage": "boom"}', True))
    with polling(fakes, mapping_of()):
        fakes[0].put("a")
        fakes[1].batches.get(timeout=DEADLINE_S)
    assert fakes[0].deleted.empty()


def test_what_no_filter_lets_through_is_deleted_unseen() -> None:
    fakes = FakeQueue(), FakeFunction(succeed)
    fakes[0].put("wanted", "unwanted")
    with polling(fakes, mapping_of(filters=("wanted",))):
        fakes[0].take_deleted(2)
    assert fakes[1].batches.get_nowait() == ["wanted"]
    assert fakes[1].batches.empty()


def test_a_halted_poller_takes_nothing_more() -> None:
    fakes = FakeQueue(), FakeFunction(succeed)
    polls = WakingPoller(mapping_of(), *fakes, matches=lambda _pattern, _event: True)

    polls.halt()
    fakes[0].put("a")
    polls.poll_events()
    polls.close()

    assert fakes[0].waiting.qsize() == 1


def test_a_fifo_batch_may_hold_several_groups_each_in_order() -> None:
    fakes = FakeQueue(), FakeFunction(succeed)
    fakes[0].put("a1", "a2", group="a")
    fakes[0].put("b1", group="b")
    arn = "arn:aws:sqs:us-east-1:000000000000:users.fifo"
    with polling(fakes, mapping_of(queue_arn=arn)):
        fakes[0].take_deleted(3)
    assert fakes[1].batches.get_nowait() == ["a1", "a2", "b1"]


def test_a_mapping_is_read_from_what_the_api_was_given() -> None:
    configuration = {
        "EventSourceArn": "arn:aws:sqs:eu-west-1:111122223333:users",
        "FunctionArn": "arn:aws:lambda:eu-west-1:111122223333:function:consumer",
        "BatchSize": 7,
        "MaximumBatchingWindowInSeconds": 2,
        "ScalingConfig": {"MaximumConcurrency": 3},
        "FilterCriteria": {"Filters": [{"Pattern": '{"body": {"name": ["x"]}}'}]},
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
    }

    mapping = QueueMapping.from_configuration(configuration)

    assert (mapping.account_id, mapping.region, mapping.queue_name) == ("111122223333", "eu-west-1", "users")
    assert (mapping.batch_size, mapping.window_s, mapping.concurrent_batches) == (7, 2, 3)
    assert mapping.filters == ({"body": {"name": ["x"]}},)
    assert mapping.reports_item_failures


def test_a_mapping_that_says_little_has_lambdas_defaults() -> None:
    mapping = QueueMapping.from_configuration(
        {"EventSourceArn": "arn:aws:sqs:eu-west-1:111122223333:users", "FunctionArn": "arn"}
    )

    assert (mapping.batch_size, mapping.window_s, mapping.concurrent_batches) == (10, 0, 5)
    assert mapping.filters == ()
    assert not mapping.reports_item_failures
