"""Operations of DynamoDB Streams: ListStreams, DescribeStream, GetShardIterator, GetRecords.

Source: API reference of DynamoDB Streams.
"""

from model.dynamodb.database import Database
from model.dynamodb.errors import ResourceNotFoundError
from model.dynamodb.operations import Request, Response
from model.dynamodb.streams import MAX_RECORDS_PER_CALL, Stream, split_iterator

MAX_STREAMS_PER_PAGE = 100


def list_streams(database: Database, request: Request) -> Response:
    """Return a page of all streams, or of those of one table."""
    streams = sorted(_streams(database, request.get("TableName")), key=lambda stream: stream.arn)
    start = request.get("ExclusiveStartStreamArn", "")
    after = [stream for stream in streams if stream.arn > start]
    page = after[: request.get("Limit", MAX_STREAMS_PER_PAGE)]
    found = [{"StreamArn": one.arn, "TableName": one.table_name, "StreamLabel": one.label} for one in page]
    more = {"LastEvaluatedStreamArn": page[-1].arn} if len(page) < len(after) else {}
    return {"Streams": found} | more


def describe_stream(database: Database, request: Request) -> Response:
    """Return a stream's settings and its shard."""
    return {"StreamDescription": _stream(database, request["StreamArn"]).describe()}


def get_shard_iterator(database: Database, request: Request) -> Response:
    """Return where in a shard to begin to read."""
    return {"ShardIterator": _stream(database, request["StreamArn"]).iterator(request)}


def get_records(database: Database, request: Request) -> Response:
    """Return records from an iterator on, and the iterator to go on with."""
    arn, position = split_iterator(request["ShardIterator"])
    limit = request.get("Limit", MAX_RECORDS_PER_CALL)
    records, iterator = _stream(database, arn).records(position, limit)
    return {"Records": records, "NextShardIterator": iterator}


def _streams(database: Database, name: str | None) -> list[Stream]:
    return [
        table.stream for table in database.tables.values() if table.stream is not None and name in {None, table.name}
    ]


def _stream(database: Database, arn: str) -> Stream:
    for stream in _streams(database, None):
        if stream.arn == arn:
            return stream
    raise ResourceNotFoundError(f"Requested resource not found: Stream: {arn} not found")
