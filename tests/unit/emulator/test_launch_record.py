"""The engine record: believed only when it is whole, and the process that it names is still the same."""

import json
import os
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import psutil
import pytest

from emulator.errors import StorageError
from emulator.launch.record import EngineRecord, parse_record, read_record, write_record

RECORD = EngineRecord(
    pid=4242,
    endpoint_url="http://127.0.0.1:4566",
    version="4.14.0",
    log_path="/state/engine.log",
    started_at="2026-11-23T18:00:00.000+00:00",
    start_ms=2500,
    process_created_at=1795456800.25,
)


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "engine.json"
    write_record(path, RECORD)
    assert read_record(path) == RECORD
    assert json.loads(path.read_text()) == asdict(RECORD)
    assert [entry.name for entry in tmp_path.iterdir()] == ["engine.json"]


def test_a_record_cut_short_anywhere_is_none() -> None:
    text = RECORD.to_json()
    assert [length for length in range(len(text)) if parse_record(text[:length])] == []


@pytest.mark.parametrize("text", ["", "null", "[]", '"text"', "{}", '{"pid": 1}', "engine ready"])
def test_something_else_than_a_record_is_none(text: str) -> None:
    assert parse_record(text) is None


def test_a_record_of_a_later_make_with_more_in_it_is_understood() -> None:
    assert parse_record(json.dumps(asdict(RECORD) | {"color": "green"})) == RECORD


def test_where_no_record_is_there_is_none(tmp_path: Path) -> None:
    assert read_record(tmp_path / "engine.json") is None


def test_a_record_that_cannot_be_read_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=str(tmp_path)):
        read_record(tmp_path)


def test_the_process_that_it_names_is_alive() -> None:
    created_at = psutil.Process().create_time()
    assert replace(RECORD, pid=os.getpid(), process_created_at=created_at).is_alive


def test_another_process_with_the_same_pid_is_not_the_engine() -> None:
    created_at = psutil.Process().create_time() - 60
    assert not replace(RECORD, pid=os.getpid(), process_created_at=created_at).is_alive


def test_a_process_that_ended_is_not_alive_even_before_its_parent_notices() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        created_at = psutil.Process(process.pid).create_time()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # it has ended, and is a zombie
        assert not replace(RECORD, pid=process.pid, process_created_at=created_at).is_alive
    assert not replace(RECORD, pid=process.pid, process_created_at=created_at).is_alive
