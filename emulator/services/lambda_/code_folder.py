"""A folder of code that is edited while the function that is in it runs."""

import os
from collections.abc import Iterator
from pathlib import Path

# A file that is in the middle of being saved may be gone between two looks.
type FolderVersion = frozenset[tuple[str, int, int]]


def folder_version(folder: Path) -> FolderVersion:
    """Return what changes when a file of the folder is saved, added or removed: paths, times and sizes.

    What Python compiles is no change of the code.
    """
    return frozenset(_files(folder))


def _files(folder: Path) -> Iterator[tuple[str, int, int]]:
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__"]
        for name in names:
            path = os.path.join(parent, name)  # noqa: PTH118 - asked before each invocation: pathlib takes twice as long
            try:
                found = os.stat(path)  # noqa: PTH116 - see above
            except FileNotFoundError:
                continue
            yield path, found.st_mtime_ns, found.st_size
