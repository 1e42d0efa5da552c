"""JSON Pointers (RFC 6901), and when two JSON values are the same. Pure."""

from functools import lru_cache
from typing import Any


class NothingThereError(LookupError):
    """A pointer that points to nothing."""


@lru_cache
def parse(pointer: str) -> tuple[str, ...]:
    """Return the reference tokens of a pointer, unescaped.

    Raises:
        ValueError: it is not a JSON Pointer.
    """
    if not pointer:
        return ()
    if not pointer.startswith("/"):
        raise ValueError(f"{pointer!a} is not a JSON Pointer: it begins with / or is empty")
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in pointer[1:].split("/"))


def resolve(document: Any, pointer: str) -> Any:
    """Return what a pointer points to.

    Raises:
        NothingThereError: nothing.
    """
    for token in parse(pointer):
        match document:
            case dict() if token in document:
                document = document[token]
            case list() if token in map(str, range(len(document))):
                document = document[int(token)]
            case _:
                raise NothingThereError(pointer)
    return document


def same(one: Any, other: Any) -> bool:
    """Whether two JSON values are the same; unlike in Python, true is not 1."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[name]) for name, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, bool) is isinstance(other, bool) and bool(one == other)
