"""What a function is sent: one record for each message of a batch, and how much fits into one batch."""

import base64
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

type Message = dict[str, Any]
type Record = dict[str, Any]

# Lambda's limit for the payload of a synchronous invocation, and with it for a batch.
# https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html#invocation-eventsourcemapping-batching
MAX_BATCH_BYTES = 6 * 1024 * 1024


def record_of(message: Message, queue_arn: str, region: str) -> Record:
    """Return the event record of one message as `ReceiveMessage` answers it, its body left exactly as it was sent.

    The shape: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
    """
    record = {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": dict(message.get("Attributes") or {}),
        "messageAttributes": {
            name: {_lower_first(key): _as_text(value) for key, value in attribute.items()}
            for name, attribute in (message.get("MessageAttributes") or {}).items()
        },
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": region,
    }
    if md5 := message.get("MD5OfMessageAttributes"):
        record["md5OfMessageAttributes"] = md5
    return record


def matching(record: Record, patterns: Iterable[Any], matches: Callable[[Any, Any], bool]) -> bool:
    """Whether a record passes the mapping's filters: no filter at all, or one that `matches`.

    A filter sees the body as JSON where it is JSON; the function sees it as it was sent.
    """
    patterns = list(patterns)
    if not patterns:
        return True
    seen = record | {"body": _as_json(record["body"])}
    return any(matches(pattern, seen) for pattern in patterns)


def payloads(records: Iterable[Record], max_bytes: int = MAX_BATCH_BYTES) -> Iterator[tuple[list[Record], bytes]]:
    """Split records, in order, into as few payloads as fit; yields each with the records that it holds.

    A record too large to fit alone still gets a payload: the function service refuses it, and says why.
    """
    batch: list[Record] = []
    encoded: list[bytes] = []
    size = len(_wrap([]))
    for record in records:
        text = json.dumps(record).encode()
        if batch and size + len(text) + 1 > max_bytes:
            yield batch, _wrap(encoded)
            batch, encoded, size = [], [], len(_wrap([]))
        batch.append(record)
        encoded.append(text)
        size += len(text) + 1
    if batch:
        yield batch, _wrap(encoded)


def _wrap(encoded_records: list[bytes]) -> bytes:
    return b'{"Records": [' + b",".join(encoded_records) + b"]}"


def _as_json(body: str) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body


def _as_text(value: Any) -> Any:
    """Return an attribute's value as JSON has it: what is binary in base64, as SQS itself answers in JSON."""
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _lower_first(name: str) -> str:
    return name[:1].lower() + name[1:]
