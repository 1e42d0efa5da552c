"""The tables of faults in the documentation, written from the catalogue and the schemas.

`python -m model.faults.tables docs/faults.md` writes them anew, each between its markers.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from model.faults.catalogue import ENGINE_KINDS, KINDS
from model.faults.delays import Delay, ExponentialDelay, FixedDelay, UniformDelay
from model.faults.kinds import ITEM_OPERATIONS, WRITES, Kind
from model.faults.schemas import PUT_BODY

_MARKED: Final = re.compile(
    r"(?P<begin><!-- (?P<name>\w+): written by python -m model.faults.tables -->\n).*?(?P<end><!-- end -->)", re.DOTALL
)


def with_tables(text: str) -> str:
    """Return a Markdown document with each table that it has a pair of markers for as it is now."""
    tables = {"kinds": kinds_table(), "definition": definition_table()}
    return _MARKED.sub(lambda found: f"{found['begin']}{tables[found['name']]}{found['end']}", text)


def kinds_table() -> str:
    """Return the table of all kinds, and what it abbreviates."""
    head = ("kind", "place", "what it does", "rate", "delay", "operations")
    rows = (
        (f"`{kind.name}`", kind.place, kind.what, f"{kind.rate:g}", _delay(kind.delay), _operations(kind))
        for kind in KINDS
    )
    return _table(head, rows) + f"\nWrites are {_names(WRITES)}; reads are {_names(ITEM_OPERATIONS - WRITES)}.\n"


def definition_table() -> str:
    """Return the table of what a fault's definition can say."""
    return _table(("field", "means", "default"), _fields(PUT_BODY["properties"]))


def _fields(properties: Mapping[str, Any], prefix: str = "") -> Iterator[Sequence[str]]:
    for name, schema in properties.items():
        if name == "scope":
            yield from _fields(schema["properties"], "scope.")
        else:
            means = {"kind": "one of the kinds above"}.get(name, schema["description"])
            yield f"`{prefix}{name}`", means, _default(name, schema, "all" if prefix else "the kind's")


def _default(name: str, schema: Mapping[str, Any], otherwise: str) -> str:
    if name == "kind":
        return "-"
    if name == "times":
        others = (f"of `{kind.name}` {kind.times}" for kind in ENGINE_KINDS if kind.times != 1)
        return "; ".join(("1", *others))
    return str(schema.get("default", otherwise))


def _delay(delay: Delay | None) -> str:
    match delay:
        case None:
            return "-"
        case FixedDelay(fixed_ms):
            return f"{fixed_ms:g} ms"
        case UniformDelay(least_ms, most_ms):
            return f"{least_ms:g} to {most_ms:g} ms"
        case ExponentialDelay(mean_ms, most_ms):
            return f"{mean_ms:g} ms on average, at most {most_ms:g} ms"


def _operations(kind: Kind) -> str:
    known = kind.known_operations
    if known is None:
        return "method and path: `POST /users`"
    abbreviated = {WRITES: "writes", ITEM_OPERATIONS: "reads, writes"}
    return abbreviated.get(known, _names(known))


def _names(operations: frozenset[str]) -> str:
    return ", ".join(f"`{operation}`" for operation in sorted(operations)) or "-"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = (head, ["---"] * len(head), *rows)
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        path = Path(name)
        path.write_text(with_tables(path.read_text()))
