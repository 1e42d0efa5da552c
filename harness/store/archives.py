"""Files in one file: the same bytes for the same content, and read with care, since anybody may have made it."""

import io
import re
import shutil
import stat
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from harness.errors import InputOutputError, MisuseError

_NO_TIME: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest that the format knows: when an archive was made says nothing of what is in it."""
_PLAIN_FILE: Final = (stat.S_IFREG | 0o644) << 16
_LEVEL: Final = 6
_MOST_FILES: Final = 10_000
_PIECE_BYTES: Final = 1024 * 1024
_SAFE_PATH: Final = re.compile(r"(?!\.\.?(?:/|\Z))[^/\\:\0-\x1f]+(?:/(?!\.\.?(?:/|\Z))[^/\\:\0-\x1f]+)*")


def as_archive(files: Mapping[str, bytes]) -> bytes:
    """Return a zip archive of files, by their paths in it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path in sorted(files):
            archive.writestr(_entry(path), files[path], zipfile.ZIP_DEFLATED, compresslevel=_LEVEL)
    return buffer.getvalue()


def write_archive(target: Path, files: Mapping[str, Path]) -> None:
    """Write a zip archive of files on disk, by their paths in it; a file of any size takes little memory.

    Raises:
        InputOutputError: it could not be written.
    """
    try:
        with zipfile.ZipFile(target, "w") as archive:
            for path in sorted(files):
                entry = _entry(path)
                entry.compress_type, entry.file_size = zipfile.ZIP_DEFLATED, files[path].stat().st_size
                with files[path].open("rb") as source, archive.open(entry, "w") as sink:
                    shutil.copyfileobj(source, sink, _PIECE_BYTES)
    except OSError as error:
        what = f"{error.filename or target}: {error.strerror or error}"
        raise InputOutputError(f"{what}; check free space and permissions") from error


def unpack_archive(path: Path, folder: Path, *, may_have: Callable[[str], bool], most_bytes: int) -> None:
    """Unpack an archive that anybody may have made. Nothing is written outside of `folder`, and nothing but files.

    Args:
        path: the archive.
        folder: is made, with what is in the archive.
        may_have: whether a path may be in it.
        most_bytes: how much may come out of it, whatever it says of itself.

    Raises:
        MisuseError: it is no archive, it is broken, or it holds what it must not.
        InputOutputError: it could not be read or written.
    """
    left_bytes = most_bytes
    try:
        with zipfile.ZipFile(path) as archive:
            entries = _checked(archive, path, may_have, most_bytes)
            for entry in entries:
                target = folder / entry.filename
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(entry) as source, target.open("xb") as sink:
                    while piece := source.read(_PIECE_BYTES):
                        left_bytes -= len(piece)
                        if left_bytes < 0:
                            raise MisuseError(f"{path}: more comes out of it than {most_bytes:,} bytes; it is not used")
                        sink.write(piece)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError, ValueError) as error:
        raise MisuseError(f"{path}: no archive of ours, or broken ({' '.join(str(error).split())})") from error
    except OSError as error:
        what = f"{error.filename or path}: {error.strerror or error}"
        raise InputOutputError(f"{what}; check the path, free space and permissions") from error


def _entry(path: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(path, _NO_TIME)
    entry.create_system = 3  # Unix, wherever this runs
    entry.external_attr = _PLAIN_FILE
    return entry


def _checked(
    archive: zipfile.ZipFile, path: Path, may_have: Callable[[str], bool], most_bytes: int
) -> list[zipfile.ZipInfo]:
    """Return what is in it, if all of that may be."""
    entries = archive.infolist()
    if len(entries) > _MOST_FILES:
        raise MisuseError(f"{path}: {len(entries):,} files are in it, and it may have {_MOST_FILES:,}; it is not used")
    if sum(entry.file_size for entry in entries) > most_bytes:
        raise MisuseError(f"{path}: more comes out of it than {most_bytes:,} bytes; it is not used")
    seen: set[str] = set()
    for entry in entries:
        kind = stat.S_IFMT(entry.external_attr >> 16)
        is_file = kind in {0, stat.S_IFREG} and not entry.is_dir()
        name = entry.filename
        if not is_file or not _SAFE_PATH.fullmatch(name) or name in seen or not may_have(name):
            raise MisuseError(f"{path}: it holds {name[:100]!a}, which it must not; it is not used")
        seen.add(name)
    return entries
