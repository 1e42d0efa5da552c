"""Values of frozen dataclasses as JSON, and back, strictly: a wrong member is one line with its path.

What a dataclass may hold here: texts, numbers, booleans, enumerations, sets of texts, tuples of any length, mappings
from texts, other such dataclasses, None where it is optional, and a choice of dataclasses, told apart by a member
`kind`.
"""

import builtins
import math
import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, TypeAliasType, cast, get_args, get_origin, get_type_hints

from harness.errors import MisuseError

type Kinds = Mapping[type, str]
"""The `kind` of each dataclass that is one of a choice."""

_LEAVES = {str: "a text", bool: "true or false", int: "a whole number", float: "a number"}


class WrongDocumentError(MisuseError):
    """A document that does not have the form. Its text is where, what is there, and what is expected."""


def to_json(value: Any, kinds: Kinds) -> Any:
    """Return a value as JSON values. Members that are None are left out; a set is sorted."""
    if is_dataclass(value):
        members = {field.name: getattr(value, field.name) for field in fields(value)}
        kind = {"kind": kinds[type(value)]} if type(value) in kinds else {}
        return kind | {name: to_json(member, kinds) for name, member in members.items() if member is not None}
    if isinstance(value, Mapping):
        return {name: to_json(member, kinds) for name, member in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [to_json(member, kinds) for member in value]
    if isinstance(value, Enum):
        return value.value
    return value


def from_json[T](form: type[T], document: Any, kinds: Kinds, where: str) -> T:
    """Return the value of a dataclass that a JSON value stands for; members with a default may be missing.

    Raises:
        WrongDocumentError: it stands for none.
    """
    return cast("T", _read(form, document, kinds, where))


def members_of(document: Any, form: int, where: str, what_next: str) -> dict[str, Any]:
    """Return the members of a JSON object that says its `format`, but for that.

    Args:
        document: what was read.
        form: the format that is known.
        where: what to call the document in an error.
        what_next: what to do about another format, for the same.

    Raises:
        WrongDocumentError: it is no object, or of another format.
    """
    if not isinstance(document, dict):
        raise WrongDocumentError(f"{where}: an object is expected, not {shown(document)}")
    members = dict(document)
    if (version := members.pop("format", None)) != form or isinstance(version, bool):
        raise WrongDocumentError(f"{where}.format: {form} is expected, not {shown(version)}; {what_next}")
    return members


def shown(value: Any) -> str:
    """Return a JSON value in a few ASCII characters, for an error."""
    text = ascii(value)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}..."


_SHOWN_CHARACTERS = 60


def _read(form: Any, value: Any, kinds: Kinds, where: str) -> Any:  # noqa: PLR0911  - a line for each form
    if isinstance(form, TypeAliasType):
        form = form.__value__
    if form is Any:
        return value
    if form in _LEAVES:
        return _read_leaf(form, value, where)
    if is_dataclass(form):
        return _read_dataclass(form, value, kinds, where)
    if isinstance(form, type) and issubclass(form, Enum):
        return _read_enumeration(form, value, where)
    arguments = get_args(form)
    match get_origin(form):
        case types.UnionType:
            return _read_union(arguments, value, kinds, where)
        case builtins.frozenset:
            return _read_texts(value, where)
        case builtins.tuple:
            items = enumerate(_list(value, where))
            return tuple(_read(arguments[0], item, kinds, f"{where}[{index}]") for index, item in items)
        case _:
            members = _object(value, where)
            return {name: _read(arguments[1], member, kinds, f"{where}.{name}") for name, member in members.items()}


def _read_leaf(form: type, value: Any, where: str) -> Any:
    if form is float and type(value) is int:
        return value
    if type(value) is not form or value in (math.inf, -math.inf):  # as Python reads 1e999
        raise WrongDocumentError(f"{where}: {_LEAVES[form]} is expected, not {shown(value)}")
    return value


def _read_enumeration(form: type[Enum], value: Any, where: str) -> Enum:
    names = [member.value for member in form]
    if value not in names:
        raise WrongDocumentError(f"{where}: one of {', '.join(names)} is expected, not {shown(value)}")
    return form(value)


def _read_texts(value: Any, where: str) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise WrongDocumentError(f"{where}: a list of texts is expected, not {shown(value)}")
    return frozenset(value)


def _read_union(forms: tuple[Any, ...], value: Any, kinds: Kinds, where: str) -> Any:
    if type(None) in forms:
        [form] = (each for each in forms if each is not type(None))
        return None if value is None else _read(form, value, kinds, where)
    by_kind = {kinds[form]: form for form in forms}
    members = _object(value, where)
    kind = members.get("kind")
    if not isinstance(kind, str) or kind not in by_kind:
        raise WrongDocumentError(f"{where}.kind: one of {', '.join(by_kind)} is expected, not {shown(kind)}")
    rest = {name: member for name, member in members.items() if name != "kind"}
    return _read_dataclass(by_kind[kind], rest, kinds, where)


def _read_dataclass(form: Any, value: Any, kinds: Kinds, where: str) -> Any:
    members = _object(value, where)
    hints = _hints(form)
    for name in members:
        if name not in hints:
            raise WrongDocumentError(f"{where}.{shown(name)[1:-1]}: not known; there are {', '.join(hints)}")
    for field in fields(form):
        if field.name not in members and _is_required(field):
            raise WrongDocumentError(f"{where}.{field.name}: missing")
    return form(**{name: _read(hints[name], member, kinds, f"{where}.{name}") for name, member in members.items()})


def _object(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise WrongDocumentError(f"{where}: an object is expected, not {shown(value)}")
    return value


def _list(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise WrongDocumentError(f"{where}: a list is expected, not {shown(value)}")
    return value


def _is_required(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


@cache
def _hints(form: type) -> dict[str, Any]:
    return get_type_hints(form)
