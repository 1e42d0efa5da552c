"""What differs between two answers, place by place. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_MISSING = "<missing>"


@dataclass(frozen=True)
class Difference:
    """One place in one call's answer that is not the same."""

    call: str
    place: str
    ours: Any
    reference: Any

    def __str__(self) -> str:
        """Return the lines that a failed test shows."""
        return f"{self.call}: {self.place}\n    ours:      {self.ours!r}\n    reference: {self.reference!r}"


@dataclass(frozen=True)
class Wanted:
    """A difference that is meant: every call whose name begins so, at every place that begins so."""

    call: str
    place: str
    reason: str

    def covers(self, difference: Difference) -> bool:
        """Whether that is it."""
        return difference.call.startswith(self.call) and difference.place.startswith(self.place)


def differences(ours: Mapping[str, Any], reference: Mapping[str, Any]) -> list[Difference]:
    """Return all places that differ, of all calls. Both have the same calls."""
    return [
        Difference(call, place, *values) for call in ours for place, *values in _places(ours[call], reference[call], "")
    ]


def _places(ours: Any, reference: Any, place: str) -> Iterator[tuple[str, Any, Any]]:
    match ours, reference:
        case dict(), dict():
            for key in [*ours, *(key for key in reference if key not in ours)]:
                yield from _places(ours.get(key, _MISSING), reference.get(key, _MISSING), f"{place}.{key}".lstrip("."))
        case list(), list() if len(ours) == len(reference):
            for number, members in enumerate(zip(ours, reference, strict=True)):
                yield from _places(*members, f"{place}.{number}")
        case _ if (type(ours), ours) != (type(reference), reference):  # 1 is not true
            yield place, ours, reference
