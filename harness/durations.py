"""How a person writes a time: `250ms`, `2s`, `1min`. Pure."""

import re
from typing import Final

NUMBER: Final = r"(\d{1,9}(?:\.\d{1,6})?)"
"""A pattern of one group."""
DURATION: Final = rf"{NUMBER}(ms|s|min)"
"""A pattern of two groups, which `in_seconds` takes."""

_SECONDS: Final = {"ms": 0.001, "s": 1.0, "min": 60.0}


def in_seconds(number: str, unit: str) -> float:
    """Return the seconds that a number and its unit are."""
    return float(number) * _SECONDS[unit]


def duration_s(text: str) -> float | None:
    """Return the seconds that a text says; None where it is no duration."""
    found = re.fullmatch(DURATION, text)
    return in_seconds(found[1], found[2]) if found else None
