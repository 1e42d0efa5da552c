"""Texts and figures as the page shows them. Pure.

Whatever a client sent, or a server answered, may be on the page: what is not printable ASCII is written as an escape,
so that it can be seen and can do nothing. (Markup is escaped too, by the template.)
"""

import json
from collections.abc import Mapping
from typing import Any, Final

_MOST_CHARACTERS: Final = 400
_MS_PER_S: Final = 1000
_MS_PER_MIN: Final = 60_000
_SMALL_MS: Final = 10


def shown_text(text: str, most_characters: int = _MOST_CHARACTERS) -> str:
    """Return a text in printable ASCII, cut where it is long; what is cut is counted."""
    kept = "".join(map(_shown_character, text[:most_characters]))
    return kept + _what_is_cut(len(text), most_characters)


def shown_payload(payload: Mapping[str, Any]) -> str:
    """Return what was sent as JSON in ASCII, each text cut where it is long."""
    return shown_text(json.dumps(_cut(payload)), most_characters=10 * _MOST_CHARACTERS)


def shown_ms(value_ms: float | None) -> str:
    """Return milliseconds as a figure of a table."""
    if value_ms is None:
        return "-"
    return f"{value_ms:,.2f}" if abs(value_ms) < _SMALL_MS else f"{value_ms:,.1f}"


def duration_label(value_ms: float) -> str:
    """Return a round duration as a tick's label, in the unit that suits it."""
    if value_ms < _MS_PER_S:
        return f"{value_ms:g} ms"
    return f"{value_ms / _MS_PER_S:g} s" if value_ms < _MS_PER_MIN else f"{value_ms / _MS_PER_MIN:.3g} min"


def _shown_character(character: str) -> str:
    if character.isascii() and character.isprintable():
        return character
    return ascii(character)[1:-1]


def _what_is_cut(length: int, most_characters: int) -> str:
    return f" ... ({length - most_characters:,} more characters)" if length > most_characters else ""


def _cut(value: Any) -> Any:
    """Return a JSON value whose texts are at most `_MOST_CHARACTERS` long."""
    match value:
        case str():
            return value[:_MOST_CHARACTERS] + _what_is_cut(len(value), _MOST_CHARACTERS)
        case Mapping():
            return {_cut(name): _cut(member) for name, member in value.items()}
        case list() | tuple():
            return [_cut(member) for member in value]
        case _:
            return value
