"""A mapping and messages for the tests of this package."""

from typing import Any

from model.event_source.mapping import QueueMapping
from model.event_source.records import Message


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


def message_of(body: str, group: str | None = None) -> Message:
    """Return a message as `ReceiveMessage` answers it; its ID is `<body>-id`."""
    attributes = {"MessageGroupId": group} if group else {}
    return {
        "MessageId": f"{body}-id",
        "ReceiptHandle": body,
        "Body": body,
        "MD5OfBody": "",
        "Attributes": attributes,
    }


def messages_of(bodies: str) -> list[Message]:
    """Return one message for each character."""
    return [message_of(body) for body in bodies]


def bodies_of(messages: tuple[Message, ...]) -> str:
    return "".join(message["Body"] for message in messages)
