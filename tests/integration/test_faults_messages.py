"""Faults of queues and functions: each does what it says, to whom it says, that often, and heals."""

import base64
import json
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.engine_fixture import AwsClients, RunningEngine, aws_clients
from tests.integration.faults_fixture import EngineFaults, flow_header
from tests.integration.stack_fixture import Stack, deploy
from tests.waiting import wait_until

pytestmark = pytest.mark.xdist_group("faults-messages")

ACCOUNT_ID = "300000000004"
MESSAGES = 200


@dataclass
class Queue:
    """A queue without a function, whose messages are hidden for a second when they are received."""

    aws: AwsClients
    url: str
    received: list[dict[str, Any]] = field(default_factory=list)

    def send(self, flow: int) -> str:
        header = {"DataType": "String", "StringValue": flow_header(flow)["X-Amzn-Trace-Id"]}
        answer = self.aws("sqs").send_message(
            QueueUrl=self.url, MessageBody=f"body {flow}", MessageSystemAttributes={"AWSTraceHeader": header}
        )
        return str(answer["MessageId"])

    def receive(self) -> list[dict[str, Any]]:
        answer = self.aws("sqs").receive_message(
            QueueUrl=self.url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"]
        )
        return list(answer.get("Messages", []))

    def receive_and_delete(self) -> list[dict[str, Any]]:
        """Receive once; what was received is deleted, and kept in `received`."""
        messages = self.receive()
        for message in messages:
            self.aws("sqs").delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        self.received += messages
        return self.received

    def visible(self) -> int:
        answer = self.aws("sqs").get_queue_attributes(QueueUrl=self.url, AttributeNames=["All"])
        return int(answer["Attributes"]["ApproximateNumberOfMessages"])


@pytest.fixture(scope="module")
def faults(engine: RunningEngine) -> EngineFaults:
    return EngineFaults(engine.endpoint_url, ACCOUNT_ID)


@pytest.fixture(scope="module")
def own_aws(engine: RunningEngine) -> AwsClients:
    return aws_clients(engine.endpoint_url, ACCOUNT_ID)


@pytest.fixture(autouse=True)
def all_healed(faults: EngineFaults) -> Iterator[None]:
    yield
    faults.heal_all()


@pytest.fixture
def queue(own_aws: AwsClients, request: pytest.FixtureRequest) -> Iterator[Queue]:
    name = "".join(letter if letter.isalnum() else "-" for letter in request.node.name)[:60]
    url = own_aws("sqs").create_queue(QueueName=name, Attributes={"VisibilityTimeout": "1"})["QueueUrl"]
    yield Queue(own_aws, url)
    own_aws("sqs").delete_queue(QueueUrl=url)


def ids(messages: list[dict[str, Any]]) -> list[str]:
    return [message["MessageId"] for message in messages]


def test_a_duplicate_is_delivered_once_more_although_it_was_deleted(queue: Queue, faults: EngineFaults) -> None:
    faults.set("twice", "duplicates", rate=1, delay={"fixed_ms": 100})
    message_id = queue.send(1)

    first, second = wait_until(queue.receive_and_delete, lambda received: len(received) == 2)
    assert ids([first, second]) == [message_id, message_id]
    assert first["Body"] == second["Body"]
    assert first["ReceiptHandle"] != second["ReceiptHandle"]
    assert [one["Attributes"]["ApproximateReceiveCount"] for one in (first, second)] == ["1", "2"]
    assert queue.visible() == 0


def test_a_delayed_message_is_visible_later_and_others_overtake_it(queue: Queue, faults: EngineFaults) -> None:
    faults.set("late", "delays", rate=1, delay={"fixed_ms": 1500}, scope={"flows": [1, 1]})
    late, early = queue.send(1), queue.send(2)

    assert ids(queue.receive_and_delete()) == [early]
    assert ids(wait_until(queue.receive_and_delete, lambda received: len(received) == 2)) == [early, late]


def test_a_delete_that_is_lost_lets_the_message_come_again(queue: Queue, faults: EngineFaults) -> None:
    faults.set("lost", "lost-deletes", rate=1)
    message_id = queue.send(1)

    received = wait_until(queue.receive_and_delete, lambda received: len(received) == 2)
    assert ids(received) == [message_id, message_id]
    assert faults.get("lost")["fired"] == 1


def test_a_batch_of_deletes_loses_those_that_are_hit(queue: Queue, faults: EngineFaults) -> None:
    faults.set("lost", "lost-deletes", rate=1, scope={"flows": [1, 1]})
    lost, _ = queue.send(1), queue.send(2)
    messages = wait_until(queue.receive, lambda seen: len(seen) == 2)
    entries = [{"Id": str(number), "ReceiptHandle": one["ReceiptHandle"]} for number, one in enumerate(messages)]

    answer = queue.aws("sqs").delete_message_batch(QueueUrl=queue.url, Entries=entries)
    assert {one["Id"] for one in answer["Successful"]} == {"0", "1"}
    assert ids(wait_until(queue.receive_and_delete, bool)) == [lost]


def test_a_batch_of_deletes_that_is_refused_is_not_counted_as_lost(queue: Queue, faults: EngineFaults) -> None:
    faults.set("lost", "lost-deletes", rate=1)
    queue.send(1)
    (message,) = queue.receive()
    entries = [{"Id": "the-same", "ReceiptHandle": message["ReceiptHandle"]}] * 2

    with pytest.raises(ClientError) as refused:
        queue.aws("sqs").delete_message_batch(QueueUrl=queue.url, Entries=entries)
    assert refused.value.response["Error"]["Code"].endswith("BatchEntryIdsNotDistinct")
    assert faults.get("lost")["fired"] == 0
    assert ids(wait_until(queue.receive_and_delete, bool)) == [message["MessageId"]]


def test_a_send_that_is_throttled_sends_nothing(queue: Queue, faults: EngineFaults) -> None:
    faults.set("throttled", "send-throttles", rate=1, scope={"flows": [1, 1]})

    with pytest.raises(ClientError) as refused:
        queue.send(1)
    assert refused.value.response["Error"]["Code"] == "RequestThrottled"
    assert queue.visible() == 0
    queue.send(1)
    assert queue.visible() == 1


def test_a_receive_that_is_throttled_leaves_the_message_as_it_was(queue: Queue, faults: EngineFaults) -> None:
    faults.set("throttled", "receive-throttles", rate=1)
    queue.send(1)

    with pytest.raises(ClientError) as refused:
        queue.receive()
    assert refused.value.response["Error"]["Code"] == "RequestThrottled"
    (message,) = queue.receive()
    assert message["Attributes"]["ApproximateReceiveCount"] == "1"


def test_the_rate_is_kept_and_the_same_seed_hits_the_same_messages(queue: Queue, faults: EngineFaults) -> None:
    hit = []
    for _ in range(2):
        faults.set("some", "delays", rate=0.2, seed=7, ttl_s=60, delay={"fixed_ms": 1})
        for flow in range(MESSAGES):
            queue.send(flow)
        hit.append({firing["flow"] for firing in faults.firings("some")})
        faults.heal("some")

    assert hit[0] == hit[1]
    # Five standard deviations of a binomial distribution.
    assert abs(len(hit[0]) - MESSAGES * 0.2) < 5 * math.sqrt(MESSAGES * 0.2 * 0.8)


def test_a_fault_ends_with_its_time_to_live(queue: Queue, faults: EngineFaults) -> None:
    faults.set("brief", "lost-deletes", rate=1, ttl_s=0.5)
    wait_until(lambda: faults.get("brief")["state"], lambda state: state == "expired")
    queue.send(1)

    assert len(wait_until(queue.receive_and_delete, bool)) == 1
    assert queue.visible() == 0
    assert faults.get("brief")["fired"] == 0


@pytest.fixture(scope="module")
def stack(engine: RunningEngine, own_aws: AwsClients, tmp_path_factory: pytest.TempPathFactory) -> Stack:
    parameters = {"FunctionTimeoutSeconds": "3", "VisibilityTimeoutSeconds": "18", "MaxReceiveCount": "20"}
    work_dir = tmp_path_factory.mktemp("stack")
    made = deploy(
        engine.endpoint_url, ACCOUNT_ID, own_aws, stack_name="faulted", work_dir=work_dir, parameters=parameters
    )
    made.redeliver_after(4)
    return made


@dataclass(frozen=True)
class Invoked:
    """What an invocation came to."""

    error: str
    log: str
    seconds: float


def invoke(stack: Stack, number: int = 0) -> Invoked:
    """Invoke the stack's function with an event of no messages."""
    began_s = time.monotonic()
    answer = stack.aws("lambda").invoke(
        FunctionName=f"{stack.outputs['stack_name']}-consumer",
        Payload=json.dumps({"Records": [], "number": number}),
        LogType="Tail",
    )
    payload = json.loads(answer["Payload"].read())
    log = base64.b64decode(answer.get("LogResult", "")).decode()
    error = str(payload.get("errorMessage", "")) if "FunctionError" in answer else ""
    return Invoked(error, log, time.monotonic() - began_s)


def test_a_cold_start_takes_longer_and_is_reported(stack: Stack, faults: EngineFaults) -> None:
    invoke(stack)
    faults.set("cold", "cold-starts", rate=1, delay={"fixed_ms": 400})

    invoked = invoke(stack)
    assert not invoked.error
    init_ms = float(invoked.log.partition("Init Duration: ")[2].split()[0])
    assert init_ms > 400


def test_a_slow_handler_takes_longer(stack: Stack, faults: EngineFaults) -> None:
    invoke(stack)
    faults.set("slow", "slow-handlers", rate=1, delay={"fixed_ms": 500})

    invoked = invoke(stack)
    assert not invoked.error
    assert invoked.seconds > 0.5


def test_a_function_that_stands_still_times_out_and_the_next_invocation_works(
    stack: Stack, faults: EngineFaults
) -> None:
    faults.set("still", "timeouts", rate=1)

    assert "Task timed out after 3.00 seconds" in invoke(stack).error
    assert not invoke(stack).error


def test_a_function_without_memory_is_killed_and_the_next_invocation_works(stack: Stack, faults: EngineFaults) -> None:
    faults.set("full", "out-of-memory", rate=1)

    invoked = invoke(stack)
    assert "Runtime exited with error: signal: killed" in invoked.error
    assert "Max Memory Used: 256 MB" in invoked.log
    assert not invoke(stack).error


def test_a_function_that_fails_to_initialize_says_so_and_the_next_invocation_works(
    stack: Stack, faults: EngineFaults
) -> None:
    faults.set("no-start", "init-failures", rate=1)

    invoked = invoke(stack)
    assert "Runtime exited with error: exit status 1" in invoked.error
    assert "INIT_REPORT" in invoked.log
    assert not invoke(stack).error


def test_a_throttled_invocation_is_429_and_the_function_is_not_run(stack: Stack, faults: EngineFaults) -> None:
    faults.set("throttled", "function-throttles", rate=1, scope={"resources": ["faulted-consumer"]})

    with pytest.raises(ClientError) as refused:
        invoke(stack)
    assert refused.value.response["Error"]["Code"] == "TooManyRequestsException"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 429
    assert not invoke(stack).error


def test_the_api_answers_503_for_a_send_that_is_throttled(stack: Stack, faults: EngineFaults) -> None:
    faults.set("throttled", "send-throttles", rate=1)

    refused = stack.post_user('{"name": "throttled", "email": "a@b.c"}')
    assert refused.status_code == 503
    assert "Retry-After" in refused.headers
    assert stack.post_user('{"name": "throttled", "email": "a@b.c"}').status_code == 202
    stack.wait_until_quiet()


@pytest.mark.usefixtures("our_event_source")
def test_the_event_source_comes_again_soon_when_its_receives_are_throttled(stack: Stack, faults: EngineFaults) -> None:
    faults.set("throttled", "receive-throttles", rate=1, times=4)
    began_s = time.monotonic()
    stack.wait_until_visible(stack.create("throttled receive"))

    assert faults.get("throttled")["fired"] == 4
    # LocalStack's worker backs off for 2, 3, 4.5 and 6.75 seconds after as many errors in a row.
    assert time.monotonic() - began_s < 10


def test_the_sound_stack_stores_each_message_once_whatever_happens_to_its_delivery(
    stack: Stack, faults: EngineFaults
) -> None:
    def stored() -> list[str]:
        """The messages of the items that this test made, one for each item."""
        return sorted(str(item["messageId"]) for item in stack.items() if item["messageId"] not in earlier)

    earlier = {str(item["messageId"]) for item in stack.items()}
    for kind in ("duplicates", "lost-deletes", "delays"):
        faults.set(kind, kind, rate=0.1, seed=3, ttl_s=200)
    created = sorted({stack.create(f"name {number}") for number in range(30)})

    wait_until(stored, lambda seen: len(seen) >= len(created), deadline_s=100)
    faults.heal_all()
    stack.wait_until_quiet()
    assert stored() == created
    assert stack.queue_depth("dead_letter_queue_url") == 0
