"""Operations PutItem, UpdateItem and DeleteItem, and what a transaction's actions have in common with them.

A write goes through four steps, which a transaction takes with all of its writes one after the other: it is
read from the request (what is wrong with the request alone is found here), its key is checked against the
table, its condition is asked about the item as it is, and the new item is made. Only then is anything
changed.

Sources: API reference, "PutItem", "UpdateItem", "DeleteItem", "ConditionCheck".
"""

from collections.abc import Callable
from dataclasses import dataclass

from model.dynamodb.capacity import Consumption, reported
from model.dynamodb.database import Database, Table
from model.dynamodb.errors import ConditionalCheckFailedError, ValidationError
from model.dynamodb.expressions.conditions import Condition
from model.dynamodb.expressions.grammar import Literal
from model.dynamodb.expressions.request import Expressions
from model.dynamodb.expressions.updates import Update
from model.dynamodb.keys import (
    PrimaryKey,
    check_index_keys,
    check_index_keys_not_empty,
    check_item_keys,
    check_key,
    check_key_not_empty,
    primary_key,
)
from model.dynamodb.operations import Request, Response
from model.dynamodb.paths import Path, project
from model.dynamodb.values import Item, check_nesting, item_size_bytes, keep_item

# Developer Guide, "Quotas in Amazon DynamoDB", section "Item size".
MAX_ITEM_BYTES = 400 * 1024


@dataclass(frozen=True, slots=True)
class Write:
    """One write, read from a request: `key_source` has the key, `make` turns the old item into the new."""

    table: Table
    key_source: Item
    condition: Condition | None
    wants_item_on_failure: bool
    check_schema: Callable[[], None]
    make: Callable[[Item | None], Item | None]
    updated_paths: tuple[Path, ...] = ()

    def checked_key(self) -> PrimaryKey:
        """Return the key of the item to write. Raises ValidationError when it does not fit the table."""
        self.check_schema()
        return primary_key(self.table.definition.keys, self.key_source)

    def check_condition(self, old: Item | None) -> None:
        """Ask the condition about the item as it is. Raises ConditionalCheckFailedError."""
        if self.condition is None or self.condition.holds(old):
            return
        if self.wants_item_on_failure and old is not None:
            raise ConditionalCheckFailedError(Item=old)
        raise ConditionalCheckFailedError


def put_item(database: Database, request: Request) -> Response:
    """Put a whole item in the place of the one with its key."""
    _check_return_values(request, "ALL_OLD")
    return _execute(read_put(database, request), request)


def delete_item(database: Database, request: Request) -> Response:
    """Take an item away, if it is there."""
    _check_return_values(request, "ALL_OLD")
    return _execute(read_delete(database, request), request)


def update_item(database: Database, request: Request) -> Response:
    """Change attributes of an item, or make it if it is not there."""
    return _execute(read_update(database, request), request)


def read_put(database: Database, request: Request) -> Write:
    """Return the write that PutItem, or a transaction's `Put`, asks for. Raises as all of these do."""
    table = database.table(request["TableName"])
    expressions = Expressions(request)
    condition = expressions.condition()
    expressions.finish()
    item = kept_item(table, request["Item"])
    return Write(
        table=table,
        key_source=item,
        condition=condition,
        wants_item_on_failure=_wants_item(request),
        check_schema=lambda: check_item_keys(table.definition, item),
        make=lambda _: item,
    )


def read_delete(database: Database, request: Request) -> Write:
    """Return the write that DeleteItem, or a transaction's `Delete`, asks for."""
    return _read_keyed(database, request, lambda _: None)


def read_check(database: Database, request: Request) -> Write:
    """Return the write that a transaction's `ConditionCheck` asks for: one that changes nothing."""
    return _read_keyed(database, request, lambda old: old)


def read_update(database: Database, request: Request) -> Write:
    """Return the write that UpdateItem, or a transaction's `Update`, asks for."""
    table = database.table(request["TableName"])
    expressions = Expressions(request)
    update, condition = expressions.update(), expressions.condition()
    expressions.finish()
    key = keep_item(request["Key"])
    check_key_not_empty(table.definition.keys, key)
    _check_updated_paths(table, update)

    def make(old: Item | None) -> Item | None:
        if old is None and update.only_removes:
            return None
        new = update.of(old, key)
        # What was there before an index was made keeps out of it, and of the way of other changes.
        changed = {name: value for name, value in new.items() if old is None or old.get(name) != value}
        check_index_keys_not_empty(table.definition, changed, updating=True)
        check_index_keys(table.definition, changed)
        for value in changed.values():
            check_nesting(value)  # parts that are not too deep can make up what is
        if item_size_bytes(new) > MAX_ITEM_BYTES:
            raise ValidationError("Item size to update has exceeded the maximum allowed size")
        return new

    return Write(
        table=table,
        key_source=key,
        condition=condition,
        wants_item_on_failure=_wants_item(request),
        check_schema=lambda: check_key(table.definition.keys, key),
        make=make,
        updated_paths=update.paths,
    )


def kept_item(table: Table, attributes: Request) -> Item:
    """Return a whole item in its kept form. Raises ValidationError: a value, an empty key, or the size."""
    item = keep_item(attributes)
    check_key_not_empty(table.definition.keys, item)
    check_index_keys_not_empty(table.definition, item, updating=False)
    if item_size_bytes(item) > MAX_ITEM_BYTES:
        raise ValidationError("Item size has exceeded the maximum allowed size")
    return item


def kept_key(table: Table, key: Request) -> Item:
    """Return a request's `Key` in its kept form. Raises ValidationError when it does not fit the table."""
    kept = keep_item(key)
    check_key(table.definition.keys, kept)
    return kept


def _read_keyed(database: Database, request: Request, make: Callable[[Item | None], Item | None]) -> Write:
    table = database.table(request["TableName"])
    expressions = Expressions(request)
    condition = expressions.condition()
    expressions.finish()
    key = keep_item(request["Key"])
    check_key_not_empty(table.definition.keys, key)
    return Write(
        table=table,
        key_source=key,
        condition=condition,
        wants_item_on_failure=_wants_item(request),
        check_schema=lambda: check_key(table.definition.keys, key),
        make=make,
    )


def _execute(write: Write, request: Request) -> Response:
    key = write.checked_key()
    old = write.table.store.get(key)
    write.check_condition(old)
    new = write.make(old)
    write.table.write(key, new)
    consumption = Consumption(write.table.definition)
    consumption.add_write(old, new)
    return _returned_values(write, request, old, new) | reported(consumption, request)


def _returned_values(write: Write, request: Request, old: Item | None, new: Item | None) -> Response:
    match request.get("ReturnValues", "NONE"):
        case "ALL_OLD":
            attributes = old
        case "ALL_NEW":
            attributes = new
        case "UPDATED_OLD":
            attributes = project(old or {}, write.updated_paths)
        case "UPDATED_NEW":
            attributes = project(new or {}, write.updated_paths)
        case _:
            attributes = None
    return {"Attributes": attributes} if attributes else {}


def _check_return_values(request: Request, allowed: str) -> None:
    if request.get("ReturnValues", "NONE") not in {allowed, "NONE"}:
        raise ValidationError("ReturnValues can only be ALL_OLD or NONE")


def _check_updated_paths(table: Table, update: Update) -> None:
    """Check what an update does to key attributes, as far as the request alone shows it."""
    index_keys = {attribute.name for _, attribute in table.definition.indexed_attributes()}
    for name, *nested in update.paths:
        if name in table.definition.keys.names:
            raise ValidationError(
                f"One or more parameter values were invalid: Cannot update attribute {name}. "
                "This attribute is part of the key"
            )
        if nested and name in index_keys:
            raise ValidationError(
                "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: "
                f"IndexKey: {name}"
            )
    literals = {str(action.path[0]): action.operand for action in update.set if len(action.path) == 1}
    values = {name: operand.value for name, operand in literals.items() if isinstance(operand, Literal)}
    check_index_keys_not_empty(table.definition, values, updating=True)


def _wants_item(request: Request) -> bool:
    return bool(request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD")
