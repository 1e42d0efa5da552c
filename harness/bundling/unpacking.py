"""Unpacks a bundle that somebody else made, into a folder that all commands take for a run's."""

import shutil
import tempfile
from pathlib import Path
from typing import Final

from harness.bundling.contents import LISTING, listing_from_json, may_be_in_bundle
from harness.bundling.packing import hash_of
from harness.errors import InputOutputError, MisuseError
from harness.store.archives import unpack_archive
from harness.store.files import read_json
from harness.store.folder import RunFolder

_MOST_BYTES: Final = 4 * 1024**3


def is_bundle(path: Path) -> bool:
    """Return whether a path is meant to be a bundle: a file, not a run's name or folder."""
    return path.is_file() and path.suffix == ".zip"


def unpack_bundle(path: Path, bundles_dir: Path, most_bytes: int = _MOST_BYTES) -> RunFolder:
    """Unpack a bundle, check that it is whole, and return the run's folder; an earlier one of that run is replaced.

    Args:
        path: the bundle.
        bundles_dir: what the run's folder is made in.
        most_bytes: how much may come out of it.

    Raises:
        MisuseError: it is no bundle, it is broken, or it holds what it must not.
        InputOutputError: it could not be read, or not be written.
    """
    try:
        bundles_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".unpacking-", dir=bundles_dir) as made:
            unpack_archive(path, Path(made), may_have=may_be_in_bundle, most_bytes=most_bytes)
            unpacked = _checked(path, Path(made))
            target = bundles_dir / unpacked.name
            if target.exists():
                shutil.rmtree(target)
            unpacked.replace(target)
    except OSError as error:
        what = f"{error.filename or bundles_dir}: {error.strerror or error}"
        raise InputOutputError(f"{what}; check free space and permissions") from error
    return RunFolder(target)


def _checked(path: Path, made: Path) -> Path:
    """Return the one folder that was unpacked, if it holds what its list says."""
    folders = list(made.iterdir())
    if len(folders) != 1 or not (folders[0] / LISTING).exists():
        raise MisuseError(f"{path}: it has no {LISTING}; give a file that `harness bundle` made")
    folder = folders[0]
    listing = listing_from_json(read_json(folder / LISTING), f"{path}: {LISTING}")
    for name, file in listing.files.items():
        if not may_be_in_bundle(f"{folder.name}/{name}") or not (folder / name).exists():
            raise MisuseError(f"{path}: {name[:100]!a} is not in it; ask for it again")
        if hash_of(folder / name) != file.sha256:
            raise MisuseError(f"{path}: {name} is not what it was when it was packed; ask for it again")
    return folder
