"""Log lines: one JSON object each, with nothing of a token in it."""

import json
import sys
from typing import Protocol


class Log(Protocol):
    """Writes one line. Callers pass IDs, counts and fixed words only, never what a client sent."""

    def __call__(self, level: str, message: str, **fields: str | int) -> None:
        """Write `message` with its `fields`."""


def write_line(level: str, message: str, **fields: str | int) -> None:
    """Be a `Log` that writes to standard output, which Lambda keeps."""
    sys.stdout.write(json.dumps({"level": level, "message": message, **fields}) + "\n")
    sys.stdout.flush()
