"""Event source mappings in the engine: what a function gets from a queue, and when, as on AWS."""

import json
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.integration.engine_fixture import AwsClients
from tests.integration.test_functions import Function, create
from tests.waiting import wait_until

# Answers with what it was sent: each batch becomes one message in a queue of its own.
REPORT = """
    import json, os
    import boto3
    sqs = boto3.client("sqs")

    def handler(event, context):
        sqs.send_message(QueueUrl=os.environ["SEEN"], MessageBody=json.dumps(event["Records"]))
        fails = [r["messageId"] for r in event["Records"] if r["body"].startswith("fail")]
        return {"batchItemFailures": [{"itemIdentifier": each} for each in fails]}
"""


@dataclass(frozen=True)
class Source:
    """A queue, the function that it feeds, and the queue that the function reports to."""

    aws: AwsClients
    function: Function
    queue_url: str
    seen_url: str

    @property
    def queue_arn(self) -> str:
        attributes = self.aws("sqs").get_queue_attributes(QueueUrl=self.queue_url, AttributeNames=["QueueArn"])
        return str(attributes["Attributes"]["QueueArn"])

    def map(self, **options: Any) -> str:
        """Create the mapping, wait until it is enabled, and return its UUID."""
        options = {"FunctionResponseTypes": ["ReportBatchItemFailures"]} | options
        mapping = self.aws("lambda").create_event_source_mapping(
            EventSourceArn=self.queue_arn, FunctionName=self.function.name, **options
        )
        self.wait_until_state(mapping["UUID"], "Enabled")
        return str(mapping["UUID"])

    def wait_until_state(self, mapping_id: str, state: str) -> None:
        client = self.aws("lambda")
        wait_until(
            lambda: client.get_event_source_mapping(UUID=mapping_id)["State"],
            lambda seen: seen == state,
            deadline_s=20,
        )

    def send(self, *bodies: str, **options: Any) -> None:
        for body in bodies:
            self.aws("sqs").send_message(QueueUrl=self.queue_url, MessageBody=body, **options)

    def batches(self, messages: int, deadline_s: float = 30) -> list[list[dict[str, Any]]]:
        """Wait until the function has seen so many messages; return them by batch."""
        batches: list[list[dict[str, Any]]] = []

        def look() -> list[list[dict[str, Any]]]:
            answer = self.aws("sqs").receive_message(QueueUrl=self.seen_url, MaxNumberOfMessages=10)
            for message in answer.get("Messages", []):
                self.aws("sqs").delete_message(QueueUrl=self.seen_url, ReceiptHandle=message["ReceiptHandle"])
                batches.append(json.loads(message["Body"]))
            return batches

        return wait_until(look, lambda seen: sum(map(len, seen)) >= messages, deadline_s=deadline_s)

    def depth(self) -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = self.aws("sqs").get_queue_attributes(QueueUrl=self.queue_url, AttributeNames=names)
        return sum(int(value) for value in answer["Attributes"].values())

    def wait_until_empty(self) -> None:
        wait_until(self.depth, lambda depth: depth == 0, deadline_s=20)


@pytest.fixture
def make_source(aws: AwsClients, account_id: str) -> Iterator[Callable[..., Source]]:
    made: list[Source] = []

    def make(*, fifo: bool = False, **attributes: str) -> Source:
        name = f"source-{uuid.uuid4().hex[:12]}"
        sqs = aws("sqs")
        if fifo:
            attributes |= {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
        queue = sqs.create_queue(QueueName=f"{name}.fifo" if fifo else name, Attributes=attributes)
        seen = sqs.create_queue(QueueName=f"{name}-seen")
        environment = {"Variables": {"SEEN": seen["QueueUrl"]}}
        function = create(aws("lambda"), account_id, REPORT, Environment=environment)
        function.wait_until_updated()
        made.append(Source(aws, function, queue["QueueUrl"], seen["QueueUrl"]))
        return made[-1]

    yield make
    for source in made:
        for mapping in aws("lambda").list_event_source_mappings(FunctionName=source.function.name)[
            "EventSourceMappings"
        ]:
            aws("lambda").delete_event_source_mapping(UUID=mapping["UUID"])
        aws("lambda").delete_function(FunctionName=source.function.name)
        for url in (source.queue_url, source.seen_url):
            aws("sqs").delete_queue(QueueUrl=url)


def give_a_poller_time() -> float:
    """Let pass more time than a poller that is there takes to see a message; return until when (ms, epoch)."""
    until_ms = time.time() * 1000 + 1000
    wait_until(lambda: time.time() * 1000 > until_ms, deadline_s=10)
    return until_ms


def bodies(batch: list[dict[str, Any]]) -> list[str]:
    return [record["body"] for record in batch]


@pytest.mark.usefixtures("our_event_source")
def test_a_body_reaches_the_function_exactly_as_it_was_sent(make_source: Callable[..., Source]) -> None:
    source = make_source()
    source.map()
    sent = {'{"a":  1, "a": 2}', '"text"', "1e400", "[1.0]", "not JSON", '{"\\u00fc": "\u00fc"}', "null"}

    source.send(*sent)

    batches = source.batches(len(sent))
    assert {body for batch in batches for body in bodies(batch)} == sent
    record = batches[0][0]
    assert record["eventSourceARN"] == source.queue_arn
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    source.wait_until_empty()


def test_what_waits_goes_in_batches_of_the_mappings_size(make_source: Callable[..., Source]) -> None:
    source = make_source()
    source.send(*(f"message {number}" for number in range(7)))

    source.map(BatchSize=3)

    assert sorted(len(batch) for batch in source.batches(7)) == [1, 3, 3]


@pytest.mark.usefixtures("our_event_source")
def test_a_window_gathers_what_arrives_in_it(make_source: Callable[..., Source]) -> None:
    source = make_source()
    source.map(BatchSize=50, MaximumBatchingWindowInSeconds=2)

    source.send(*(f"message {number}" for number in range(12)))

    assert [len(batch) for batch in source.batches(12)] == [12]


def test_what_was_reported_as_failed_comes_again_alone(make_source: Callable[..., Source]) -> None:
    source = make_source(VisibilityTimeout="4")
    source.send("good", "fail at first")
    source.map()

    batches = source.batches(3)

    assert sorted(bodies(batches[0])) == ["fail at first", "good"]
    assert bodies(batches[1]) == ["fail at first"]
    assert batches[1][0]["attributes"]["ApproximateReceiveCount"] == "2"


@pytest.mark.usefixtures("our_event_source")
def test_a_filter_keeps_from_the_function_what_it_does_not_match(make_source: Callable[..., Source]) -> None:
    source = make_source()
    pattern = json.dumps({"body": {"kind": ["wanted"]}})
    source.map(FilterCriteria={"Filters": [{"Pattern": pattern}]})

    source.send('{"kind": "unwanted"}', '{"kind":  "wanted"}')

    assert [bodies(batch) for batch in source.batches(1)] == [['{"kind":  "wanted"}']]
    source.wait_until_empty()


def test_a_disabled_mapping_leaves_messages_alone_until_it_is_enabled(make_source: Callable[..., Source]) -> None:
    source = make_source()
    mapping_id = source.map()
    client = source.aws("lambda")
    client.update_event_source_mapping(UUID=mapping_id, Enabled=False)
    source.wait_until_state(mapping_id, "Disabled")

    source.send("patient")
    until_ms = give_a_poller_time()
    client.update_event_source_mapping(UUID=mapping_id, Enabled=True)

    [[record]] = source.batches(1)
    assert record["body"] == "patient"
    assert int(record["attributes"]["ApproximateFirstReceiveTimestamp"]) >= until_ms, "taken too early"


def test_a_deleted_mapping_goes_and_leaves_messages_alone(make_source: Callable[..., Source]) -> None:
    source = make_source()
    mapping_id = source.map()
    client = source.aws("lambda")

    client.delete_event_source_mapping(UUID=mapping_id)

    def mappings() -> list[Any]:
        return list(client.list_event_source_mappings(FunctionName=source.function.name)["EventSourceMappings"])

    wait_until(mappings, lambda seen: not seen, deadline_s=20)
    source.send("kept")
    give_a_poller_time()
    [message] = source.aws("sqs").receive_message(
        QueueUrl=source.queue_url, MessageSystemAttributeNames=["ApproximateReceiveCount"]
    )["Messages"]
    assert (message["Body"], message["Attributes"]["ApproximateReceiveCount"]) == ("kept", "1")


@pytest.mark.usefixtures("our_event_source")
def test_a_mapping_that_is_disabled_can_be_deleted_and_made_again(make_source: Callable[..., Source]) -> None:
    source = make_source()
    mapping_id = source.map()
    client = source.aws("lambda")
    client.update_event_source_mapping(UUID=mapping_id, Enabled=False)
    source.wait_until_state(mapping_id, "Disabled")

    client.delete_event_source_mapping(UUID=mapping_id)

    assert not client.list_event_source_mappings(FunctionName=source.function.name)["EventSourceMappings"]
    source.map()
    source.send("again")
    assert [bodies(batch) for batch in source.batches(1)] == [["again"]]


@pytest.mark.usefixtures("our_event_source")
def test_a_binary_attribute_reaches_the_function_in_base64(make_source: Callable[..., Source]) -> None:
    source = make_source()
    source.map()

    source.send("binary", MessageAttributes={"mark": {"DataType": "Binary", "BinaryValue": b"\x00\xff"}})

    [[record]] = source.batches(1)
    assert record["messageAttributes"]["mark"]["binaryValue"] == "AP8="
    source.wait_until_empty()


@pytest.mark.usefixtures("our_event_source")
def test_a_function_with_one_place_is_throttled_without_wasting_receives(make_source: Callable[..., Source]) -> None:
    source = make_source(VisibilityTimeout="30")
    client = source.aws("lambda")
    client.put_function_concurrency(FunctionName=source.function.name, ReservedConcurrentExecutions=1)
    source.send(*(f"message {number}" for number in range(12)))

    source.map(BatchSize=1)

    records = [record for batch in source.batches(12, deadline_s=60) for record in batch]
    assert {record["attributes"]["ApproximateReceiveCount"] for record in records} == {"1"}
    source.wait_until_empty()


def test_a_fifo_group_stays_in_order_and_holds_back_no_other(make_source: Callable[..., Source]) -> None:
    source = make_source(fifo=True, VisibilityTimeout="2")
    for number in range(4):
        source.send(f"a{number}", MessageGroupId="a")
    source.send("fail once", MessageGroupId="b")
    source.map()

    seen = [body for batch in source.batches(6) for body in bodies(batch)]

    assert [body for body in seen if body.startswith("a")] == ["a0", "a1", "a2", "a3"]
    assert seen.count("fail once") >= 2


def test_a_message_is_handed_over_when_it_arrives(make_source: Callable[..., Source]) -> None:
    source = make_source()
    source.map()
    source.send("warm up")
    source.batches(1)

    # Not a measurement: LocalStack's own poller sleeps for ten seconds by now, ours must not sleep at all.
    idle_until = time.monotonic() + 3
    wait_until(time.monotonic, lambda now: now > idle_until, deadline_s=10)
    source.send("at once")

    source.batches(1, deadline_s=6)
