"""Holds what a speed-up replaces to what it was written against."""

import hashlib
import inspect
from collections.abc import Callable
from typing import Any


class UnknownOriginalError(Exception):
    """The code that a speed-up would replace is another than it knows."""


def require_source(original: Callable[..., Any], digest: str) -> None:
    """Refuse to go on where the source of `original` is not the one with this digest.

    Raises:
        UnknownOriginalError: it is another. The message has the digest that it has.
    """
    found = hashlib.sha256(inspect.getsource(original).encode()).hexdigest()[:16]
    if found != digest:
        raise UnknownOriginalError(
            f"{original.__module__}.{original.__qualname__} is not the one that our speed-up knows ({found}, not "
            f"{digest}): install the locked packages again"
        )
