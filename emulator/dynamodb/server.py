"""The server in the engine's own process: it finds the account's and region's tables and runs one operation.

An account and region have tables, and a lock, of their own. What is done under that lock is done at once: a
condition and its write, a whole transaction, a page.
"""

from collections.abc import Callable, Mapping
from functools import partial
from threading import Lock
from typing import Any

from emulator.dynamodb.database import Clock, Database, utc_now
from emulator.dynamodb.lagging import Lag
from emulator.dynamodb.operations import (
    Request,
    Response,
    batches,
    reads,
    streams,
    tables,
    transactions,
    writes,
)
from emulator.dynamodb.values import Item

OPERATIONS: Mapping[str, Callable[[Database, Request], Response]] = {
    "CreateTable": tables.create_table,
    "DescribeTable": tables.describe_table,
    "UpdateTable": tables.update_table,
    "DeleteTable": tables.delete_table,
    "ListTables": tables.list_tables,
    "PutItem": writes.put_item,
    "UpdateItem": writes.update_item,
    "DeleteItem": writes.delete_item,
    "GetItem": reads.get_item,
    "Query": reads.query,
    "Scan": reads.scan,
    "BatchGetItem": batches.batch_get_item,
    "BatchWriteItem": batches.batch_write_item,
    "TransactGetItems": transactions.transact_get_items,
    "TransactWriteItems": transactions.transact_write_items,
    "ListStreams": streams.list_streams,
    "DescribeStream": streams.describe_stream,
    "GetShardIterator": streams.get_shard_iterator,
    "GetRecords": streams.get_records,
}


class Server:
    """All databases of the engine.

    Args:
        clock: tells the time.
        lag_of: says how late a write is seen, given the operation that makes it, the table's ARN, and the item that is
            written or taken away; None: at once.
    """

    def __init__(self, clock: Clock = utc_now, lag_of: Callable[[str, str, Item], Lag | None] | None = None) -> None:
        self._clock = clock
        self._lag_of = lag_of
        self._databases: dict[tuple[str, str], Database] = {}
        self._lock = Lock()

    def handle(
        self,
        operation: str,
        request: Mapping[str, Any],
        *,
        account_id: str,
        region: str,
        partition: str = "aws",
        ago_s: float = 0,
    ) -> Response:
        """Run one operation in an account and region, and return its response.

        `request` is within the constraints of AWS's service model (see `constraints`). What it reads that need not be
        consistent it sees as it was `ago_s` seconds ago, if what was written since is remembered (`Lag`).

        Raises:
            DynamoDbError: the request is refused.
            NotImplementedError: this server does not know the operation.
        """
        run = OPERATIONS.get(operation)
        if run is None:
            raise NotImplementedError(f"DynamoDB operation {operation} is not supported by this engine")
        database = self._database(account_id, region, partition)
        with database.lock:
            if database.catches_up:
                database.catch_up()
            if database.forgets and not ago_s:
                database.forget()
            database.operation, database.ago_s = operation, ago_s
            return run(database, request)

    def reset(self) -> None:
        """Forget everything."""
        with self._lock:
            self._databases.clear()

    def catch_up(self) -> None:
        """Let every write be seen from now on that is still to be seen late.

        Never waits: who calls may hold a database, whose write ended a fault, while another's does the same.
        """
        for database in self._all():
            if database.lock.acquire(blocking=False):
                try:
                    database.catch_up()
                finally:
                    database.lock.release()
            else:
                database.catches_up = True

    def forget(self, account_id: str) -> None:
        """Keep nothing any more of what an account's reads saw before, from its next operation on that sees what is.

        One that is about to see what was still does: it may have been what ended its fault.
        """
        for database in self._all():
            if database.account_id == account_id:
                database.forgets = True

    def _all(self) -> tuple[Database, ...]:
        with self._lock:
            return tuple(self._databases.values())

    def _database(self, account_id: str, region: str, partition: str) -> Database:
        place = account_id, region
        with self._lock:
            if place not in self._databases:
                database = self._databases[place] = Database(account_id, region, partition, self._clock)
                if self._lag_of is not None:
                    database.lag_of = partial(_lag, self._lag_of, database)
            return self._databases[place]


def _lag(lag_of: Callable[[str, str, Item], Lag | None], database: Database, table_arn: str, item: Item) -> Lag | None:
    return lag_of(database.operation, table_arn, item)
