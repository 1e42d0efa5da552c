"""Log lines: one JSON object each, with nothing of a user in it."""

import json
import sys
from typing import Protocol


class Log(Protocol):
    """Writes one line. Callers pass IDs, counts and fixed words only, never what a client sent."""

    def __call__(self, level: str, message: str, **fields: str | int | None) -> None:
        """Write `message` with its `fields`; one that is None is left out."""


def write_line(level: str, message: str, **fields: str | int | None) -> None:
    """Be a `Log` that writes to standard output, which Lambda keeps."""
    known = {name: value for name, value in fields.items() if value is not None}
    sys.stdout.write(json.dumps({"level": level, "message": message, **known}) + "\n")
    sys.stdout.flush()
