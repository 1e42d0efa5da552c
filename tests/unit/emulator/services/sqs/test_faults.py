"""What faults do to the messages of LocalStack's queues, by its own provider and without its server."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest
from localstack.aws.api import CommonServiceException, RequestContext
from localstack.aws.spec import load_service
from localstack.http import Request
from localstack.services.sqs.models import sqs_stores

from emulator.faults.registry import FAULTS
from emulator.services.sqs.provider import EmbeddedSqsProvider
from model.faults.catalogue import BY_NAME
from model.faults.delays import FixedDelay
from model.faults.fault import Fault, Scope
from tests.waiting import wait_until

ACCOUNT_ID, REGION = "300000000099", "us-east-1"


@dataclass
class Queue:
    """A queue, and its messages as its API has them."""

    provider: EmbeddedSqsProvider
    url: str
    fifo: bool = False

    @property
    def model(self) -> Any:
        return self.provider._resolve_queue(context(), queue_url=self.url)

    def send(self, body: str, flow: int | None = None) -> str:
        headers = {} if flow is None else {"X-Amzn-Trace-Id": f"Root=1-5759e988-0f10f10f{flow:016x}"}
        options = {"message_group_id": "group", "message_deduplication_id": body} if self.fifo else {}
        answer = self.provider.send_message(context(headers), queue_url=self.url, message_body=body, **options)
        return str(answer["MessageId"])

    def receive(self, **options: Any) -> list[Any]:
        answer = self.provider.receive_message(
            context(), queue_url=self.url, max_number_of_messages=10, wait_time_seconds=0, **options
        )
        return answer.get("Messages") or []

    def bodies(self) -> list[str]:
        return [message["Body"] for message in self.receive()]

    def delete(self, message: Any) -> None:
        self.provider.delete_message(context(), self.url, message["ReceiptHandle"])


def context(headers: dict[str, str] | None = None) -> RequestContext:
    made = RequestContext(Request(headers=headers))
    made.service = load_service("sqs")
    made.account_id, made.region = ACCOUNT_ID, REGION
    return made


def set_fault(kind: str, delay_ms: float | None = None, **options: Any) -> None:
    delay = None if delay_ms is None else FixedDelay(delay_ms)
    FAULTS.set(Fault(ACCOUNT_ID, kind, BY_NAME[kind], 0, 1, 60, delay=delay, **options))


@pytest.fixture
def provider() -> Iterator[EmbeddedSqsProvider]:
    made = EmbeddedSqsProvider()
    made._cloudwatch_dispatcher = None  # it would send metrics to an engine
    yield made
    FAULTS.heal(ACCOUNT_ID)
    sqs_stores[ACCOUNT_ID][REGION].queues.clear()


@pytest.fixture
def queue(provider: EmbeddedSqsProvider) -> Queue:
    return Queue(provider, provider.create_queue(context(), "plain")["QueueUrl"])


@pytest.fixture
def fifo(provider: EmbeddedSqsProvider) -> Queue:
    created = provider.create_queue(context(), "ordered.fifo", {"FifoQueue": "true"})
    return Queue(provider, created["QueueUrl"], fifo=True)


def only_flow(flow: int) -> Scope:
    return Scope(flows=(flow, flow))


def test_a_delayed_message_comes_after_those_sent_meanwhile_although_all_wait_for_longer(queue: Queue) -> None:
    set_fault("delays", 100, scope=only_flow(1))
    queue.send("before")
    queue.send("late", flow=1)
    queue.send("meanwhile")
    wait_until(lambda: queue.model.approximate_number_of_messages, lambda depth: depth == 3)
    assert queue.bodies() == ["before", "meanwhile", "late"]


def test_a_delayed_message_is_seen_at_once_when_the_fault_heals(queue: Queue) -> None:
    set_fault("delays", 3_600_000)
    queue.send("late")
    assert queue.bodies() == []
    assert queue.model.approximate_number_of_messages_delayed == 1
    FAULTS.heal(ACCOUNT_ID)
    assert queue.bodies() == ["late"]
    assert queue.model.approximate_number_of_messages_delayed == 0


def test_healing_leaves_a_message_the_delay_that_its_sender_asked_for(queue: Queue) -> None:
    set_fault("delays", 3_600_000)
    queue.provider.send_message(context(), queue_url=queue.url, message_body="own", delay_seconds=600)
    FAULTS.heal(ACCOUNT_ID)
    assert queue.model.approximate_number_of_messages_delayed == 1
    assert next(iter(queue.model.delayed)).delay_seconds == 600


def test_a_queue_that_keeps_order_delays_and_repeats_nothing(fifo: Queue) -> None:
    set_fault("delays", 3_600_000)
    set_fault("duplicates", 0)
    for body in "abc":
        fifo.send(body)
    assert fifo.bodies() == ["a", "b", "c"]
    FAULTS.heal(ACCOUNT_ID)
    assert fifo.bodies() == []


def test_a_duplicate_is_delivered_at_once_when_the_fault_heals(queue: Queue) -> None:
    set_fault("duplicates", 3_600_000)
    message_id = queue.send("twice")
    (first,) = queue.receive()
    queue.delete(first)
    assert queue.receive() == []
    FAULTS.heal(ACCOUNT_ID)
    (second,) = queue.receive(message_system_attribute_names=["All"])
    assert second["MessageId"] == message_id
    assert second["Attributes"]["ApproximateReceiveCount"] == "2"
    queue.delete(second)
    assert (queue.model.approximate_number_of_messages, len(queue.model.inflight), queue.model.receipts) == (0, 0, {})


@pytest.mark.parametrize("deleted_first", [0, 1])
def test_a_message_and_its_duplicate_in_flight_together_leave_nothing_behind(queue: Queue, deleted_first: int) -> None:
    set_fault("duplicates", 0)
    queue.send("twice")
    received = queue.receive()
    received += wait_until(queue.receive)
    queue.delete(received[deleted_first])
    queue.delete(received[1 - deleted_first])
    assert (queue.model.approximate_number_of_messages, len(queue.model.inflight), queue.model.receipts) == (0, 0, {})


@pytest.mark.parametrize("kind", ["duplicates", "receive-throttles"])
def test_a_message_is_of_its_flow_also_for_who_asks_for_no_attributes(kind: str, queue: Queue) -> None:
    set_fault(kind, scope=only_flow(7))
    queue.send("other")
    queue.receive()
    assert FAULTS.firings(ACCOUNT_ID, kind, 0, 9) == []
    queue.send("hit", flow=7)
    with suppress(CommonServiceException):
        queue.receive()
    assert [firing.thing.identity.flow for firing in FAULTS.firings(ACCOUNT_ID, kind, 0, 9) or ()] == [7]


def test_a_throttled_receive_leaves_all_its_messages_as_they_were(queue: Queue) -> None:
    set_fault("receive-throttles", scope=only_flow(1))
    queue.send("spared")
    queue.send("hit", flow=1)
    with pytest.raises(CommonServiceException, match="throttling"):
        queue.receive()
    assert len(queue.model.inflight) == 0
    assert queue.model.receipts == {}
    messages = queue.receive(message_system_attribute_names=["All"])
    assert [message["Body"] for message in messages] == ["spared", "hit"]
    assert {message["Attributes"]["ApproximateReceiveCount"] for message in messages} == {"1"}


def test_a_throttled_receive_that_hides_nothing_does_not_double_the_message(queue: Queue) -> None:
    set_fault("receive-throttles")
    queue.send("once")
    with pytest.raises(CommonServiceException, match="throttling"):
        queue.receive(visibility_timeout=0)
    assert queue.model.approximate_number_of_messages == 1


def test_a_lost_delete_keeps_the_message_in_flight_and_the_next_one_ends_it(queue: Queue) -> None:
    set_fault("lost-deletes")
    queue.send("stays")
    (message,) = queue.receive()
    queue.delete(message)
    assert len(queue.model.inflight) == 1
    queue.delete(message)
    assert len(queue.model.inflight) == 0


def test_without_a_fault_nothing_is_held_or_remembered(queue: Queue) -> None:
    queue.send("plain", flow=3)
    (message,) = queue.receive()
    queue.delete(message)
    assert (queue.model.approximate_number_of_messages, len(queue.model.inflight)) == (0, 0)
