"""Primary keys and index keys: reading them from a request or an item, and what they must be.

Sources: Developer Guide, "Constraints in Amazon DynamoDB"; API reference, "PutItem" (empty values of keys).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from model.dynamodb.errors import ValidationError
from model.dynamodb.schema import KeyAttribute, KeySchema, TableDefinition
from model.dynamodb.values import AttributeValue, Comparable, Item, comparable, size_bytes, type_of

# A hash key and a range key as Python orders them; 0 stands for the range key of a table that has none.
type SortKey = Comparable | int
type PrimaryKey = tuple[Comparable, SortKey]


@dataclass(frozen=True, slots=True)
class SortKeyRange:
    """Which sort keys a query asks for, as two questions that turn from no to yes once along the order.

    `reached(key)`: is the key at or after the range's start? `passed(key)`: is it after the range's end?
    """

    reached: Callable[[Any], bool]  # any: a sort key of the index's own type
    passed: Callable[[Any], bool]

    def holds(self, key: SortKey) -> bool:
        """Say whether a sort key is within the range."""
        return self.reached(key) and not self.passed(key)


@dataclass(frozen=True, slots=True)
class KeyCondition:
    """What a query asks an index for: one hash key and, if it narrows them, a range of sort keys."""

    hash_value: AttributeValue
    sort_range: SortKeyRange | None


_INVALID = "One or more parameter values were invalid: "
_MISMATCH = "The provided key element does not match the schema"
_EMPTY = "The AttributeValue for a key attribute cannot contain an empty {kind} value."


def primary_key(keys: KeySchema, item: Mapping[str, AttributeValue]) -> PrimaryKey:
    """Return the key of an item that is known to have one."""
    return (comparable(item[keys.hash.name]), comparable(item[keys.range.name]) if keys.range else 0)


def key_attributes(keys: KeySchema, item: Item) -> Item:
    """Return only the key's attributes of an item."""
    return {name: item[name] for name in keys.names}


def check_key(keys: KeySchema, key: Mapping[str, AttributeValue]) -> None:
    """Check a request's `Key`: just the key attributes, each of its type, none empty or too long.

    Raises:
        ValidationError: it is something else.
    """
    check_key_not_empty(keys, key)
    if set(key) != set(keys.names):
        raise ValidationError(_MISMATCH)
    for attribute in keys.attributes:
        if type_of(key[attribute.name]) != attribute.type:
            raise ValidationError(_MISMATCH)
        _check_key_size(attribute, key[attribute.name])


def check_item_keys(table: TableDefinition, item: Item) -> None:
    """Check the keys within a whole item: there and right for the table, right if there for its indexes.

    Raises:
        ValidationError: one of them is not.
    """
    for attribute in table.keys.attributes:
        value = item.get(attribute.name)
        if value is None:
            raise ValidationError(_INVALID + f"Missing the key {attribute.name} in the item")
        if type_of(value) != attribute.type:
            raise ValidationError(
                _INVALID + f"Type mismatch for key {attribute.name} expected: {attribute.type} actual: {type_of(value)}"
            )
        _check_key_size(attribute, value)
    check_index_keys(table, item)


def check_index_keys(table: TableDefinition, item: Item) -> None:
    """Check that what an item has of its table's index keys has their type. Raises ValidationError."""
    for index, attribute in table.indexed_attributes():
        value = item.get(attribute.name)
        if value is None:
            continue
        if type_of(value) != attribute.type:
            raise ValidationError(
                _INVALID + f"Type mismatch for Index Key {attribute.name} Expected: {attribute.type} "
                f"Actual: {type_of(value)} IndexName: {index.name}"
            )
        _check_key_size(attribute, value)


def check_key_value(attribute: KeyAttribute, value: AttributeValue) -> None:
    """Check one value of a key attribute in a key condition. Raises ValidationError."""
    _check_not_empty(attribute.name, value)
    _check_key_size(attribute, value)


def check_key_not_empty(keys: KeySchema, attributes: Mapping[str, AttributeValue]) -> None:
    """Check that no key attribute is an empty string or empty binary. Raises ValidationError."""
    for name in keys.names:
        if name in attributes:
            _check_not_empty(name, attributes[name])


def check_index_keys_not_empty(table: TableDefinition, item: Item, *, updating: bool) -> None:
    """Check that an item (or what an update sets) gives no index an empty key. Raises ValidationError."""
    for index, attribute in table.indexed_attributes():
        kind = _empty_kind(item.get(attribute.name))
        if kind and updating:
            raise ValidationError(
                "One or more parameter values are not valid. The update expression attempted to update a "
                "secondary index key to a value that is not supported. " + _EMPTY.format(kind=kind)
            )
        if kind:
            raise ValidationError(
                "One or more parameter values are not valid. A value specified for a secondary index key is "
                f"not supported. {_EMPTY.format(kind=kind)} IndexName: {index.name}, "
                f"IndexKey: {attribute.name}"
            )


def _check_not_empty(name: str, value: AttributeValue) -> None:
    kind = _empty_kind(value)
    if kind:
        raise ValidationError(f"One or more parameter values are not valid. {_EMPTY.format(kind=kind)} Key: {name}")


def _empty_kind(value: Mapping[str, Any] | None) -> str | None:
    if value == {"S": ""}:
        return "string"
    return "binary" if value == {"B": b""} else None


def _check_key_size(attribute: KeyAttribute, value: AttributeValue) -> None:
    if attribute.type == "N" or size_bytes(value) <= attribute.max_bytes:
        return
    if attribute.role == "HASH":  # the missing space is DynamoDB's
        raise ValidationError(_INVALID + "Size of hashkey has exceeded the maximum size limit of2048 bytes")
    raise ValidationError(_INVALID + "Aggregated size of all range keys has exceeded the size limit of 1024 bytes")
