"""The order of a table's items or of an index's: sorted entries, and how a reader sees them who hears of writes late.

An order is one sorted list of entries, so that a query costs the logarithm of the table and its matches,
whatever else the table holds. An entry begins with a hash of the hash key. That keeps all entries of one
hash key together and scatters the hash keys, as DynamoDB's partitions do: a scan comes in no order that a
program could rely on, and a segment of a parallel scan is a share of the hashes.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from hashlib import blake2b
from heapq import merge
from typing import NamedTuple

from model.dynamodb import decimals
from model.dynamodb.keys import KeyCondition, PrimaryKey, SortKey, primary_key
from model.dynamodb.schema import KeySchema
from model.dynamodb.values import Comparable, Item, comparable

HASH_BYTES = 8
HASHES = 1 << (8 * HASH_BYTES)


class Entry(NamedTuple):
    """An item's place in an order: its index keys, then its primary key, as index keys need not be unique."""

    hash: int
    hash_key: Comparable
    sort_key: SortKey
    primary_key: PrimaryKey


class Order:
    """The entries of a table or of one of its indexes, sorted."""

    def __init__(self, keys: KeySchema, table_keys: KeySchema) -> None:
        self._keys = keys
        self._table_keys = table_keys
        self._entries: list[Entry] = []

    def __len__(self) -> int:
        return len(self._entries)

    def entry(self, item: Item) -> Entry | None:
        """Return an item's place, or None if the index leaves it out: a key is not there, of another type, or empty."""
        for attribute in self._keys.attributes:
            value = item.get(attribute.name)
            if value is None or not value.get(attribute.type):
                return None
        hash_key = comparable(item[self._keys.hash.name])
        sort_key = comparable(item[self._keys.range.name]) if self._keys.range else 0
        return Entry(_hash(hash_key), hash_key, sort_key, primary_key(self._table_keys, item))

    def replace(self, old: Item | None, new: Item | None) -> None:
        """Give an item's place to another (None: to none, or from none). Mostly that is the same place."""
        before, after = (self.entry(item) if item is not None else None for item in (old, new))
        if before == after:
            return
        if before is not None:
            del self._entries[bisect_left(self._entries, before)]
        if after is not None:
            insort(self._entries, after)

    def emptied(self) -> "Order":
        """Return an order of the same keys in which there is nothing."""
        return Order(self._keys, self._table_keys)

    def query(self, condition: KeyCondition, *, after: Entry | None = None, forward: bool = True) -> Iterator[Entry]:
        """Yield the entries that a key condition asks for, from `after` on if it is given.

        `after` need not be there any more: a page goes on where it would have been.
        """
        return self._walk(self._matching(condition), after, forward=forward)

    def scan(self, number: int, of: int, *, after: Entry | None = None) -> Iterator[Entry]:
        """Yield the entries of one of `of` equal shares of the hashes, from `after` on as `query` does."""
        return self._walk(self._segment(number, of), after, forward=True)

    def _matching(self, condition: KeyCondition) -> tuple[int, int]:
        """Return where the entries begin and end that a key condition asks for."""
        hash_key = comparable(condition.hash_value)
        place = (_hash(hash_key), hash_key)
        begin = bisect_left(self._entries, place, key=_hash_place)
        end = bisect_right(self._entries, place, begin, key=_hash_place)
        if condition.sort_range is None:
            return begin, end
        reached, passed = condition.sort_range.reached, condition.sort_range.passed
        first = bisect_left(self._entries, True, begin, end, key=lambda entry: reached(entry.sort_key))
        last = bisect_left(self._entries, True, first, end, key=lambda entry: passed(entry.sort_key))
        return first, last

    def _segment(self, number: int, of: int) -> tuple[int, int]:
        """Return where the entries begin and end that are one of `of` equal shares of the hashes."""
        first, last = (-(-HASHES * share // of) for share in (number, number + 1))
        return (
            bisect_left(self._entries, first, key=lambda entry: entry.hash),
            bisect_left(self._entries, last, key=lambda entry: entry.hash),
        )

    def _walk(self, span: tuple[int, int], after: Entry | None, *, forward: bool) -> Iterator[Entry]:
        begin, end = span
        if after is not None and forward:
            begin = bisect_right(self._entries, after, begin, end)
        elif after is not None:
            end = bisect_left(self._entries, after, begin, end)
        positions = range(begin, end) if forward else range(end - 1, begin - 1, -1)
        for position in positions:
            yield self._entries[position]


@dataclass(frozen=True, slots=True)
class LateOrder:
    """An order as it is seen by who has not heard of some writes yet. To be read before the next write."""

    newest: "Order | LateOrder"
    """The order as others see it."""
    late: Order
    """The entries of the items as they are seen of which there are such writes."""
    is_late: Callable[[PrimaryKey], bool]
    """Whether an item is one of them."""

    def entry(self, item: Item) -> Entry | None:
        """Return an item's place, as `Order.entry` does."""
        return self.newest.entry(item)

    def query(self, condition: KeyCondition, *, after: Entry | None = None, forward: bool = True) -> Iterator[Entry]:
        """Yield entries as `Order.query` does."""
        walks = (order.query(condition, after=after, forward=forward) for order in (self.newest, self.late))
        return self._merged(*walks, forward=forward)

    def scan(self, number: int, of: int, *, after: Entry | None = None) -> Iterator[Entry]:
        """Yield entries as `Order.scan` does."""
        return self._merged(*(order.scan(number, of, after=after) for order in (self.newest, self.late)), forward=True)

    def _merged(self, newest: Iterator[Entry], late: Iterator[Entry], *, forward: bool) -> Iterator[Entry]:
        settled = (entry for entry in newest if not self.is_late(entry.primary_key))
        return merge(settled, late, reverse=not forward)


def _hash_place(entry: Entry) -> tuple[int, Comparable]:
    return entry.hash, entry.hash_key


def _hash(key: Comparable) -> int:
    match key:
        case str():
            data = key.encode()
        case Decimal():
            data = decimals.to_text(key).encode()
        case _:
            data = key
    return int.from_bytes(blake2b(data, digest_size=HASH_BYTES).digest())
