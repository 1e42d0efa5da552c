"""What a table is declared to be: its keys, its indexes, how it is paid for and whether it has a stream."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from model.dynamodb.values import Item


@dataclass(frozen=True, slots=True)
class KeyAttribute:
    """One key attribute: its name, its type (S, N or B) and whether it is the hash or the range key."""

    name: str
    type: str
    role: str

    @property
    def max_bytes(self) -> int:
        """Source: Developer Guide, "Quotas in Amazon DynamoDB", sections on partition and sort key length."""
        return 2048 if self.role == "HASH" else 1024


@dataclass(frozen=True, slots=True)
class KeySchema:
    """The hash key and, if there is one, the range key of a table or an index."""

    hash: KeyAttribute
    range: KeyAttribute | None = None

    @property
    def attributes(self) -> tuple[KeyAttribute, ...]:
        """The key attributes, the hash key first."""
        return (self.hash,) if self.range is None else (self.hash, self.range)

    @property
    def names(self) -> tuple[str, ...]:
        """The key attributes' names, the hash key's first."""
        return tuple(attribute.name for attribute in self.attributes)

    def describe(self) -> list[dict[str, str]]:
        """Return the schema as the API writes it."""
        return [{"AttributeName": one.name, "KeyType": one.role} for one in self.attributes]


@dataclass(frozen=True, slots=True)
class Index:
    """A secondary index: its keys, which attributes it carries (`included`: None for all), its throughput."""

    name: str
    keys: KeySchema
    is_global: bool
    included: frozenset[str] | None
    projection: Mapping[str, Any]
    throughput: Mapping[str, int] | None = None

    def project(self, item: Item) -> Item:
        """Return what the index carries of an item."""
        if self.included is None:
            return item
        return {name: value for name, value in item.items() if name in self.included}

    def carries(self, name: str) -> bool:
        """Say whether the index carries an attribute."""
        return self.included is None or name in self.included


@dataclass(frozen=True, slots=True)
class TableDefinition:
    """All that CreateTable and UpdateTable declare of a table."""

    name: str
    keys: KeySchema
    indexes: Mapping[str, Index]
    billing_mode: str
    throughput: Mapping[str, int] | None
    stream_view_type: str | None = None
    deletion_protection: bool = False

    def indexed_attributes(self) -> Iterator[tuple[Index, KeyAttribute]]:
        """Yield every key attribute of every index, the indexes by name, as DynamoDB looks at them."""
        for name in sorted(self.indexes):
            for attribute in self.indexes[name].keys.attributes:
                yield self.indexes[name], attribute

    def attribute_definitions(self) -> list[dict[str, str]]:
        """Return every key attribute of the table and its indexes as the API writes them."""
        types = {one.name: one.type for one in self.keys.attributes}
        types |= {one.name: one.type for _, one in self.indexed_attributes()}
        return [{"AttributeName": name, "AttributeType": types[name]} for name in types]
