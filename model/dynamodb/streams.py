"""A table's stream: one record for each change of an item, in the order of the changes, for a day.

A stream has one shard, which stays open as long as the stream is enabled. A shard iterator is a place in
that shard and holds no state here. Sources: API reference of DynamoDB Streams; Developer Guide, "Change
data capture for DynamoDB Streams".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from model.dynamodb.errors import ExpiredIteratorError, ResourceNotFoundError, TrimmedDataAccessError
from model.dynamodb.keys import key_attributes
from model.dynamodb.schema import KeySchema
from model.dynamodb.values import Item, item_size_bytes

RETENTION = timedelta(hours=24)
MAX_RECORDS_PER_CALL = 1000
FIRST_SEQUENCE_NUMBER = 100_000_000_000_000_000_000  # at least 21 digits, as the API wants

SHARD_ID = "shardId-00000000000000000000-00000001"


@dataclass(slots=True)
class Stream:
    """The stream of one table since it was enabled."""

    arn: str
    label: str
    region: str
    table_name: str
    keys: KeySchema
    view_type: str
    created_at: datetime
    _records: list[dict[str, Any]] = field(default_factory=list)
    _trimmed: int = 0

    def append(self, old: Item | None, new: Item | None, now: datetime, new_uuid: Callable[[], UUID]) -> None:
        """Record a change of an item. A write that changes nothing leaves no record."""
        item = new if new is not None else old
        if item is None or old == new:
            return
        change: dict[str, Any] = {
            "ApproximateCreationDateTime": now.replace(microsecond=0),
            "Keys": key_attributes(self.keys, item),
            "SequenceNumber": str(FIRST_SEQUENCE_NUMBER + self._trimmed + len(self._records)),
            "SizeBytes": sum(item_size_bytes(image) for image in (old, new) if image is not None),
            "StreamViewType": self.view_type,
        }
        if new is not None and self.view_type in {"NEW_IMAGE", "NEW_AND_OLD_IMAGES"}:
            change["NewImage"] = new
        if old is not None and self.view_type in {"OLD_IMAGE", "NEW_AND_OLD_IMAGES"}:
            change["OldImage"] = old
        self._records.append(
            {
                "eventID": new_uuid().hex,
                "eventName": "INSERT" if old is None else "REMOVE" if new is None else "MODIFY",
                "eventVersion": "1.1",
                "eventSource": "aws:dynamodb",
                "awsRegion": self.region,
                "dynamodb": change,
            }
        )
        self._trim(now)

    def describe(self) -> dict[str, Any]:
        """Return the stream as DescribeStream does."""
        return {
            "StreamArn": self.arn,
            "StreamLabel": self.label,
            "StreamStatus": "ENABLED",
            "StreamViewType": self.view_type,
            "CreationRequestDateTime": self.created_at,
            "TableName": self.table_name,
            "KeySchema": self.keys.describe(),
            "Shards": [
                {
                    "ShardId": SHARD_ID,
                    "SequenceNumberRange": {"StartingSequenceNumber": str(FIRST_SEQUENCE_NUMBER)},
                }
            ],
        }

    def iterator(self, request: Mapping[str, Any]) -> str:
        """Return a place in the shard, as GetShardIterator asks for it: the stream's ARN and a position.

        Raises:
            ResourceNotFoundError: there is no such shard.
            TrimmedDataAccessError: the sequence number asked for is older than the stream keeps.
        """
        if request["ShardId"] != SHARD_ID:
            raise ResourceNotFoundError(
                f"Requested resource not found: Shard: {request['ShardId']} in Stream: {self.arn} not found"
            )
        match request["ShardIteratorType"]:
            case "TRIM_HORIZON":
                position = self._trimmed
            case "LATEST":
                position = self._trimmed + len(self._records)
            case kind:
                position = int(request["SequenceNumber"]) - FIRST_SEQUENCE_NUMBER
                position += kind == "AFTER_SEQUENCE_NUMBER"
        self._check_kept(position)
        return f"{self.arn}|1|{position}"

    def records(self, position: int, limit: int) -> tuple[list[dict[str, Any]], str]:
        """Return up to `limit` records from a position on, and the iterator that goes on after them."""
        self._check_kept(position)
        first = position - self._trimmed
        found = self._records[first : first + limit]
        return found, f"{self.arn}|1|{position + len(found)}"

    def _check_kept(self, position: int) -> None:
        if position < self._trimmed:
            raise TrimmedDataAccessError("The operation attempted to read past the oldest stream record in a shard")

    def _trim(self, now: datetime) -> None:
        expired = 0
        while self._records[expired]["dynamodb"]["ApproximateCreationDateTime"] < now - RETENTION:
            expired += 1
        del self._records[:expired]
        self._trimmed += expired


def split_iterator(iterator: str) -> tuple[str, int]:
    """Return an iterator's stream ARN and position. Raises ExpiredIteratorError if it is none of ours."""
    arn, _, position = iterator.rpartition("|1|")
    if not arn or not position.isdecimal():
        raise ExpiredIteratorError("Shard iterator has expired")
    return arn, int(position)
