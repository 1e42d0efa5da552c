"""The items of one table: by primary key, and in the order of the table and of each index.

This is the border behind which items are kept. Operations ask for an item by key, replace one, and walk an
order; how the store finds the way is its own business.

An order is one sorted list of entries, so that a query costs the logarithm of the table and its matches,
whatever else the table holds. An entry begins with a hash of the hash key. That keeps all entries of one
hash key together and scatters the hash keys, as DynamoDB's partitions do: a scan comes in no order that a
program could rely on, and a segment of a parallel scan is a share of the hashes.
"""

import time
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Container, Iterator
from decimal import Decimal
from hashlib import blake2b
from typing import NamedTuple

from emulator.dynamodb import decimals
from emulator.dynamodb.keys import KeyCondition, PrimaryKey, SortKey, primary_key
from emulator.dynamodb.lagging import Lag, LateView, See
from emulator.dynamodb.schema import KeySchema
from emulator.dynamodb.values import Comparable, Item, comparable, item_size_bytes, type_of

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
        """Return an item's place, or None if the index leaves it out: it lacks a key of the right type."""
        for attribute in self._keys.attributes:
            value = item.get(attribute.name)
            if value is None or type_of(value) != attribute.type:
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

    def matching(self, condition: KeyCondition) -> tuple[int, int]:
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

    def segment(self, number: int, of: int) -> tuple[int, int]:
        """Return where the entries begin and end that are one of `of` equal shares of the hashes."""
        first, last = (-(-HASHES * share // of) for share in (number, number + 1))
        return (
            bisect_left(self._entries, first, key=lambda entry: entry.hash),
            bisect_left(self._entries, last, key=lambda entry: entry.hash),
        )

    def walk(self, span: tuple[int, int], *, after: Entry | None = None, forward: bool = True) -> Iterator[PrimaryKey]:
        """Yield the primary keys of a span of entries, from `after` on if it is given.

        `after` need not be there any more: a page goes on where it would have been.
        """
        begin, end = span
        if after is not None and forward:
            begin = bisect_right(self._entries, after, begin, end)
        elif after is not None:
            end = bisect_left(self._entries, after, begin, end)
        positions = range(begin, end) if forward else range(end - 1, begin - 1, -1)
        for position in positions:
            yield self._entries[position].primary_key


class ItemStore:
    """All items of one table. An item that went in is never changed, only replaced.

    Args:
        keys: the table's.
        clock: by which writes are seen late, where they are; in seconds, and never back.
    """

    def __init__(self, keys: KeySchema, clock: Callable[[], float] = time.monotonic) -> None:
        self._keys = keys
        self._clock = clock
        self._items: dict[PrimaryKey, Item] = {}
        self._order = Order(keys, keys)
        self._index_orders: dict[str, Order] = {}
        self._late_views: dict[str | None, LateView] = {}
        """Of indexes that lag behind by their names, and of the table's inconsistent reads."""
        self.size_bytes = 0

    def __len__(self) -> int:
        return len(self._items)

    def get(self, key: PrimaryKey) -> Item | None:
        """Return the item with this key, or None."""
        return self._items.get(key)

    def get_seen(self, key: PrimaryKey) -> Item | None:
        """Return the same as a read sees it that need not be consistent."""
        view = self._late_view(None)
        return self._items.get(key) if view is None else view.image(key, self._items.get(key))

    def get_indexed(self, key: PrimaryKey, index_name: str) -> Item | None:
        """Return the same as the index had it when its `order` was last asked for."""
        view = self._late_views.get(index_name)
        return self._items.get(key) if view is None else view.image(key, self._items.get(key))

    def order(self, index_name: str | None = None) -> Order:
        """Return the order of an index, or of the table itself."""
        if index_name is None:
            return self._order
        self._late_view(index_name)
        return self._index_orders[index_name]

    def replace(self, key: PrimaryKey, new: Item | None, lag: Lag | None = None, lagging: Container[str] = ()) -> None:
        """Put an item in the place of the one with this key, or take that away if `new` is None.

        Args:
            key: which.
            new: the item.
            lag: how much later that is seen; None: at once.
            lagging: the names of the indexes that see it late.
        """
        old = self._items.pop(key, None)
        self._order.replace(old, new)
        for name, order in self._index_orders.items():
            lag_s = lag.index_s if lag and name in lagging else 0
            if lag_s or name in self._late_views:
                self._seen_late_by(name, order.replace).write(key, old, new, self._due(lag_s))
            else:
                order.replace(old, new)
        lag_s = lag.table_s if lag else 0
        if lag_s or None in self._late_views:
            self._seen_late_by(None, _see_nothing).write(key, old, new, self._due(lag_s))
        if old is not None:
            self.size_bytes -= item_size_bytes(old)
        if new is not None:
            self._items[key] = new
            self.size_bytes += item_size_bytes(new)

    def catch_up(self) -> None:
        """Let everything be seen now."""
        for view in self._late_views.values():
            view.catch_up(float("inf"))
        self._late_views.clear()

    def add_index(self, name: str, keys: KeySchema) -> None:
        """Begin to keep an index's order, with the items that are there."""
        order = Order(keys, self._keys)
        for item in self._items.values():
            order.replace(None, item)
        self._index_orders[name] = order

    def drop_index(self, name: str) -> None:
        """Stop keeping an index's order."""
        del self._index_orders[name]
        self._late_views.pop(name, None)

    def _seen_late_by(self, name: str | None, see: See) -> LateView:
        view = self._late_views.setdefault(name, LateView(see))
        view.catch_up(self._clock())
        return view

    def _due(self, lag_s: float) -> float | None:
        return self._clock() + lag_s if lag_s else None

    def _late_view(self, name: str | None) -> LateView | None:
        """Return what is seen late, when all that is due has been seen; None where that is nothing."""
        view = self._late_views.get(name)
        if view is None:
            return None
        view.catch_up(self._clock())
        if not view:
            del self._late_views[name]
            return None
        return view


def _see_nothing(_old: Item | None, _new: Item | None) -> None:
    """Be told of a write by whom nothing has to be kept in order."""


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
