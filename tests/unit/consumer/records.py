"""Records as Lambda hands them over, a table without DynamoDB, and a log that is kept."""

import json
from dataclasses import dataclass, field
from typing import Any

from consumer.user import User

MESSAGE_ID = "5f0d4a2c-9c8e-4c0b-8d35-0a1b2c3d4e5f"
REQUEST_ID = "c3f3a3f0-1f5e-4f0a-9d59-7d6c5b4a3928"
SENT_AT_MS = 1795461015550
RECEIVED_AT_MS = 1795461015600


def record(body: object, message_id: str = MESSAGE_ID) -> dict[str, Any]:
    """Return a record with this body; what is no text is written as JSON."""
    return {
        "messageId": message_id,
        "receiptHandle": "a-handle",
        "body": body if isinstance(body, str) else json.dumps(body),
        "attributes": {"ApproximateReceiveCount": "2", "SentTimestamp": str(SENT_AT_MS)},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
    }


@dataclass
class FakeUsers:
    """A table that keeps the first user of each ID, and fails for messages it is told of."""

    stored: dict[str, User] = field(default_factory=dict)
    errors: dict[str, Exception] = field(default_factory=dict)

    def put_if_absent(self, user: User) -> bool:
        if user.message_id in self.errors:
            raise self.errors[user.message_id]
        new = user.id not in self.stored
        self.stored.setdefault(user.id, user)
        return new


@dataclass
class KeptLog:
    """A log whose lines a test can read."""

    lines: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, level: str, message: str, **fields: str | int | None) -> None:
        self.lines.append({"level": level, "message": message, **fields})


@dataclass
class SteppingClock:
    """A clock that is a millisecond later each time somebody looks."""

    next_ms: int = RECEIVED_AT_MS

    def __call__(self) -> int:
        self.next_ms += 1
        return self.next_ms - 1
