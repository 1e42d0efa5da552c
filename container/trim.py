#!/usr/bin/env python3
"""Removes from a folder of installed packages what no program of ours can reach: `container/trim.py FOLDER`.

Tests that packages bring along, type stubs and headers, and source that was compiled to a library. The descriptions of
AWS's services stay, all of them: a function may make a client of any, and has to get the same answer as elsewhere.
"""

import shutil
import sys
from pathlib import Path

UNREACHED_FOLDERS = {"tests", "test"}
UNREACHED_FILES = ("*.pyi", "*.pyx", "*.pxd", "*.c", "*.h", "*.cpp", "*.hpp", ".gitignore")


def main(packages: Path) -> None:
    """Remove them, and say how many bytes that was."""
    before = size_bytes(packages)
    (site,) = packages.glob("lib/python3.*/site-packages")
    for folder in [each for each in site.rglob("*") if each.name in UNREACHED_FOLDERS and each.is_dir()]:
        shutil.rmtree(folder, ignore_errors=True)  # one that was in another is gone already
    for pattern in UNREACHED_FILES:
        for file in packages.rglob(pattern):
            file.unlink()
    sys.stdout.write(f"{before / 1e6:.0f} MB of packages, {size_bytes(packages) / 1e6:.0f} MB of them kept\n")


def size_bytes(folder: Path) -> int:
    """Return what the files of a folder hold."""
    return sum(file.lstat().st_size for file in folder.rglob("*"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
