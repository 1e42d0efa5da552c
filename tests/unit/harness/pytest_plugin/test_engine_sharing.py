"""The session's engine, with a stand-in for the launcher."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from harness.errors import UnavailableError
from harness.pytest_plugin.engine_sharing import end, session_dir, shared_engine
from harness.pytest_plugin.session import PytestSession
from tests.unit.harness.conftest import WriteModule
from tests.unit.harness.engines.test_embedded import RECORD

LAUNCHER = f"""
    import json, pathlib, sys
    with pathlib.Path("calls.txt").open("a") as calls:
        print(json.dumps(sys.argv[1:]), file=calls)
    print('''{json.dumps(RECORD)}''')
"""


@pytest.fixture
def session(tmp_path: Path) -> PytestSession:
    return PytestSession(
        seed=7, flows=5, engine="embedded", endpoint_url=None, owner_pid=os.getpid(), root=tmp_path, started_in=tmp_path
    )


def calls(tmp_path: Path) -> list[list[str]]:
    return [json.loads(line) for line in (tmp_path / "calls.txt").read_text().splitlines()]


def test_every_process_asks_for_the_one_engine_which_does_not_outlive_the_owner(
    write_module: WriteModule, tmp_path: Path, session: PytestSession
) -> None:
    write_module("emulator", LAUNCHER)
    workers = [PytestSession.from_controller(session.for_worker(number)) for number in (1, 2)]
    engines = [shared_engine(worker, without=["request-models"]) for worker in workers]
    assert [engine.endpoint_url for engine in engines] == ["http://127.0.0.1:4567"] * 2
    first, second = calls(tmp_path)
    assert first == second
    options = dict(zip(first[3::2], first[4::2], strict=True))
    assert options["--state-dir"] == str(tmp_path / ".harness" / "transient" / str(os.getpid()) / "engine")
    assert options["--stop-with-pid"] == str(os.getpid())
    assert options["--port"] == "0"
    assert options["--without"] == "request-models"


def test_where_none_was_started_there_is_nothing_to_end(
    write_module: WriteModule, tmp_path: Path, session: PytestSession
) -> None:
    write_module("emulator", LAUNCHER)
    end(session, passed=True)
    assert not (tmp_path / "calls.txt").exists()
    assert not session.state_dir.exists()


@pytest.mark.parametrize("passed", [True, False])
def test_it_is_stopped_and_its_log_is_kept_when_something_failed(
    write_module: WriteModule, tmp_path: Path, session: PytestSession, passed: bool
) -> None:
    write_module("emulator", LAUNCHER)
    log_path = session_dir(session) / "engine" / "engine.log"
    log_path.parent.mkdir(parents=True)
    log_path.touch()
    end(session, passed=passed)
    assert calls(tmp_path) == [["stop", "--state-dir", str(log_path.parent)]]
    assert log_path.exists() is not passed


def test_an_external_engine_is_neither_started_nor_stopped(
    write_module: WriteModule, tmp_path: Path, session: PytestSession
) -> None:
    write_module("emulator", LAUNCHER)
    external = replace(session, endpoint_url="http://127.0.0.1:1")
    with pytest.raises(UnavailableError, match=r"no engine answers at http://127\.0\.0\.1:1"):
        shared_engine(external)
    session_dir(external).mkdir(parents=True)
    end(external, passed=True)
    assert not (tmp_path / "calls.txt").exists()
    assert not session_dir(external).exists()
