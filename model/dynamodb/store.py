"""The items of one table: by primary key, and in the order of the table and of each index.

This is the border behind which items are kept. Operations ask for an item by key, replace one, and walk an
order; how the store finds the way is its own business.
"""

from collections.abc import Callable, Container
from functools import partial

from model.dynamodb.keys import PrimaryKey
from model.dynamodb.lagging import Keep, Lag, LateView, keep_nothing
from model.dynamodb.order import LateOrder, Order
from model.dynamodb.past import Past, Sight, sight_of
from model.dynamodb.schema import KeySchema
from model.dynamodb.values import Item, item_size_bytes


class ItemStore:
    """All items of one table. An item that went in is never changed, only replaced.

    Args:
        keys: the table's.
        clock: by which writes are seen late, where they are; in seconds, and never back.
    """

    def __init__(self, keys: KeySchema, clock: Callable[[], float]) -> None:
        self._keys = keys
        self._clock = clock
        self._items: dict[PrimaryKey, Item] = {}
        self._order = Order(keys, keys)
        self._index_orders: dict[str, Order] = {}
        self._late_views: dict[str | None, LateView] = {}
        """Of indexes that lag behind by their names, and of the table's inconsistent reads."""
        self._late_orders: dict[str | None, Order] = {}
        """Of the items that inconsistent reads see late, as these see them: in the table and in its indexes."""
        self._pasts: dict[str | None, Past] = {}
        """What indexes by their names, and the table's inconsistent reads, saw before; empty while nobody asks."""
        self.size_bytes = 0

    def __len__(self) -> int:
        return len(self._items)

    def get(self, key: PrimaryKey) -> Item | None:
        """Return the item with this key, or None."""
        return self._items.get(key)

    def get_seen(self, key: PrimaryKey, ago_s: float = 0) -> Item | None:
        """Return the same as a read sees it, or saw it a while ago, that need not be consistent."""
        view = self._late_view(None)
        seen = self._items.get(key) if view is None else view.image(key, self._items.get(key))
        return self._images(None, ago_s).get(key, seen) if ago_s else seen

    def get_ordered(self, key: PrimaryKey, reader: str | None) -> Item | None:
        """Return the same as the order had it that was last asked for.

        Args:
            key: which.
            reader: the index's name, after `order`; None after `order_seen`.
        """
        view = self._late_views.get(reader)
        return self._items.get(key) if view is None else view.image(key, self._items.get(key))

    def order(self, index_name: str | None = None) -> Order:
        """Return the order of an index, or of the table itself."""
        if index_name is None:
            return self._order
        self._late_view(index_name)
        return self._index_orders[index_name]

    def order_seen(self, index_name: str | None = None) -> Order | LateOrder:
        """Return the order of the table, or of a local index, as a read sees it that need not be consistent."""
        newest = self._order if index_name is None else self._index_orders[index_name]
        view = self._late_view(None)
        return newest if view is None else LateOrder(newest, self._late_orders[index_name], view.is_late)

    def sight_ago(self, reader: str | None, index_name: str | None, ago_s: float) -> Sight:
        """Return what a read saw a while ago, as far back as is remembered.

        Args:
            reader: the index's name, if it is a global one; None: a read of the table, or of a local index, that need
                not be consistent.
            index_name: the index's name; None: the table itself is read.
            ago_s: how long ago.
        """
        order = self.order_seen(index_name) if reader is None else self.order(index_name)
        now = Sight(order, partial(self.get_ordered, reader=reader))
        newest = self._order if index_name is None else self._index_orders[index_name]
        return sight_of(self._images(reader, ago_s), now, newest.emptied())

    def replace(self, key: PrimaryKey, new: Item | None, lag: Lag | None = None, lagging: Container[str] = ()) -> None:
        """Put an item in the place of the one with this key, or take that away if `new` is None.

        Args:
            key: which.
            new: the item.
            lag: how much later that is seen; None: at once.
            lagging: the names of the indexes that see it late.
        """
        old = self._items.pop(key, None)
        self._remember(wanted=lag is not None and lag.is_remembered)
        self._order.replace(old, new)
        for name in self._index_orders:
            lag_s = lag.index_s if lag and name in lagging else 0
            if lag_s or name in self._late_views:
                self._seen_late_by(name).write(key, old, new, self._due(lag_s))
            else:
                self._see(name, key, old, new, None)
        lag_s = lag.table_s if lag else 0
        if lag_s or None in self._late_views:
            self._read_late().write(key, old, new, self._due(lag_s))
        elif self._pasts:
            self._see(None, key, old, new, None)
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

    def due_at_s(self) -> float | None:
        """Return when the next write is seen that is still to be seen late; None: there is no such write."""
        return min((due for view in self._late_views.values() if (due := view.due_at_s()) is not None), default=None)

    def forget(self) -> None:
        """Keep nothing any more of what was seen before."""
        self._pasts = {}

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
        self._pasts.pop(name, None)

    def _read_late(self) -> LateView:
        """Return what inconsistent reads see late."""
        if None not in self._late_views:
            self._late_orders = {None: self._order.emptied()}
            self._late_orders |= {name: order.emptied() for name, order in self._index_orders.items()}
        return self._seen_late_by(None, self._keep_late)

    def _keep_late(self, old: Item | None, new: Item | None) -> None:
        for order in self._late_orders.values():
            order.replace(old, new)

    def _seen_late_by(self, reader: str | None, keep: Keep = keep_nothing) -> LateView:
        view = self._late_views.setdefault(reader, LateView(partial(self._see, reader), keep))
        view.catch_up(self._clock())
        return view

    def _see(self, reader: str | None, key: PrimaryKey, old: Item | None, new: Item | None, due: float | None) -> None:
        """Have a reader see a write."""
        if reader is not None:
            self._index_orders[reader].replace(old, new)
        if reader in self._pasts:
            now = self._clock()
            self._pasts[reader].note(key, old, now if due is None else min(due, now))

    def _remember(self, *, wanted: bool) -> None:
        """Begin to keep what is seen before a write, or stop."""
        if not wanted and self._pasts:
            self.forget()
        elif wanted and len(self._pasts) <= len(self._index_orders):
            self._pasts = {reader: self._pasts.get(reader, Past()) for reader in (None, *self._index_orders)}

    def _images(self, reader: str | None, ago_s: float) -> dict[PrimaryKey, Item | None]:
        """Return the items that a reader, who has seen all that is due, saw otherwise a while ago."""
        past = self._pasts.get(reader)
        return {} if past is None else past.images(self._clock() - ago_s)

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
