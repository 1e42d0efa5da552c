"""Patterns of policies: `*` for any text, `?` for one character, and `${name}` for a value of the call.

The value of a variable is literal text, not a pattern: a user named `*` matches only that user.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""

import re
from collections.abc import Mapping
from enum import Enum
from functools import lru_cache
from typing import Final

type CallValues = Mapping[str, tuple[str, ...]]
"""The values of condition keys, by their names in lower case."""


class Wild(Enum):
    """A wildcard."""

    ANY = "*"
    ONE = "?"
    ANY_WITHIN_SEGMENT = "*, but no colon"
    ONE_WITHIN_SEGMENT = "?, but no colon"


type Pattern = tuple[str | Wild, ...]
"""Characters and wildcards."""

_COLONS_OF_AN_ARN: Final = 5
_WITHIN_SEGMENT: Final[Mapping[str | Wild, Wild]] = {
    Wild.ANY: Wild.ANY_WITHIN_SEGMENT,
    Wild.ONE: Wild.ONE_WITHIN_SEGMENT,
}
_STARS: Final = frozenset({Wild.ANY, Wild.ANY_WITHIN_SEGMENT})

_VARIABLE: Final = re.compile(r"\$\{(?P<name>[^}]*)\}")
_ESCAPED: Final = frozenset("*?$")
_MAX_TEXTS: Final = 4096


def pattern_of(text: str, values: CallValues | None = None) -> Pattern | None:
    """Return a text of a policy as a pattern.

    Args:
        text: as the policy has it.
        values: the values of variables; None if the policy's version has no variables.

    Returns:
        The pattern; None if a variable has no value, or several: it matches nothing then.
    """
    if values is None or "${" not in text:
        return _wild(text)
    pattern: list[str | Wild] = []
    end = 0
    for found in _VARIABLE.finditer(text):
        pattern += _wild(text[end : found.start()])
        value = _value(found["name"], values)
        if value is None:
            return None
        pattern += value
        end = found.end()
    return (*pattern, *_wild(text[end:]))


@lru_cache(_MAX_TEXTS)
def within_segments(pattern: Pattern) -> Pattern:
    """Return a pattern as one of ARNs, whose wildcards match only within a segment, between two colons.

    Only a star at the end of its segment may match beyond it. The last segment is the resource's own name, which may
    have colons; its wildcards match any text.
    """
    ends = (*(i for i, sign in enumerate(pattern) if sign == ":"), len(pattern))
    last_begins = ends[_COLONS_OF_AN_ARN - 1] if len(ends) > _COLONS_OF_AN_ARN else len(pattern)
    return tuple(
        _WITHIN_SEGMENT.get(sign, sign) if at < last_begins and not (sign is Wild.ANY and (at + 1 in ends)) else sign
        for at, sign in enumerate(pattern)
    )


def matches(pattern: Pattern, text: str) -> bool:
    """Whether a pattern matches a whole text, in time at most proportional to the product of their lengths."""
    texts = _between_stars(pattern)
    return _matches_all_kinds(pattern, text) if texts is None else _matches_stars(texts, text)


@lru_cache(_MAX_TEXTS)
def _between_stars(pattern: Pattern) -> tuple[str, ...] | None:
    """Return the texts around a pattern's stars; None if it has other wildcards, too."""
    texts: list[list[str]] = [[]]
    for sign in pattern:
        if isinstance(sign, str):
            texts[-1].append(sign)
        elif sign is Wild.ANY:
            texts.append([])
        else:
            return None
    return tuple("".join(each) for each in texts)


def _matches_stars(texts: tuple[str, ...], text: str) -> bool:
    """Whether a text starts with the first, ends with the last, and has the others in between, in their order."""
    first, *others = texts
    if not others:
        return text == first
    *between, last = others
    if not text.startswith(first) or not text.endswith(last):
        return False
    at, end = len(first), len(text) - len(last)
    for each in between:
        found = text.find(each, at, end)
        if found < 0:
            return False
        at = found + len(each)
    return at <= end


def _matches_all_kinds(pattern: Pattern, text: str) -> bool:
    """Whether a pattern matches a text, by following all places in the pattern, character by character."""
    places = _past_stars(pattern, {0})
    for character in text:
        steps = (_step(pattern[place], place, character) for place in places if place < len(pattern))
        places = _past_stars(pattern, {step for step in steps if step is not None})
    return len(pattern) in places


def _past_stars(pattern: Pattern, places: set[int]) -> set[int]:
    """Return places, and those after the stars at them: a star may match nothing."""
    reached: set[int] = set()
    for place in places:
        reached.add(place)
        while place < len(pattern) and pattern[place] in _STARS:
            place += 1  # noqa: PLW2901 - it walks on from there
            reached.add(place)
    return reached


def _step(sign: str | Wild, place: int, character: str) -> int | None:
    """Return the place after a character, which stays the same at a star; None if the sign does not match it."""
    if isinstance(sign, str):
        return place + 1 if sign == character else None
    if character == ":" and sign in _WITHIN_SEGMENT.values():
        return None
    return place if sign in _STARS else place + 1


@lru_cache(_MAX_TEXTS)
def _wild(text: str) -> Pattern:
    return tuple(Wild(sign) if sign in "*?" else sign for sign in text)


def _value(name: str, values: CallValues) -> str | None:
    """Return the value of a variable: `${*}` is a star, and `${name, 'default'}` has a default."""
    if name in _ESCAPED:
        return name
    key, _, default = name.partition(",")
    found = values.get(key.strip().lower(), ())
    if len(found) == 1:
        return found[0]
    default = default.strip()
    is_quoted = len(default) > 1 and default[0] == default[-1] == "'"
    return default[1:-1] if is_quoted and not found else None
