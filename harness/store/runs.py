"""Which runs there are: making one, finding one, listing them, removing old ones."""

import re
import secrets
import shutil
import string
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from harness.errors import HarnessError, InputOutputError, MisuseError, UnavailableError
from harness.judging.results import Results
from harness.store.files import link
from harness.store.folder import RunFolder
from harness.store.record import RunRecord

LATEST: Final = "latest"

_RUN_ID: Final = re.compile(r"\d{8}-\d{9}-[a-z]{4}")
_UNDER_WAY_S: Final = 600
"""A run that was not judged is left alone for as long after anything was written: it may be going on."""


@dataclass(frozen=True, slots=True)
class StoredRun:
    """One run of a list, as far as it can be read."""

    folder: RunFolder
    record: RunRecord | None
    results: Results | None
    problem: str
    """What could not be read; empty if all could."""


class RunStore:
    """All runs of a checkout.

    Args:
        root: the folder that holds the runs' folders; it need not be there yet.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def create(self, started_at: datetime) -> RunFolder:
        """Make the folder of a new run, and let `latest` lead to it.

        Args:
            started_at: the run's start, in UTC.

        Raises:
            InputOutputError: it could not be made.
        """
        letters = "".join(secrets.choice(string.ascii_lowercase) for _ in range(4))
        run_id = f"{started_at:%Y%m%d-%H%M%S}{started_at.microsecond // 1000:03}-{letters}"
        folder = RunFolder(self._root / run_id)
        try:
            folder.path.mkdir(parents=True)
        except OSError as error:
            what = f"{folder.path}: {error.strerror or error}; check free space and permissions"
            raise InputOutputError(what) from error
        link(self._root / LATEST, run_id)
        return folder

    def find(self, name: str) -> RunFolder:
        """Return the run that a person means.

        Args:
            name: "latest", a run's ID, the beginning of one, or the path of a folder.

        Raises:
            MisuseError: there is none such, or more than one.
            UnavailableError: there is no run at all.
        """
        if name == LATEST:
            return self._latest()
        folders = self._folders()
        if found := [folder for folder in folders if name and folder.run_id.startswith(name)]:
            if len(found) > 1:
                which = ", ".join(folder.run_id for folder in found[:5])
                raise MisuseError(f"{len(found)} runs begin with {name}: {which}; give more of it")
            return found[0]
        if name and Path(name).is_dir():
            return RunFolder(Path(name).resolve())
        raise MisuseError(f"no run {name!a} in {self._root}, and no folder either; see `harness runs`")

    def adopt(self, folder: RunFolder) -> RunFolder:
        """Take a run from another store of this machine, and let `latest` lead to it. The other has it no more.

        Raises:
            InputOutputError: it could not be moved.
        """
        target = self._root / folder.run_id
        try:
            self._root.mkdir(parents=True, exist_ok=True)
            shutil.move(folder.path, target)
        except OSError as error:
            what = f"{target}: {error.strerror or error}; check free space and permissions"
            raise InputOutputError(what) from error
        link(self._root / LATEST, folder.run_id)
        return RunFolder(target)

    def list(self) -> Sequence[StoredRun]:
        """Return all runs, the newest first; what is broken among them is said to be, and is no error."""
        return [_read(folder) for folder in self._folders()]

    def names(self) -> Sequence[str]:
        """Return the IDs of all runs, the newest first, without a look into them."""
        return [folder.run_id for folder in self._folders()]

    def prune(self, keep: int) -> Sequence[RunFolder]:
        """Remove all runs but the newest, and those that may be going on; return what was removed.

        Raises:
            InputOutputError: a folder could not be removed.
        """
        removed = [folder for folder in self._folders()[keep:] if not _may_go_on(folder)]
        for folder in removed:
            try:
                shutil.rmtree(folder.path)
            except OSError as error:
                raise InputOutputError(f"{folder.path}: {error.strerror or error}; remove it by hand") from error
        return removed

    def _latest(self) -> RunFolder:
        """Return what the link leads to or, where it is broken or not there, the newest run."""
        target = (self._root / LATEST).resolve()
        if target.is_dir() and _RUN_ID.fullmatch(target.name):
            return RunFolder(self._root / target.name)
        if not (folders := self._folders()):
            raise UnavailableError(f"no runs in {self._root}; make one with `harness run`")
        return folders[0]

    def _folders(self) -> Sequence[RunFolder]:
        """Return the runs' folders, the newest first. A run's ID begins with its start, so that its name sorts."""
        try:
            named = [path for path in self._root.iterdir() if _RUN_ID.fullmatch(path.name)]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise InputOutputError(f"{self._root}: {error.strerror or error}; check its permissions") from error
        # A link may lead anywhere, and what is listed here may be removed.
        folders = [path for path in named if path.is_dir() and not path.is_symlink()]
        return [RunFolder(path) for path in sorted(folders, reverse=True)]


def _read(folder: RunFolder) -> StoredRun:
    record: RunRecord | None = None
    try:
        record = folder.read_record()
        results = folder.read_results()
    except HarnessError as error:
        return StoredRun(folder, record, None, str(error))
    return StoredRun(folder, record, results, "")


def _may_go_on(folder: RunFolder) -> bool:
    return not folder.results_path.exists() and time.time() - folder.last_written_s() < _UNDER_WAY_S
