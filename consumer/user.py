"""From a queue's record to a user, or to the reason why there is none. Pure: no I/O, no clock, no randomness.

The same message gives the same user however often it is delivered: its ID derives from the message's ID, and
its time is when the message was sent.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid5

# Never change it: the same message would then make a second user.
NAMESPACE: Final = UUID("1c9f7a52-3d0e-5b8a-9b0f-6f2d6c1a7e44")

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class RejectedError(Exception):
    """A record that is no user. Its text is one of a few fixed ones: nothing of what was sent is in it."""


@dataclass(frozen=True)
class User:
    """What is stored for one message."""

    id: str
    message_id: str
    name: str
    email: str
    created_at: str  # ISO 8601, UTC, milliseconds
    created_by: str | None = None  # who called, where the API knows it

    def item(self) -> dict[str, dict[str, str]]:
        """Return the user as DynamoDB takes it: attribute names to typed values."""
        attributes = {
            "id": self.id,
            "messageId": self.message_id,
            "name": self.name,
            "email": self.email,
            "createdAt": self.created_at,
            "createdBy": self.created_by,
        }
        return {name: {"S": value} for name, value in attributes.items() if value is not None}


def user_from_record(record: Mapping[str, Any]) -> User:
    """Read one record of the event that Lambda makes of a batch of SQS messages.

    Args:
        record: as in https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html

    Raises:
        RejectedError: when there is no user in it. Another delivery would not change that.
    """
    message_id = _text(record.get("messageId"), "the record has no message ID")
    content = _content(record.get("body"))
    return User(
        id=str(uuid5(NAMESPACE, message_id)),
        message_id=message_id,
        name=_text(content.get("name"), "the name is not a text"),
        email=_text(content.get("email"), "the email is not a text"),
        created_at=_sent_at(record.get("attributes")),
        created_by=_created_by(record.get("messageAttributes")),
    )


def _content(body: object) -> Mapping[str, Any]:
    if not isinstance(body, str):
        raise RejectedError("the record has no body")
    try:
        # A byte order mark is no JSON, but what validates a request may let one pass.
        content = json.loads(body.removeprefix("\ufeff"))
    except (ValueError, RecursionError):  # ValueError: also a number with too many digits
        raise RejectedError("the body is not JSON") from None
    if not isinstance(content, dict):
        raise RejectedError("the body is not an object")
    return content


def _text(value: object, rejection: str) -> str:
    """Return `value` when it is a text that DynamoDB can store: not empty, no half of a surrogate pair."""
    if not isinstance(value, str) or not value:
        raise RejectedError(rejection)
    try:
        value.encode()
    except UnicodeEncodeError:
        raise RejectedError(rejection) from None
    return value


def _sent_at(attributes: object) -> str:
    if not isinstance(attributes, dict):
        raise RejectedError("the record has no attributes")
    try:
        sent_at_ms = int(attributes["SentTimestamp"])
        sent_at = EPOCH + timedelta(milliseconds=sent_at_ms)
    except (KeyError, ValueError, TypeError, OverflowError):
        raise RejectedError("the record has no time of sending") from None
    return sent_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _created_by(attributes: object) -> str | None:
    """Return who the API says called; None: it asks nobody. It is the API's word: a body has no say in it."""
    if not isinstance(attributes, dict) or "createdBy" not in attributes:
        return None
    attribute = attributes["createdBy"]
    value = attribute.get("stringValue") if isinstance(attribute, dict) else None
    return _text(value, "who created it is not a text")
