"""How evidence is written: one line, in ASCII, bounded, with nothing in it that a terminal would obey. Pure."""

from collections.abc import Sequence
from typing import Any, Final

_SHOWN_CHARACTERS: Final = 80
_LINE_CHARACTERS: Final = 500


def shown(value: Any, most: int = _SHOWN_CHARACTERS) -> str:
    """Return a value as Python writes it in ASCII, cut off where it is long."""
    text = ascii(value)
    return text if len(text) <= most else f"{text[:most]}... ({len(text)} characters)"


def named(name: str | None) -> str:
    """Return a handle or an identity, bare where it is plain."""
    if name and name.isascii() and name.isprintable() and " " not in name and len(name) <= _SHOWN_CHARACTERS:
        return name
    return shown(name)


def at(time_s: float) -> str:
    """Return a time on the run's clock."""
    return f"at {time_s:.3f} s"


def because(problems: Sequence[str]) -> str:
    """Return why something could not be read, as the end of a line that says so."""
    return f": {'; '.join(problems)}" if problems else ""


def counted(count: int, things: str) -> str:
    """Return how many there are of things, which are given in the plural: "1 flow", "2 flows"."""
    return f"{count} {things if count != 1 else things.removesuffix('s')}"


def one_line(text: str) -> str:
    """Return a text as one bounded line of printable ASCII."""
    begin = text[:_LINE_CHARACTERS]
    line = "".join(c if c.isascii() and c.isprintable() else ascii(c)[1:-1] for c in begin)[:_LINE_CHARACTERS]
    return line if len(text) <= _LINE_CHARACTERS else f"{line}..."
