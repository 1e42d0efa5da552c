"""The poller's threads and waits, against a queue and a function that are plain Python: no engine, real threads."""

import json
import math
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from emulator.services.lambda_.event_source import poller
from emulator.services.lambda_.event_source.deliveries import Deliveries
from emulator.services.lambda_.event_source.poller import ThrottledError, WakingPoller
from model.event_source import delivery
from model.event_source.mapping import QueueMapping
from model.event_source.records import Message
from tests.unit.model.event_source.mappings import mapping_of, message_of
from tests.waiting import wait_until

DEADLINE_S = 10


@dataclass
class FakeQueue:
    """Holds messages; what is received is in flight until it is deleted."""

    waiting: "queue.Queue[Message]" = field(default_factory=queue.Queue)
    deleted: "queue.Queue[str]" = field(default_factory=queue.Queue)
    visibility_s: float = DEADLINE_S

    def put(self, *bodies: str) -> None:
        for body in bodies:
            self.waiting.put(message_of(body))

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
    monkeypatch.setattr(delivery, "FIRST_BACK_OFF_S", 0.01)
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
    monkeypatch.setattr(delivery, "FIRST_BACK_OFF_S", 5 * DEADLINE_S)
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


def test_a_halted_poller_takes_nothing_more() -> None:
    fakes = FakeQueue(), FakeFunction(succeed)
    polls = WakingPoller(mapping_of(), *fakes, matches=lambda _pattern, _event: True)

    polls.halt()
    fakes[0].put("a")
    polls.poll_events()
    polls.close()

    assert fakes[0].waiting.qsize() == 1


class FailingQueue(FakeQueue):
    """A queue whose first receive fails."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._errors = [error]

    def receive(self, maximum: int, wait_s: float) -> list[Message]:
        if self._errors:
            raise self._errors.pop()
        return super().receive(maximum, wait_s)


def test_a_receive_that_fails_is_its_callers_to_wait_for() -> None:
    fakes = FailingQueue(OSError("no queue")), FakeFunction(succeed)
    polls = WakingPoller(mapping_of(), *fakes, matches=lambda _pattern, _event: True)
    fakes[0].put("a")
    with pytest.raises(OSError, match="no queue"):
        polls.poll_events()
    polls.poll_events()
    assert fakes[0].take_deleted(1) == {"a-id"}
    polls.close()


def test_a_receive_that_is_throttled_is_made_again_by_the_poller_itself() -> None:
    fakes = FailingQueue(ThrottledError("too many")), FakeFunction(succeed)
    fakes[0].put("a")
    with polling(fakes, mapping_of()):
        assert fakes[0].take_deleted(1) == {"a-id"}


def test_a_delete_that_fails_ends_its_batch_and_nothing_else() -> None:
    class Unwilling(FakeQueue):
        def delete(self, messages: Sequence[Message]) -> None:
            if messages[0]["Body"] == "a":
                raise OSError("no queue")
            super().delete(messages)

    fakes = Unwilling(), FakeFunction(succeed)
    with polling(fakes, mapping_of(batch_size=1, concurrent_batches=1)):
        fakes[0].put("a", "b")
        assert fakes[0].take_deleted(1) == {"b-id"}
