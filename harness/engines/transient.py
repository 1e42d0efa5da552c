"""A folder for an engine that lives no longer than one process: a command, or a session of tests."""

import os
import shutil
from pathlib import Path

import psutil

from harness.engines.embedded import running_engine


def transient_state_dir(state_dir: Path, owner_pid: int | None = None) -> Path:
    """Return the folder below `state_dir`, not made here, that belongs to process `owner_pid` alone, or to this one.

    What an earlier process left there is removed once that process and its engine are gone: the log of a
    run that went wrong is kept until then.
    """
    parent = state_dir / "transient"
    if parent.is_dir():
        for leftover in parent.iterdir():
            owner_lives = leftover.name.isdigit() and psutil.pid_exists(int(leftover.name))
            if not owner_lives and not running_engine(leftover / "engine"):
                shutil.rmtree(leftover, ignore_errors=True)
    return parent / str(owner_pid or os.getpid())
