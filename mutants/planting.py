"""Puts a bug into a copy of the sources; the sources themselves stay as they are."""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from harness.errors import InternalError
from mutants.mutant import Edit

CHECKOUT: Final = Path(__file__).parents[1]


class PlantingError(InternalError):
    """A bug does not fit the sources any more."""


@dataclass(frozen=True, slots=True)
class Planted:
    """A copy of what is deployed."""

    folder: Path

    @property
    def source_dir(self) -> Path:
        """What the bootstrap takes as `--source-dir`."""
        return self.folder / "infra"

    @property
    def consumer_dir(self) -> Path:
        """What the bootstrap takes as `--consumer-dir`."""
        return self.folder / "consumer"

    @property
    def authorizer_dir(self) -> Path:
        """What the bootstrap finds beside it."""
        return self.folder / "authorizer"


def plant(edits: Iterable[Edit], folder: Path, checkout: Path = CHECKOUT) -> Planted:
    """Copy the sources and change the copy.

    Args:
        edits: made one after the other.
        folder: where the copy goes; it has no `infra`, `consumer` or `authorizer` yet.
        checkout: where the sources are.

    Raises:
        PlantingError: a text to replace is not there, or more than once.
    """
    shutil.copytree(checkout / "infra", folder / "infra", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    for function in ("consumer", "authorizer"):
        shutil.copytree(checkout / function, folder / function, ignore=shutil.ignore_patterns("__pycache__"))
    for edit in edits:
        path = folder / edit.path
        path.write_text(edited(path.read_text(), edit))
    return Planted(folder)


def edited(text: str, edit: Edit) -> str:
    """Return a file's text with the edit made. Pure.

    Raises:
        PlantingError: the text to replace is not there exactly once.
    """
    if (times := text.count(edit.old)) != 1:
        first_line = edit.old.strip().splitlines()[0]
        raise PlantingError(f"{edit.path} has {first_line!r} {times} times, not once; mend the edit in mutants/")
    return text.replace(edit.old, edit.new)
