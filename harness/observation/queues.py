"""The queue and its dead-letter queue: counted, and read without taking anything away."""

import contextlib
import itertools
import json
import time
from typing import TYPE_CHECKING, Final

from harness.history import Message, QueueDepths
from harness.observation import ObservationError, Redrive
from harness.observation.clients import AwsClients
from harness.observation.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from types_boto3_sqs.literals import QueueAttributeNameType
    from types_boto3_sqs.type_defs import MessageTypeDef

# The most that one call of SQS's takes or gives.
_BATCH: Final = 10

_WAIT_S: Final = 1
"""How long one call waits for a message where some are counted; a wait also makes AWS ask all of its servers."""

_PATIENCE_S: Final = 5
"""How long nothing new may come before what is still counted is taken to be in somebody else's hands."""

_MARGIN_S: Final = 30
"""What the messages stay hidden beyond the time for reading, so that none comes twice."""

_COUNTS: "Final[Sequence[QueueAttributeNameType]]" = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)


def count_messages(clients: AwsClients, queue_url: str, dead_letter_queue_url: str) -> QueueDepths:
    """Count both queues' messages.

    Raises:
        ObservationError: see `AwsClients.asking`; a dead-letter queue that does not exist is no error.
    """
    visible, in_flight, delayed = _counts(clients, queue_url)
    try:
        dead_lettered = sum(_counts(clients, dead_letter_queue_url))
    except _NoQueueError:
        return QueueDepths(visible, in_flight, delayed, None)
    return QueueDepths(visible, in_flight, delayed, dead_lettered)


def read_messages(clients: AwsClients, queue_url: str, reading: Reading) -> list[Message]:
    """Return every message of a queue, once, and give all back, also when it ends in an error.

    They are hidden from others meanwhile. Where giving back fails, they come back by themselves when what was left
    of the reading's time, and half a minute, has passed.

    Raises:
        ObservationError: see `AwsClients.asking` and `Reading.go_on`; or somebody else holds some of them.
    """
    seen: dict[str, Message] = {}
    handles: dict[str, str] = {}
    try:
        newest_at_s = time.monotonic()
        while (counted := sum(_counts(clients, queue_url))) > len(seen):
            while len(seen) < counted and (batch := _receive(clients, queue_url, reading)):
                newest_at_s = time.monotonic()
                seen |= {message["MessageId"]: _message(message) for message in batch}
                handles |= {message["MessageId"]: message["ReceiptHandle"] for message in batch}
                reading.go_on(_name(queue_url), f"{len(seen)} messages")
            if len(seen) < counted and time.monotonic() - newest_at_s > _PATIENCE_S:
                hidden = f"somebody else holds {counted - len(seen)} of its {counted} messages"
                raise ObservationError(f"{_name(queue_url)}: not read to its end, {hidden}")
            reading.go_on(_name(queue_url), f"{len(seen)} messages")
        return list(seen.values())
    finally:
        with contextlib.suppress(ObservationError):
            _give_back(clients, queue_url, list(handles.values()))


def read_redrive(clients: AwsClients, queue_url: str) -> Redrive | None:
    """Return where a queue hands on what fails too often; None: nowhere.

    Raises:
        ObservationError: see `AwsClients.asking`.
    """
    with clients.asking(_name(queue_url)):
        answer = clients.sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["RedrivePolicy"])
        text = answer.get("Attributes", {}).get("RedrivePolicy")
        if not text:
            return None
        policy = json.loads(text)
        max_receive_count = int(policy["maxReceiveCount"])
        account, name = policy["deadLetterTargetArn"].split(":")[-2:]
    with clients.asking(f"queue {name}"):
        try:
            clients.sqs.get_queue_url(QueueName=name, QueueOwnerAWSAccountId=account)
        except clients.sqs.exceptions.QueueDoesNotExist:
            return Redrive(max_receive_count, dead_letter_queue_exists=False)
    return Redrive(max_receive_count, dead_letter_queue_exists=True)


def read_visibility_timeout_s(clients: AwsClients, queue_url: str) -> float:
    """Return how long a queue hides a message that was received, where the receive does not say otherwise.

    Raises:
        ObservationError: see `AwsClients.asking`.
    """
    with clients.asking(_name(queue_url)):
        answer = clients.sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["VisibilityTimeout"])
        return float(answer["Attributes"]["VisibilityTimeout"])


def send(clients: AwsClients, queue_url: str, body: str) -> str:
    """Send one message, once, and return its ID.

    Raises:
        ObservationError: see `AwsClients.asking`. It may have been sent all the same.
    """
    with clients.asking(f"sending to {_name(queue_url)}"):
        return clients.sqs_once.send_message(QueueUrl=queue_url, MessageBody=body)["MessageId"]


class _NoQueueError(ObservationError):
    """The queue does not exist."""


def _counts(clients: AwsClients, queue_url: str) -> list[int]:
    """Return how many messages are visible, in flight and delayed."""
    with clients.asking(_name(queue_url)):
        try:
            answer = clients.sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=_COUNTS)
        except clients.sqs.exceptions.QueueDoesNotExist as error:
            raise _NoQueueError(f"{_name(queue_url)} does not exist") from error
        return [int(answer["Attributes"][name]) for name in _COUNTS]


def _receive(clients: AwsClients, queue_url: str, reading: Reading) -> "list[MessageTypeDef]":
    with clients.asking(_name(queue_url)):
        answer = clients.sqs.receive_message(
            QueueUrl=queue_url,
            MaxNumberOfMessages=_BATCH,
            WaitTimeSeconds=_WAIT_S,
            VisibilityTimeout=max(0, int(reading.ends_at_s - time.monotonic())) + _MARGIN_S,
            MessageSystemAttributeNames=["ApproximateReceiveCount"],
        )
        return answer.get("Messages", [])


def _message(message: "MessageTypeDef") -> Message:
    receive_count = message.get("Attributes", {}).get("ApproximateReceiveCount")
    return Message(message["MessageId"], message["Body"], None if receive_count is None else int(receive_count))


def _give_back(clients: AwsClients, queue_url: str, handles: list[str]) -> None:
    for batch in itertools.batched(handles, _BATCH, strict=False):
        with clients.asking(_name(queue_url)):
            clients.sqs.change_message_visibility_batch(
                QueueUrl=queue_url,
                Entries=[
                    {"Id": str(number), "ReceiptHandle": handle, "VisibilityTimeout": 0}
                    for number, handle in enumerate(batch)
                ],
            )


def _name(queue_url: str) -> str:
    return f"queue {queue_url.rpartition('/')[2]}"
