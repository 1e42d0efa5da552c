"""Operations BatchGetItem and BatchWriteItem: many items of many tables, each on its own.

Sources: API reference, "BatchGetItem" and "BatchWriteItem".
"""

from typing import Any

from model.dynamodb.capacity import Consumption, all_reported
from model.dynamodb.database import Database, Table
from model.dynamodb.errors import ValidationError
from model.dynamodb.expressions.request import Expressions
from model.dynamodb.keys import PrimaryKey, check_item_keys, primary_key
from model.dynamodb.operations import Request, Response
from model.dynamodb.operations.reads import projected
from model.dynamodb.operations.writes import kept_item, kept_key
from model.dynamodb.values import Item, item_size_bytes

MAX_GETS = 100
MAX_WRITES = 25
MAX_RESPONSE_BYTES = 16 * 1024 * 1024

_DUPLICATES = "Provided list of item keys contains duplicates"


def batch_get_item(database: Database, request: Request) -> Response:
    """Return up to 100 items; what would make the response too large comes back as unprocessed."""
    requested = request["RequestItems"]
    if sum(len(one["Keys"]) for one in requested.values()) > MAX_GETS:
        raise ValidationError("Too many items requested for the BatchGetItem call")
    found: dict[str, list[Item]] = {}
    unprocessed: dict[str, Any] = {}
    consumptions: dict[str, Consumption] = {}
    size_bytes = 0
    for name, one in requested.items():
        table = database.table(name)
        expressions = Expressions(one)
        projection = expressions.projection()
        expressions.finish()
        consumption = consumptions.setdefault(table.name, Consumption(table.definition))
        left = []
        found[name] = []
        for raw_key, key in zip(one["Keys"], _get_keys(table, one), strict=True):
            item = table.store.get(key) if one.get("ConsistentRead") else table.store.get_seen(key, database.ago_s)
            item_bytes = item_size_bytes(item or {})
            if size_bytes + item_bytes > MAX_RESPONSE_BYTES:
                left.append(raw_key)
                continue
            size_bytes += item_bytes
            consumption.add_read(item_bytes, consistent=bool(one.get("ConsistentRead")))
            if item is not None:
                found[name].append(projected(item, projection))
        if left:
            unprocessed[name] = {**one, "Keys": left}
    return {"Responses": found, "UnprocessedKeys": unprocessed} | all_reported(consumptions, request)


def batch_write_item(database: Database, request: Request) -> Response:
    """Put and delete up to 25 items. Nothing is written unless all of the requests are valid."""
    requested = request["RequestItems"]
    if sum(map(len, requested.values())) > MAX_WRITES:
        raise ValidationError("Too many items requested for the BatchWriteItem call")
    writes: dict[tuple[str, PrimaryKey], tuple[Table, Item | None]] = {}
    for name, changes in requested.items():
        table = database.table(name)
        for change in changes:
            key, new = _change(table, change)
            if (table.name, key) in writes:
                raise ValidationError(_DUPLICATES)
            writes[table.name, key] = table, new
    consumptions: dict[str, Consumption] = {}
    for (name, key), (table, new) in writes.items():
        consumption = consumptions.setdefault(name, Consumption(table.definition))
        consumption.add_write(table.store.get(key), new)
        table.write(key, new)
    return {"UnprocessedItems": {}} | all_reported(consumptions, request)


def _get_keys(table: Table, one: Request) -> list[PrimaryKey]:
    keys = [primary_key(table.definition.keys, kept_key(table, key)) for key in one["Keys"]]
    if len(set(keys)) < len(keys):
        raise ValidationError(_DUPLICATES)
    return keys


def _change(table: Table, change: Request) -> tuple[PrimaryKey, Item | None]:
    """Return the key that a PutRequest or DeleteRequest is about, and the item that it puts there."""
    if len(change) != 1:
        raise ValidationError("Supplied WriteRequest must contain exactly one of PutRequest and DeleteRequest")
    if "DeleteRequest" in change:
        return primary_key(table.definition.keys, kept_key(table, change["DeleteRequest"]["Key"])), None
    item = kept_item(table, change["PutRequest"]["Item"])
    check_item_keys(table.definition, item)
    return primary_key(table.definition.keys, item), item
