"""Updates: what an update expression says, and what it makes of an item.

All values are read from the item as it was, so that `SET a = b, b = a` swaps, and a number in a path means
the list as it was. Sources: Developer Guide, "Using update expressions in DynamoDB"; API reference,
"UpdateItem".
"""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field

from model.dynamodb import decimals
from model.dynamodb.errors import ValidationError
from model.dynamodb.expressions.grammar import Attribute, Operand
from model.dynamodb.paths import Path, find, member
from model.dynamodb.values import SETS, AttributeValue, Item, keep, type_of

_WRONG_TYPE = "An operand in the update expression has an incorrect data type"


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`left + right` or `left - right`, of numbers."""

    operator: str
    left: Operand
    right: Operand

    def of(self, item: Item | None) -> AttributeValue | None:
        """As of any operand. Raises ValidationError: an operand is missing, or of another type."""
        left, right = existing(self.left, item), existing(self.right, item)
        if type_of(left) != "N" or type_of(right) != "N":
            raise ValidationError(_WRONG_TYPE)
        calculate = decimals.add if self.operator == "+" else decimals.subtract
        return {"N": calculate(left["N"], right["N"])}


@dataclass(frozen=True, slots=True)
class ListAppend:
    """`list_append(first, second)`: one list after the other."""

    first: Operand
    second: Operand

    def of(self, item: Item | None) -> AttributeValue | None:
        """As of any operand. Raises ValidationError: an operand is missing, or of another type."""
        first, second = existing(self.first, item), existing(self.second, item)
        if type_of(first) != "L" or type_of(second) != "L":
            raise ValidationError(_WRONG_TYPE)
        return {"L": first["L"] + second["L"]}


@dataclass(frozen=True, slots=True)
class IfNotExists:
    """`if_not_exists(path, fallback)`: what the item has there, or else the fallback."""

    attribute: Attribute
    fallback: Operand

    def of(self, item: Item | None) -> AttributeValue | None:
        """As of any operand."""
        return self.attribute.of(item) or self.fallback.of(item)


@dataclass(frozen=True, slots=True)
class Assignment:
    """An action of SET, ADD or DELETE: a path and an operand."""

    path: Path
    operand: Operand


@dataclass(frozen=True, slots=True)
class Update:
    """All actions of one update expression, by section."""

    set: Sequence[Assignment] = ()
    remove: Sequence[Path] = ()
    add: Sequence[Assignment] = ()
    delete: Sequence[Assignment] = ()
    paths: tuple[Path, ...] = field(init=False)

    def __post_init__(self) -> None:
        assigned = (action.path for section in (self.set, self.add, self.delete) for action in section)
        object.__setattr__(self, "paths", (*assigned, *self.remove))

    @property
    def only_removes(self) -> bool:
        """Whether nothing can come into being by this update."""
        return bool(self.remove or self.delete) and not (self.set or self.add)

    def of(self, old: Item | None, key: Item) -> Item:
        """Return the new item, made of the old one, or of `key` alone if there is none.

        Raises:
            ValidationError: the update refers to what is not there, or to something of another type.
        """
        assigned = [(action.path, existing(action.operand, old)) for action in self.set]
        assigned += [(action.path, _added(action, old)) for action in self.add]
        removed = [path for path in self.remove if find(old, path) is not None]
        for action in self.delete:
            rest = _subtracted(action, old)
            if rest is None:
                removed.append(action.path)
            elif rest:
                assigned.append((action.path, rest))
        new = _Draft(old or key)
        # Within a list, new members are appended in the order of their numbers, and members are removed from
        # the end, so that no number changes its meaning on the way.
        for path, value in sorted(assigned, key=lambda pair: _list_order(pair[0])):
            new.assign(path, value)
        if old is not None:
            for path in self.remove:
                new.check_parent(path)
        for path in sorted(removed, key=_list_order, reverse=True):
            new.remove(path)
        return new.item


class _Draft:
    """An item in the making: a copy of just what is changed, so that the old item stays as it was."""

    def __init__(self, item: Item) -> None:
        self.item = dict(item)
        self._copied: set[str | int] = set()

    def assign(self, path: Path, value: AttributeValue) -> None:
        *_, last = path
        if len(path) == 1:
            self.item[str(last)] = value
            return
        parent = self._parent(path)
        if isinstance(last, str):
            parent["M"][last] = value
        elif last < len(parent["L"]):
            parent["L"][last] = value
        else:
            parent["L"].append(value)

    def remove(self, path: Path) -> None:
        *_, last = path
        if len(path) == 1:
            self.item.pop(str(last), None)
            return
        parent = self._parent(path)
        del parent["M" if isinstance(last, str) else "L"][last]

    def check_parent(self, path: Path) -> None:
        """Check that there is a map or list that a nested path ends in. Raises ValidationError."""
        if len(path) > 1:
            self._parent(path)

    def _parent(self, path: Path) -> AttributeValue:
        name, last = str(path[0]), path[-1]
        if name in self.item and name not in self._copied:
            self.item[name] = deepcopy(self.item[name])
            self._copied.add(name)
        parent: AttributeValue | None = {"M": self.item}
        for step in path[:-1]:
            parent = member(parent, step) if parent is not None else None
        if parent is None or ("M" if isinstance(last, str) else "L") not in parent:
            raise ValidationError("The document path provided in the update expression is invalid for update")
        return parent


def existing(operand: Operand, item: Item | None) -> AttributeValue:
    """Return an operand's value. Raises ValidationError when the item has none there."""
    value = operand.of(item)
    if value is None:
        raise ValidationError("The provided expression refers to an attribute that does not exist in the item")
    return value


def _added(action: Assignment, item: Item | None) -> AttributeValue:
    addend, current = existing(action.operand, item), find(item, action.path)
    if current is None:
        return addend
    if type_of(current) != type_of(addend):
        raise ValidationError(_WRONG_TYPE)
    letter = type_of(addend)
    if letter == "N":
        return {"N": decimals.add(current["N"], addend["N"])}
    return keep({letter: [*current[letter], *(one for one in addend[letter] if one not in current[letter])]})


def _subtracted(action: Assignment, item: Item | None) -> AttributeValue | None:
    """Return what a set has left, None when nothing, and an empty mapping when there was nothing at all."""
    subtrahend, current = existing(action.operand, item), find(item, action.path)
    if current is None:
        return {}
    if type_of(current) not in SETS or type_of(current) != type_of(subtrahend):
        raise ValidationError(_WRONG_TYPE)
    letter = type_of(current)
    rest = [one for one in current[letter] if one not in subtrahend[letter]]
    return {letter: rest} if rest else None


def _list_order(path: Path) -> tuple[tuple[bool, str | int], ...]:
    return tuple((isinstance(step, int), step) for step in path)
