"""What a reader saw a while ago: for reads that a replica answers which is behind the others. Pure.

An eventually consistent read may be answered by any replica, and one after the other by different ones: what a read
saw, the next need not see. So each such read can be as of a time of its own.
Source: Developer Guide, "DynamoDB read consistency".
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from model.dynamodb.keys import PrimaryKey
from model.dynamodb.order import LateOrder, Order
from model.dynamodb.values import Item

KEPT_CHANGES: Final = 10_000
"""Of one reader, the latest. Nobody sees further back."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A table or an index as one read sees it. To be used before the next write."""

    order: Order | LateOrder
    """Its items' order."""
    item: Callable[[PrimaryKey], Item | None]
    """Returns an item of that order."""


@dataclass(frozen=True, slots=True)
class _Change:
    """A change of what a reader sees: when, of which item, and how that was before (None: not there)."""

    at: float
    key: PrimaryKey
    old: Item | None


class Past:
    """The latest changes of what one reader sees of a table.

    Args:
        kept: how many.
    """

    def __init__(self, kept: int = KEPT_CHANGES) -> None:
        self._changes: deque[_Change] = deque(maxlen=kept)

    def note(self, key: PrimaryKey, old: Item | None, at: float) -> None:
        """Keep how an item was before a change; changes come in their order in time."""
        self._changes.append(_Change(at, key, old))

    def images(self, at: float) -> dict[PrimaryKey, Item | None]:
        """Return the items that have changed since a time, as they were then; None: not there."""
        images: dict[PrimaryKey, Item | None] = {}
        for change in reversed(self._changes):
            if change.at <= at:
                break
            images[change.key] = change.old
        return images


def sight_of(images: dict[PrimaryKey, Item | None], now: Sight, empty: Order) -> Sight:
    """Return what a reader sees who sees some items as they were.

    Args:
        images: these items.
        now: what it would see.
        empty: an order of the same keys in which there is nothing.
    """
    if not images:
        return now
    for image in images.values():
        empty.replace(None, image)

    def item(key: PrimaryKey) -> Item | None:
        return images[key] if key in images else now.item(key)

    return Sight(LateOrder(now.order, empty, images.__contains__), item)
