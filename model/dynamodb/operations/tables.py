"""Operations on tables: CreateTable, DescribeTable, UpdateTable, DeleteTable, ListTables.

A table is there as soon as it is created, and gone as soon as it is deleted. What else a description holds
(tags, expiry, encryption, replicas, warm throughput) LocalStack's provider adds. Sources: API reference of
these.
"""

from typing import Any

from model.dynamodb.database import Database, Table, table_name
from model.dynamodb.definitions import created_definition, stream_view_type, updated_definition
from model.dynamodb.errors import ResourceInUseError, ValidationError
from model.dynamodb.operations import Request, Response
from model.dynamodb.schema import Index

MAX_NAMES_PER_PAGE = 100

_UPDATABLE = (
    "BillingMode",
    "ProvisionedThroughput",
    "GlobalSecondaryIndexUpdates",
    "StreamSpecification",
    "DeletionProtectionEnabled",
)


def create_table(database: Database, request: Request) -> Response:
    """Make a table, with its indexes and its stream."""
    name = table_name(request["TableName"])
    definition = created_definition(request, name)
    if name in database.tables:
        raise ResourceInUseError(f"Table already exists: {name}")
    table = Table(database.table_arn(name), definition, database.host, database.lag_of_write)
    if definition.stream_view_type:
        table.start_stream(definition.stream_view_type)
    database.tables[name] = table
    return {"TableDescription": describe(table)}


def describe_table(database: Database, request: Request) -> Response:
    """Return what a table is declared to be and how much is in it."""
    return {"Table": describe(database.described_table(request["TableName"]))}


def update_table(database: Database, request: Request) -> Response:
    """Change what a table is declared to be. A new index has all items at once."""
    table = database.described_table(request["TableName"])
    if not any(parameter in request for parameter in _UPDATABLE):
        # LocalStack's provider counts on these words for what it keeps itself: class, encryption, replicas.
        raise ValidationError("Nothing to update")
    definition = updated_definition(table.definition, request)
    if "StreamSpecification" in request:
        _update_stream(table, request)
    for name in table.definition.indexes.keys() - definition.indexes.keys():
        table.store.drop_index(name)
    for name in definition.indexes.keys() - table.definition.indexes.keys():
        table.store.add_index(name, definition.indexes[name].keys)
    table.definition = definition
    return {"TableDescription": describe(table)}


def delete_table(database: Database, request: Request) -> Response:
    """Take a table away, with all that is in it."""
    table = database.described_table(request["TableName"])
    if table.definition.deletion_protection:
        raise ValidationError(
            "Resource cannot be deleted as it is currently protected against deletion. "
            f"Disable deletion protection first: {table.name}"
        )
    del database.tables[table.name]
    return {"TableDescription": describe(table) | {"TableStatus": "DELETING"}}


def list_tables(database: Database, request: Request) -> Response:
    """Return a page of the tables' names, in order."""
    start = request.get("ExclusiveStartTableName", "")
    names = sorted(name for name in database.tables if name > start)
    page = names[: request.get("Limit", MAX_NAMES_PER_PAGE)]
    return {"TableNames": page} | ({"LastEvaluatedTableName": page[-1]} if len(page) < len(names) else {})


def describe(table: Table) -> dict[str, Any]:
    """Return a table's `TableDescription`."""
    definition = table.definition
    description: dict[str, Any] = {
        "AttributeDefinitions": definition.attribute_definitions(),
        "TableName": table.name,
        "KeySchema": definition.keys.describe(),
        "TableStatus": "ACTIVE",
        "CreationDateTime": table.created_at,
        "ProvisionedThroughput": _throughput(definition.throughput),
        "TableSizeBytes": table.store.size_bytes,
        "ItemCount": len(table.store),
        "TableArn": table.arn,
        "TableId": table.id,
        "DeletionProtectionEnabled": definition.deletion_protection,
    }
    if definition.billing_mode == "PAY_PER_REQUEST":
        description["BillingModeSummary"] = {
            "BillingMode": "PAY_PER_REQUEST",
            "LastUpdateToPayPerRequestDateTime": table.created_at,
        }
    for parameter, is_global in (("GlobalSecondaryIndexes", True), ("LocalSecondaryIndexes", False)):
        indexes = [
            _describe_index(table, index) for index in definition.indexes.values() if index.is_global is is_global
        ]
        if indexes:
            description[parameter] = indexes
    if table.latest_stream_label:
        description["LatestStreamLabel"] = table.latest_stream_label
        description["LatestStreamArn"] = f"{table.arn}/stream/{table.latest_stream_label}"
    if table.stream:
        description["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": table.stream.view_type}
    return description


def _describe_index(table: Table, index: Index) -> dict[str, Any]:
    description: dict[str, Any] = {
        "IndexName": index.name,
        "KeySchema": index.keys.describe(),
        "Projection": index.projection,
        "IndexSizeBytes": 0,
        "ItemCount": len(table.store.order(index.name)),
        "IndexArn": f"{table.arn}/index/{index.name}",
    }
    if index.is_global:
        description["IndexStatus"] = "ACTIVE"
        description["ProvisionedThroughput"] = _throughput(index.throughput)
    return description


def _throughput(declared: Any) -> dict[str, int]:
    units = declared or {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0}
    return {
        "NumberOfDecreasesToday": 0,
        "ReadCapacityUnits": units["ReadCapacityUnits"],
        "WriteCapacityUnits": units["WriteCapacityUnits"],
    }


def _update_stream(table: Table, request: Request) -> None:
    view_type = stream_view_type(request["StreamSpecification"])
    if view_type and table.stream:
        raise ValidationError(f"Table already has an enabled stream: TableName: {table.name}")
    if not view_type and not table.stream:
        raise ValidationError(f"Table has no stream to disable: TableName: {table.name}")
    if view_type:
        table.start_stream(view_type)
    else:
        table.stream = None
