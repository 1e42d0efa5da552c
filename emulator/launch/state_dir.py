"""The state folder of one engine: what is in it, who may use it, and what is left from the last one."""

import contextlib
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from emulator.errors import StorageError, UnavailableError
from emulator.launch.record import EngineRecord, read_record

_POLL_S = 0.05


@dataclass(frozen=True)
class StateDir:
    """The folder of one engine. Two engines never share one; two folders share nothing.

    `engine.json` is the record of a ready engine, `engine.log` its log and `engine.log.1` the one before;
    `engine.lock` is held as long as an engine starts or runs; `work/` is the engine's own, and goes with it.
    """

    path: Path

    @property
    def record_path(self) -> Path:
        """Where a ready engine says what it is."""
        return self.path / "engine.json"

    @property
    def log_path(self) -> Path:
        """The log of the engine that runs, or ran last."""
        return self.path / "engine.log"

    @property
    def lock_path(self) -> Path:
        """What the one engine of this folder holds from before its start to its end, however it ends."""
        return self.path / "engine.lock"

    @property
    def work_dir(self) -> Path:
        """What the engine writes while it runs: all of it, functions' code and temporary files included."""
        return self.path / "work"

    def running(self) -> EngineRecord | None:
        """Return the record of the engine that runs here and is ready, or `None`."""
        record = read_record(self.record_path)
        return record if record and record.is_alive else None

    def clear(self) -> None:
        """Remove what an engine left behind that did not end by itself. For who holds the lock."""
        self.leave()
        self.work_dir.mkdir(exist_ok=True)

    def leave(self) -> None:
        """Remove what ends with an engine. For who holds the lock."""
        self.record_path.unlink(missing_ok=True)
        shutil.rmtree(self.work_dir, ignore_errors=True)

    def tidy(self) -> None:
        """Remove what a killed engine left, unless there is another engine by now."""
        lock = FileLock(self.lock_path)
        with contextlib.suppress(Timeout), lock.acquire(blocking=False):
            self.leave()

    def claim(self, deadline: float) -> FileLock | EngineRecord:
        """Return the lock of this folder, held, or the record of the engine that holds it and is ready.

        Makes the folder where there is none. Waits while another engine is about to start here: the lock is
        free when its holder's process ends, however it ends.

        Args:
            deadline: on the monotonic clock, in seconds.

        Raises:
            StorageError: the folder can't be made or written.
            UnavailableError: by the deadline there was neither.
        """
        lock = FileLock(self.lock_path)
        while True:
            try:
                self.path.mkdir(parents=True, exist_ok=True)
                lock.acquire(blocking=False)
            except Timeout:
                if record := self.running():
                    return record
            except OSError as error:
                raise StorageError(
                    f"{self.path}: can't be a state folder ({error.strerror}): give another --state-dir"
                ) from error
            else:
                return lock
            if time.monotonic() > deadline:
                raise UnavailableError(
                    f"{self.path}: another engine is about to start here and did not get ready in time; "
                    f"see {self.log_path}"
                )
            time.sleep(_POLL_S)
