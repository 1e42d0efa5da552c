"""What happens to a batch: each record by itself, none acknowledged before its user is stored."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from botocore.exceptions import ClientError

from consumer.log import Log
from consumer.user import RejectedError, User, user_from_record


class Users(Protocol):
    """Where users are stored."""

    def put_if_absent(self, user: User) -> bool:
        """Store the user; return whether it was new."""


type Clock = Callable[[], int]
"""Tells the time, in milliseconds of the Unix epoch."""


def failed_messages(
    records: Iterable[Mapping[str, Any]], users: Users, log: Log, clock: Clock, request_id: str
) -> list[str]:
    """Store the user of each record; return the IDs of the messages to deliver again.

    A record that holds no user is among them too: only running out of deliveries takes a message to the
    dead-letter queue. Never raises for what is in a record, or for what storing one raises.

    Each record is one line in the log, with what the harness makes the stack's own times of: when the queue
    accepted the message, when this batch was received and, if it was, when the user was written.
    """
    invocation: dict[str, str | int] = {"requestId": request_id, "receivedAtMs": clock()}
    return [record["messageId"] for record in records if not _stored(record, users, log, clock, invocation)]


def _stored(
    record: Mapping[str, Any], users: Users, log: Log, clock: Clock, invocation: Mapping[str, str | int]
) -> bool:
    fields = {
        "messageId": record["messageId"],
        "receiveCount": _attribute(record, "ApproximateReceiveCount"),
        "sentAtMs": _attribute(record, "SentTimestamp"),
        **invocation,
    }
    try:
        new = users.put_if_absent(user_from_record(record))
    except RejectedError as rejection:
        log("WARNING", "The message holds no user", outcome="rejected", reason=str(rejection), **fields)
        return False
    except Exception as error:  # noqa: BLE001 - whatever it is, it must fail this message only
        log("ERROR", "The user was not stored", outcome="failed", reason=_kind(error), **fields)
        return False
    if new:
        log("INFO", "The user is stored", outcome="stored", writtenAtMs=clock(), **fields)
    else:
        log("INFO", "The user was stored before", outcome="duplicate", **fields)
    return True


def _attribute(record: Mapping[str, Any], name: str) -> int | None:
    try:
        return int(record["attributes"][name])
    except (KeyError, ValueError, TypeError):
        return None


def _kind(error: Exception) -> str:
    """Name the error without its text, which may quote the item: its type, and AWS's code if it has one."""
    if isinstance(error, ClientError):
        return f"{type(error).__name__}: {error.response.get('Error', {}).get('Code')}"
    return type(error).__name__
