"""The results in the table, to look up by handle and by content. Pure."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any, Final

from harness.history import StoredItem
from harness.shape import StoredShape
from harness.shape.pointer import NothingThereError, resolve


class StoredIndex:
    """Results, by what tells them apart.

    Args:
        items: the results.
        shape: how they look; None: they have no content to tell them apart by.
    """

    def __init__(self, items: Iterable[StoredItem], shape: StoredShape | None) -> None:
        self._equal = shape.equal if shape else {}
        by_handle: defaultdict[str, list[StoredItem]] = defaultdict(list)
        by_content: defaultdict[Hashable, list[StoredItem]] = defaultdict(list)
        for item in items:
            by_handle[item.handle].append(item)
            content = tuple(_comparable(item.document.get(name, _NOTHING)) for name in self._equal.values())
            by_content[content].append(item)
        self.by_handle: Mapping[str, Sequence[StoredItem]] = dict(by_handle)
        self.by_content: Mapping[Hashable, Sequence[StoredItem]] = dict(by_content)

    def content_sent(self, payload: Mapping[str, Any]) -> Hashable | None:
        """Return the key in `by_content` of what is stored of a payload.

        None: the payload does not have all that is stored, so nothing can be stored of it.
        """
        try:
            return tuple(_comparable(resolve(payload, pointer)) for pointer in self._equal)
        except NothingThereError:
            return None

    def of_payload(self, payload: Mapping[str, Any]) -> Sequence[StoredItem] | None:
        """Return what is stored with a payload's content; None: content does not tell results apart."""
        return self.by_content.get(self.content_sent(payload), ()) if self._equal else None


_NOTHING: Final = object()


def _comparable(value: Any) -> Hashable:
    """Return something that is equal for JSON values which `harness.shape.pointer.same` says are the same."""
    match value:
        case bool():
            return ("a truth", value)
        case dict():
            return ("an object", frozenset((name, _comparable(member)) for name, member in value.items()))
        case list():
            return ("an array", tuple(map(_comparable, value)))
        case _:
            hashable: Hashable = value
            return hashable
