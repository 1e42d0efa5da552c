"""Runs an operation of the API, by its name, on a database."""

from collections.abc import Callable, Mapping

from model.dynamodb.database import Database
from model.dynamodb.operations import (
    Request,
    Response,
    batches,
    reads,
    streams,
    tables,
    transactions,
    writes,
)

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


def run(operation: str, database: Database, request: Request, ago_s: float = 0) -> Response:
    """Run one operation and return its response.

    Args:
        operation: its name.
        database: what it is run on. No other operation is run on it meanwhile.
        request: within the constraints of AWS's service model (see `constraints`).
        ago_s: as of how many seconds ago it sees what it reads that need not be consistent, if what was written since
            is remembered (`Lag`).

    Raises:
        DynamoDbError: the request is refused.
        NotImplementedError: there is no such operation here.
    """
    operate = OPERATIONS.get(operation)
    if operate is None:
        raise NotImplementedError(f"DynamoDB operation {operation} is not supported by this engine")
    database.operation, database.ago_s = operation, ago_s
    return operate(database, request)
