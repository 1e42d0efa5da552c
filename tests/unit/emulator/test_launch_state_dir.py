"""One engine for a state folder: who may start, who joins, and what is left of one that was killed."""

import os
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from filelock import FileLock

from emulator.errors import StorageError, UnavailableError
from emulator.launch.record import EngineRecord, write_record
from emulator.launch.state_dir import StateDir
from tests.unit.emulator.test_launch_record import RECORD


@pytest.fixture
def state_dir(tmp_path: Path) -> StateDir:
    return StateDir(tmp_path / "engine")


def this_process() -> EngineRecord:
    return replace(RECORD, pid=os.getpid(), process_created_at=psutil.Process().create_time())


def soon() -> float:
    return time.monotonic() + 0.1


def test_the_first_gets_the_lock_and_the_folder_is_made(state_dir: StateDir) -> None:
    lock = state_dir.claim(soon())
    assert isinstance(lock, FileLock)
    assert lock.is_locked
    assert state_dir.path.is_dir()


def test_who_comes_while_an_engine_runs_gets_its_record(state_dir: StateDir) -> None:
    lock = state_dir.claim(soon())
    write_record(state_dir.record_path, this_process())
    assert state_dir.claim(soon()) == this_process()
    assert isinstance(lock, FileLock)


def test_who_comes_while_an_engine_starts_waits_until_the_deadline(state_dir: StateDir) -> None:
    lock = state_dir.claim(soon())
    with pytest.raises(UnavailableError, match=r"engine\.log"):
        state_dir.claim(soon())
    assert isinstance(lock, FileLock)


def test_the_record_of_a_killed_engine_keeps_nobody_from_starting(state_dir: StateDir) -> None:
    state_dir.path.mkdir()
    write_record(state_dir.record_path, RECORD)
    assert state_dir.running() is None
    assert isinstance(state_dir.claim(soon()), FileLock)


def test_what_a_killed_engine_left_is_removed_before_the_next(state_dir: StateDir) -> None:
    (state_dir.work_dir / "tmp").mkdir(parents=True)
    write_record(state_dir.record_path, RECORD)
    state_dir.clear()
    assert [entry.name for entry in state_dir.path.iterdir()] == ["work"]
    assert list(state_dir.work_dir.iterdir()) == []


def test_tidying_up_after_one_engine_leaves_the_next_alone(state_dir: StateDir) -> None:
    lock = state_dir.claim(soon())
    assert isinstance(lock, FileLock)
    write_record(state_dir.record_path, RECORD)
    state_dir.tidy()
    assert state_dir.record_path.exists()
    lock.release()
    state_dir.tidy()
    assert not state_dir.record_path.exists()


def test_a_folder_that_cannot_be_made_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=str(tmp_path / "file" / "engine")):
        StateDir(tmp_path / "file" / "engine").claim(soon())
