"""What a reader sees that hears of writes late, as of a global secondary index or of an inconsistent read. Pure.

Writes of one item are heard of in the order in which they were made; those of different items each in their time.
Source: Developer Guide, "Read consistency" and "Using Global Secondary Indexes", on synchronization.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count

from model.dynamodb.keys import PrimaryKey
from model.dynamodb.values import Item


@dataclass(frozen=True, slots=True)
class Lag:
    """How much later, in seconds, a write is seen than it is made."""

    index_s: float = 0
    """By global secondary indexes."""
    table_s: float = 0
    """By reads of the table that are not consistent."""
    is_remembered: bool = False
    """Whether what was there before is kept, for reads that see what was."""


type LagOf = Callable[[str, str, Item], Lag | None]
"""Returns how late a write is seen; None: at once.

It is given the operation that makes the write, the table's ARN, and the item that is written or taken away.
"""

type See = Callable[[PrimaryKey, Item | None, Item | None, float | None], None]
"""Is told of a write when it is heard of: which item, as it was seen before, as it is seen then, and when that was due.

None: at once.
"""
type Keep = Callable[[Item | None, Item | None], None]


def keep_nothing(_old: Item | None, _new: Item | None) -> None:
    """Be told of a late item by whom nothing has to be kept in order."""


@dataclass(slots=True)
class _Late:
    """An item of which some writes have not been heard yet."""

    image: Item | None
    """The item as it is seen now; None: not there."""
    due: float
    """When the last of them is heard of."""
    writes: int = 0
    """How many there are."""


@dataclass(slots=True)
class LateView:
    """One reader's view of a table, where it differs from the table."""

    see: See
    """Called for each write when it is heard of."""
    keep: Keep = keep_nothing
    """Called with each change of the items as they are seen of which some writes have not been heard yet."""
    _late: dict[PrimaryKey, _Late] = field(default_factory=dict)
    _coming: list[tuple[float, int, PrimaryKey, Item | None]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=count)

    def __bool__(self) -> bool:
        """Whether there is any difference."""
        return bool(self._late)

    def write(self, key: PrimaryKey, old: Item | None, new: Item | None, due: float | None) -> None:
        """Hear of a write at a time, or at once (None); and never before an earlier one of the same item."""
        late = self._late.get(key)
        if late is None and due is None:
            self.see(key, old, new, None)
            return
        if late is None:
            late = self._late[key] = _Late(old, due or 0)
            self.keep(None, old)
        late.due = max(late.due, due or 0)
        late.writes += 1
        heappush(self._coming, (late.due, next(self._numbers), key, new))

    def catch_up(self, now: float) -> None:
        """Hear of all that is due."""
        while self._coming and self._coming[0][0] <= now:
            due, _, key, new = heappop(self._coming)
            late = self._late[key]
            self.see(key, late.image, new, due)
            late.writes -= 1
            self.keep(late.image, new if late.writes else None)
            late.image = new
            if not late.writes:
                del self._late[key]

    def due_at_s(self) -> float | None:
        """Return when the next write is heard of that has not been; None: there is no such write."""
        return self._coming[0][0] if self._coming else None

    def is_late(self, key: PrimaryKey) -> bool:
        """Whether some writes of an item have not been heard yet."""
        return key in self._late

    def image(self, key: PrimaryKey, current: Item | None) -> Item | None:
        """Return an item as it is seen, given how it is."""
        late = self._late.get(key)
        return current if late is None else late.image
