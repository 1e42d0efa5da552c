"""Writing a file so that it is there whole or not at all, and reading one; what fails is one line."""

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from harness.errors import InputOutputError, MisuseError


def write_text(path: Path, text: str) -> None:
    """Write a file in UTF-8. Whoever looks sees what was there before or all of the text, also after a crash.

    Raises:
        InputOutputError: it could not be written; what was there before still is.
    """
    write_bytes(path, text.encode())


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file as `write_text` does.

    Raises:
        InputOutputError: see `write_text`.
    """
    with _named(path, "free some space or check the permissions, then run it again"):
        temporary = _beside(path)
        try:
            with temporary.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)


def write_json(path: Path, document: Any) -> None:
    """Write a JSON file, indented, in ASCII.

    Raises:
        InputOutputError: see `write_text`.
    """
    write_text(path, json.dumps(document, indent=2, allow_nan=False) + "\n")


def read_json(path: Path) -> Any:
    """Read a JSON file.

    Raises:
        InputOutputError: it cannot be read.
        MisuseError: it is not JSON.
    """
    with _named(path, "check that it is there and may be read"):
        text = path.read_bytes()
    try:
        return json.loads(text)
    except ValueError as error:
        raise MisuseError(f"{path}: not JSON, or cut off ({error}); it cannot be used") from error


def link(path: Path, target: str) -> None:
    """Make `path` a symbolic link, also where there is one: at any time it leads to the old or the new target.

    Raises:
        InputOutputError: it could not be made.
    """
    with _named(path, "check the permissions of its folder"):
        temporary = _beside(path)
        try:
            temporary.symlink_to(target)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)


def _beside(path: Path) -> Path:
    """Return a new name in the same folder, since only there a file can take another's place at once."""
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}")


@contextmanager
def _named(path: Path, what_next: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InputOutputError(f"{path}: {error.strerror or error}; {what_next}") from error
