"""Document paths: the place of a value in an item, such as `address.lines[0]`.

A path is a tuple that starts with an attribute's name; a name goes on into a map, a number into a list.
Source: Developer Guide, "Referring to item attributes when using expressions in DynamoDB".
"""

from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Any

from model.dynamodb.errors import ValidationError
from model.dynamodb.values import AttributeValue, Item

type Path = tuple[str | int, ...]
type _Tree = dict[str | int, _Tree | None]


def find(item: Item | None, path: Path) -> AttributeValue | None:
    """Return the value at `path`, or None where the item has nothing there (or is no item)."""
    value: AttributeValue = {"M": item or {}}
    for step in path:
        inner = member(value, step)
        if inner is None:
            return None
        value = inner
    return value


def member(value: Mapping[str, Any], step: str | int) -> AttributeValue | None:
    """Return what one step of a path leads to within a map or a list, or None."""
    found: AttributeValue | None = None
    if isinstance(step, str):
        found = value["M"].get(step) if "M" in value else None
    elif "L" in value and step < len(value["L"]):
        found = value["L"][step]
    return found


def project(item: Item, paths: Iterable[Path]) -> Item:
    """Return only what is at `paths`, each within as much of its surroundings as it needs.

    Of a list come the chosen members, in order, without gaps. `paths` do not overlap.
    """
    tree: _Tree = {}
    for path in paths:
        node = tree
        for step in path[:-1]:
            inner = node.get(step)
            if inner is None:
                inner = node[step] = {}
            node = inner
        node[path[-1]] = None
    picked = _pick({"M": item}, tree)
    return picked["M"] if picked else {}


def check_disjoint(paths: Iterable[Path]) -> None:
    """Check that no path is within another, and that none takes for a list what another takes for a map.

    Raises:
        ValidationError: two paths overlap or conflict.
    """
    for one, two in combinations(paths, 2):
        difference = next(((a, b) for a, b in zip(one, two, strict=False) if a != b), None)
        if difference is None:
            verb = "overlap"
        elif type(difference[0]) is not type(difference[1]):
            verb = "conflict"
        else:
            continue
        raise ValidationError(
            f"Two document paths {verb} with each other; must remove or rewrite one of these paths; "
            f"path one: {to_text(one)}, path two: {to_text(two)}"
        )


def to_text(path: Path) -> str:
    """Return the path as DynamoDB writes it in a message, for example `[address, lines, [0]]`."""
    return "[" + ", ".join(step if isinstance(step, str) else f"[{step}]" for step in path) + "]"


def _pick(value: AttributeValue, tree: _Tree | None) -> AttributeValue | None:
    if tree is None:
        return value
    # Sorted: in a list the chosen members keep their order. Steps of one node are all names or all numbers.
    found = [
        (step, picked)
        for step in sorted(tree, key=lambda step: (isinstance(step, str), step))
        if (inner := member(value, step)) is not None and (picked := _pick(inner, tree[step])) is not None
    ]
    if not found:
        return None
    return {"M": dict(found)} if "M" in value else {"L": [picked for _, picked in found]}
