"""The constraints that AWS's own service model puts on a request: required members, lengths, ranges, words.

boto3 sends most of what breaks them (it checks types and minimal lengths only), and DynamoDB refuses it
before it looks at any table. Source: the service model that botocore ships; the wording is that of AWS's
services in Java.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from model.dynamodb.errors import SerializationError, ValidationError

MAX_REPORTED = 10


def check(shape: Shape | None, request: Mapping[str, Any]) -> None:
    """Check a request against its shape in the service model. A member that is None counts as absent.

    Raises:
        ValidationError: constraints are broken; the message lists the first ten.
        SerializationError: a string is something else.
    """
    problems = list(islice(_problems(shape, request, ""), MAX_REPORTED)) if shape is not None else []
    if problems:
        plural = "s" if len(problems) > 1 else ""
        raise ValidationError(f"{len(problems)} validation error{plural} detected: {'; '.join(problems)}")


def _problems(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if shape.name == "AttributeValue":  # has none, and is checked as a value later on
        return
    yield from (_problem(value, path, broken) for broken in _broken(shape, value))
    match shape:
        case StructureShape():
            for name in shape.required_members:
                if value.get(name) is None:
                    yield _problem(None, _member_path(path, name), "Member must not be null")
            for name, member in value.items():
                if member is not None:
                    yield from _problems(shape.members[name], member, _member_path(path, name))
        case ListShape():
            for position, member in enumerate(value, start=1):
                yield from _problems(shape.member, member, f"{path}.{position}.member")
        case MapShape():
            yield from _map_problems(shape, value, path)


def _map_problems(shape: MapShape, value: Mapping[str, Any], path: str) -> Iterator[str]:
    if isinstance(shape.value, ListShape) and any(_broken(shape.value, member) for member in value.values()):
        bounds = shape.value.metadata
        yield _problem(
            value,
            path,
            "Map value must satisfy constraint: "
            f"[Member must have length less than or equal to {bounds['max']}, "
            f"Member must have length greater than or equal to {bounds['min']}]",
        )
        return
    for key, member in value.items():
        yield from _problems(shape.value, member, f"{path}.{key}.member")


def _broken(shape: Shape, value: Any) -> list[str]:
    """Return the constraints that a value itself breaks, its members aside."""
    bounds = shape.metadata
    broken: list[str] = []
    if shape.type_name == "string" and not isinstance(value, str):
        raise SerializationError(f"{type(value).__name__} can not be converted to a String")
    if shape.type_name in {"string", "list", "map"}:
        size, measured = len(value), "length"
    elif shape.type_name in {"integer", "long"}:
        size, measured = value, "value"
    else:
        return broken
    if "min" in bounds and size < bounds["min"]:
        broken.append(f"Member must have {measured} greater than or equal to {bounds['min']}")
    if "max" in bounds and size > bounds["max"]:
        broken.append(f"Member must have {measured} less than or equal to {bounds['max']}")
    if "enum" in bounds and value not in bounds["enum"]:
        broken.append(f"Member must satisfy enum value set: [{', '.join(bounds['enum'])}]")
    if "pattern" in bounds and not re.fullmatch(bounds["pattern"], value):
        broken.append(f"Member must satisfy regular expression pattern: {bounds['pattern']}")
    return broken


def _problem(value: Any, path: str, constraint: str) -> str:
    shown = "null" if value is None else f"'{_shown(value)}'"
    return f"Value {shown} at '{path}' failed to satisfy constraint: {constraint}"


def _shown(value: Any) -> str:
    match value:
        case list():
            return f"[{', '.join(map(_shown, value))}]"
        case dict():
            return f"{{{', '.join(f'{name}={_shown(member)}' for name, member in value.items())}}}"
        case _:
            return str(value)


def _member_path(path: str, name: str) -> str:
    lowered = name[0].lower() + name[1:]
    return f"{path}.{lowered}" if path else lowered
