"""Whose is each result in the table? Pure.

By its handle it is an acknowledged create's. Else by its content, which no other flow has, it may be that of a create
whose end nobody knows, or of one that failed. Else it is nobody's.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass

from harness.checking.creates import acknowledged, is_indefinite, must_not_be_there
from harness.checking.stored_index import StoredIndex
from harness.history import FlowHistory, StoredItem


@dataclass(frozen=True, slots=True)
class Orphan:
    """A stored result that nobody sent."""

    item: StoredItem
    twin: int | None
    """The flow of an acknowledged create with the same content, under another handle."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """Stored results with the content of creates that have no handle."""

    items: tuple[StoredItem, ...]
    flows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Attribution:
    """All that is in the table and has no acknowledged create's handle."""

    orphans: tuple[Orphan, ...]
    indefinite: tuple[Claimed, ...]
    """Of creates whose end nobody knows."""
    failed: tuple[Claimed, ...]
    """Of creates that definitely failed, or that had to."""


def attribute(flows: Iterable[FlowHistory], stored: StoredIndex) -> Attribution:
    """Attribute every stored result, in one pass over the flows."""
    handles: set[str] = set()
    accepted: dict[Hashable, int] = {}
    indefinite: defaultdict[Hashable, list[int]] = defaultdict(list)
    failed: defaultdict[Hashable, list[int]] = defaultdict(list)
    for flow in flows:
        handle = acknowledged(flow)
        if handle is not None and handle in stored.by_handle:
            handles.add(handle)
        content = stored.content_sent(flow.payload)
        if content not in stored.by_content:
            continue
        if handle is not None:
            accepted[content] = flow.number
        elif is_indefinite(flow):
            indefinite[content].append(flow.number)
        elif must_not_be_there(flow):
            failed[content].append(flow.number)
    orphans, maybe, traces = [], [], []
    for content, items in stored.by_content.items():
        left = tuple(item for item in items if item.handle not in handles)
        if content in indefinite:
            maybe.append(Claimed(left, tuple(indefinite[content])))
        elif content in failed:
            traces.append(Claimed(left, tuple(failed[content])))
        else:
            orphans += [Orphan(item, accepted.get(content)) for item in left]
    return Attribution(tuple(orphans), tuple(maybe), tuple(traces))
