"""What a benchmark does to a stack past its API: fills the queue or the table, and looks at them."""

import json
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import batched
from typing import TYPE_CHECKING, Final

import boto3
from botocore.config import Config

from harness.errors import UnavailableError
from harness.stack.deployment import Deployment

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_lambda import LambdaClient
    from types_boto3_sqs import SQSClient

_THREADS: Final = 4
_MESSAGES_A_CALL: Final = 10
_ITEMS_A_CALL: Final = 25
_LOOK_EVERY_S: Final = 0.1
_SETTLE_TIMEOUT_S: Final = 60
_MESSAGE: Final = json.dumps({"name": "Ada Lovelace", "email": "ada@example.com"})


class StackResources:
    """The queue, the event source and the table of one deployment."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        session = boto3.Session(deployment.account_id, "test", region_name=deployment.region)
        config = Config(max_pool_connections=_THREADS, read_timeout=120, retries={"total_max_attempts": 1})
        url = deployment.endpoint_url
        self._sqs: SQSClient = session.client("sqs", endpoint_url=url, config=config)
        self._lambda: LambdaClient = session.client("lambda", endpoint_url=url, config=config)
        self._dynamodb: DynamoDBClient = session.client("dynamodb", endpoint_url=url, config=config)

    def drain_rate(self, messages: int, *, most_s: float) -> float:
        """Fill the queue while the consumer is off, turn it on, and return how many messages it does a second.

        Args:
            messages: how many are queued, beside what is in the queue already.
            most_s: what is not done by then is not counted.
        """
        self._enable_consumer(enabled=False)
        try:
            self._fill_queue(messages)
            queued = self._queue_depth()
        finally:
            began_s = time.monotonic()
            self._enable_consumer(enabled=True, settled=False)
        left = self.wait_until_drained(most_s)
        return (queued - left) / (time.monotonic() - began_s)

    def purge_queue(self) -> None:
        """Forget all messages, in flight or not."""
        self._sqs.purge_queue(QueueUrl=self._deployment.queue_url)

    def wait_until_drained(self, most_s: float) -> int:
        """Return how many messages are left: 0 as soon as there are none, or what there are after `most_s`."""
        give_up_at = time.monotonic() + most_s
        while (left := self._queue_depth()) and time.monotonic() < give_up_at:
            time.sleep(_LOOK_EVERY_S)
        return left

    def write_users(self, message_ids: Iterable[str], *, most_s: float) -> int:
        """Put a user for each message into the table, by batches, past the queue.

        Returns:
            How many were written: less than all when `most_s` was over first.
        """
        give_up_at = time.monotonic() + most_s

        def write(batch: tuple[str, ...]) -> int:
            if time.monotonic() > give_up_at:
                return 0
            requests = [{"PutRequest": {"Item": _user(message_id)}} for message_id in batch]
            answer = self._dynamodb.batch_write_item(
                RequestItems={self._deployment.table_name: requests}  # type: ignore[dict-item]  # plain strings only
            )
            return len(batch) - len(answer["UnprocessedItems"].get(self._deployment.table_name, []))

        return sum(_in_parallel(write, batched(message_ids, _ITEMS_A_CALL, strict=False)))

    def _fill_queue(self, messages: int) -> None:
        def send(batch: tuple[int, ...]) -> int:
            self._sqs.send_message_batch(
                QueueUrl=self._deployment.queue_url,
                Entries=[{"Id": str(number), "MessageBody": _MESSAGE} for number in batch],
            )
            return len(batch)

        sum(_in_parallel(send, batched(range(messages), _MESSAGES_A_CALL, strict=False)))

    def _queue_depth(self) -> int:
        answer = self._sqs.get_queue_attributes(
            QueueUrl=self._deployment.queue_url,
            AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
        )
        return sum(int(value) for value in answer["Attributes"].values())

    def _enable_consumer(self, *, enabled: bool, settled: bool = True) -> None:
        """Turn the event source on or off, and wait until it is, if `settled`."""
        function_name = self._deployment.function_name
        mapping = self._lambda.list_event_source_mappings(FunctionName=function_name)["EventSourceMappings"][0]
        wanted = "Enabled" if enabled else "Disabled"
        self._lambda.update_event_source_mapping(UUID=mapping["UUID"], Enabled=enabled)
        give_up_at = time.monotonic() + _SETTLE_TIMEOUT_S
        while settled:
            state = self._lambda.get_event_source_mapping(UUID=mapping["UUID"])["State"]
            if state == wanted:
                return
            if time.monotonic() > give_up_at:
                raise UnavailableError(f"{function_name}: its event source is {state}, not {wanted}, after a minute")
            time.sleep(_LOOK_EVERY_S)


def new_message_ids(count: int) -> Iterator[str]:
    """Return message IDs that no message has."""
    return (str(uuid.uuid4()) for _ in range(count))


def _user(message_id: str) -> dict[str, dict[str, str]]:
    """Return a user as the consumer writes one."""
    values = {
        "id": str(uuid.uuid5(uuid.NAMESPACE_OID, message_id)),
        "messageId": message_id,
        "name": "Ada Lovelace",
        "email": "ada@example.com",
        "createdAt": "2026-01-01T00:00:00.000Z",
    }
    return {name: {"S": value} for name, value in values.items()}


def _in_parallel[B](call: Callable[[B], int], batches: Iterable[B]) -> Iterator[int]:
    with ThreadPoolExecutor(_THREADS) as pool:
        yield from pool.map(call, batches)
