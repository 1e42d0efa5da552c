"""Attribute values: which are allowed, the one form in which they are kept, their size and their order.

An attribute value is DynamoDB's own notation, a mapping of one type letter to a content, for example `{"S":
"a"}`; binary content is `bytes`. A *kept* value is one that `keep` returned. Its numbers are written one
way only and its sets are sorted, so two kept values are equal in DynamoDB exactly when they are equal in
Python. Kept values are never changed in place: whoever holds one may go on reading it while the item gets
another.

Sources: API reference, "AttributeValue"; Developer Guide, "Supported data types and naming rules in Amazon
DynamoDB" and "DynamoDB item sizes and formats".
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from model.dynamodb import decimals
from model.dynamodb.errors import SerializationError, ValidationError

type AttributeValue = dict[str, Any]
type Item = dict[str, AttributeValue]
type Comparable = str | bytes | Decimal

MAX_NESTING = 32
MAX_NAME_BYTES = 65_535
SCALARS = frozenset({"S", "N", "B"})
SETS = frozenset({"SS", "NS", "BS"})

_INVALID = "One or more parameter values were invalid: "


def type_of(value: Mapping[str, Any]) -> str:
    """Return the type letter of a kept value."""
    return next(iter(value))


def keep_item(attributes: Mapping[str, Mapping[str, Any]]) -> Item:
    """Return attributes with each value in its kept form. Raises as `keep` does, and for a bad name."""
    return {_kept_name(name): keep(value) for name, value in attributes.items()}


def keep(value: Mapping[str, Any], depth: int = 0) -> AttributeValue:
    """Return `value` in its kept form. `depth` is the number of lists and maps around it.

    Raises:
        ValidationError: the value is not allowed.
        SerializationError: a content has the wrong type, or a text is no valid Unicode.
    """
    if not value:
        raise ValidationError("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")
    if len(value) > 1:
        raise ValidationError(
            "Supplied AttributeValue has more than one datatypes set, "
            "must contain exactly one of the supported datatypes"
        )
    _check_depth(depth)
    [(letter, content)] = value.items()
    if letter == "L":
        return {"L": [keep(member, depth + 1) for member in content]}
    if letter == "M":
        return {"M": {_kept_name(name): keep(member, depth + 1) for name, member in content.items()}}
    return {letter: _KEEPERS[letter](content)}


def check_nesting(value: Mapping[str, Any], depth: int = 0) -> None:
    """Check how deep a kept value is, at so many lists and maps around it. Raises ValidationError."""
    _check_depth(depth)
    [(letter, content)] = value.items()
    if letter in {"L", "M"}:
        for member in content.values() if letter == "M" else content:
            check_nesting(member, depth + 1)


def _check_depth(depth: int) -> None:
    if depth >= MAX_NESTING:
        raise ValidationError("Nesting Levels have exceeded supported limits")


def size_bytes(value: Mapping[str, Any]) -> int:
    """Return the bytes that a kept value counts for, without its name."""
    [(letter, content)] = value.items()
    return _SIZERS[letter](content)


def item_size_bytes(item: Item) -> int:
    """Return the bytes that an item counts for: its attributes' names and values."""
    return sum(_text_size_bytes(name) + size_bytes(value) for name, value in item.items())


def comparable(value: Mapping[str, Any]) -> Comparable:
    """Return what orders a kept value of a scalar type: a string (by UTF-8 bytes), bytes or a number.

    Python orders strings by code point, which is the order of their UTF-8 bytes.
    """
    [(letter, content)] = value.items()
    return Decimal(content) if letter == "N" else content


def _kept_text(content: Any) -> str:
    if not isinstance(content, str):
        raise SerializationError(f"{type(content).__name__} can not be converted to a String")
    if not content.isascii():
        try:
            content.encode()
        except UnicodeEncodeError as error:
            raise SerializationError(
                "A string can not be written as UTF-8: it holds half of a surrogate pair at position "
                + str(error.start)
            ) from error
    return content


def _kept_name(name: str) -> str:
    if not name:
        raise ValidationError(_INVALID + "An AttributeName may not be empty")
    if len(_kept_text(name).encode()) > MAX_NAME_BYTES:
        raise ValidationError(_INVALID + f"Attribute name is too large, must be less than {MAX_NAME_BYTES + 1} bytes")
    return name


def _kept_number(content: Any) -> str:
    if not isinstance(content, str):
        raise SerializationError("NUMBER_VALUE cannot be converted to String")
    return decimals.to_text(decimals.parse(content))


def _kept_null(content: Any) -> bool:
    if content is not True:
        raise ValidationError(_INVALID + "Null attribute value types must have the value of true")
    return True


def _kept_strings(content: list[Any]) -> list[str]:
    if not content:
        raise ValidationError(_INVALID + "An string set  may not be empty")
    members = sorted(map(_kept_text, content))
    if len(set(members)) < len(members):
        raise ValidationError(_INVALID + f"Input collection [{', '.join(content)}] contains duplicates.")
    return members


def _kept_numbers(content: list[Any]) -> list[str]:
    if not content:
        raise ValidationError(_INVALID + "An number set  may not be empty")
    members = sorted(map(_kept_number, content), key=Decimal)
    if len(set(members)) < len(members):
        raise ValidationError("Input collection contains duplicates")
    return members


def _kept_binaries(content: list[Any]) -> list[bytes]:
    if not content:
        raise ValidationError(_INVALID + "Binary sets should not be empty")
    members = sorted(map(bytes, content))
    if len(set(members)) < len(members):
        raise ValidationError(_INVALID + "Input collection of type BS contains duplicates.")
    return members


_KEEPERS: dict[str, Callable[[Any], Any]] = {
    "S": _kept_text,
    "N": _kept_number,
    "B": bytes,
    "BOOL": bool,
    "NULL": _kept_null,
    "SS": _kept_strings,
    "NS": _kept_numbers,
    "BS": _kept_binaries,
}


def _text_size_bytes(text: str) -> int:
    return len(text.encode())


def _number_size_bytes(text: str) -> int:
    """About one byte for two significant digits, and one more; another for a negative number."""
    digits = text.lstrip("-").replace(".", "").strip("0")
    return (len(digits) + 1) // 2 + 1 + text.startswith("-")


_SIZERS: dict[str, Callable[[Any], int]] = {
    "S": _text_size_bytes,
    "N": _number_size_bytes,
    "B": len,
    "BOOL": lambda _: 1,
    "NULL": lambda _: 1,
    "SS": lambda members: sum(map(_text_size_bytes, members)),
    "NS": lambda members: sum(map(_number_size_bytes, members)),
    "BS": lambda members: sum(map(len, members)),
    "L": lambda members: 3 + sum(1 + size_bytes(member) for member in members),
    "M": lambda members: 3 + sum(1 + _text_size_bytes(name) + size_bytes(member) for name, member in members.items()),
}
