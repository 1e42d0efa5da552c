"""The embedded engine, with a stand-in for the launcher."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from harness.engines import MortalEngine, RunningEngine
from harness.engines.checkout import require_running_engine
from harness.engines.container import ContainerEngine
from harness.engines.embedded import EmbeddedEngine, JoinedEngine, is_living, running_engine
from harness.engines.external import ExternalEngine
from harness.errors import UnavailableError
from tests.unit.harness.conftest import WriteModule

RECORD = {
    "pid": 1234,
    "endpoint_url": "http://127.0.0.1:4567",
    "version": "4.14.0",
    "log_path": "/tmp/engine.log",
    "started_at": "2026-11-23T19:00:00.000+00:00",
    "start_ms": 2500,
    "process_created_at": 1795460992.1,
}
RUNNING = RunningEngine(
    "http://127.0.0.1:4567", "4.14.0", 1234, Path("/tmp/engine.log"), "2026-11-23T19:00:00.000+00:00"
)
LAUNCHER = f"""
    import json, pathlib, sys
    pathlib.Path("arguments.json").write_text(json.dumps(sys.argv[1:]))
    print('''{json.dumps(RECORD)}''')
"""


def test_start_asks_the_launcher_and_returns_what_it_answers(write_module: WriteModule, tmp_path: Path) -> None:
    write_module("emulator", LAUNCHER)
    engine = EmbeddedEngine(tmp_path / "engine", port=0, stop_with_pid=77, without=["request-models"])
    assert engine.start() == RUNNING
    arguments = json.loads((tmp_path / "arguments.json").read_text())
    assert arguments[:3] == ["start", "--detach", "--json"]
    options = dict(zip(arguments[3::2], arguments[4::2], strict=True))
    assert options == {
        "--state-dir": str(tmp_path / "engine"),
        "--port": "0",
        "--timeout-s": "60",
        "--stop-with-pid": "77",
        "--without": "request-models",
    }


def test_an_engine_that_does_not_start_is_one_line_with_the_log_and_what_the_launcher_said(
    write_module: WriteModule, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    write_module("emulator", "import sys; print('emulator: port 4566 is busy', file=sys.stderr); sys.exit(69)")
    state_dir = tmp_path / "engine"
    state_dir.mkdir()
    (state_dir / "engine.log").touch()
    with pytest.raises(UnavailableError) as caught:
        EmbeddedEngine(state_dir).start()
    assert str(caught.value) == f"the engine did not start (exit code 69); its log: {state_dir / 'engine.log'}"
    assert capfd.readouterr().err == "emulator: port 4566 is busy\n"


def test_stop_asks_the_launcher_if_there_is_anything_to_stop(write_module: WriteModule, tmp_path: Path) -> None:
    write_module("emulator", LAUNCHER)
    engine = EmbeddedEngine(tmp_path / "engine")
    engine.stop()
    assert not (tmp_path / "arguments.json").exists()
    (tmp_path / "engine").mkdir()
    engine.stop()
    arguments = json.loads((tmp_path / "arguments.json").read_text())
    assert arguments == ["stop", "--state-dir", str(tmp_path / "engine")]


def test_an_engine_that_does_not_stop_is_said(write_module: WriteModule, tmp_path: Path) -> None:
    write_module("emulator", "raise SystemExit(70)")
    with pytest.raises(UnavailableError, match=r"did not stop \(exit code 70\)"):
        EmbeddedEngine(tmp_path).stop()


@pytest.fixture
def engine_with_a_function(tmp_path: Path) -> Iterator[tuple[psutil.Process, psutil.Process]]:
    """A process that is recorded as the engine of `tmp_path / "engine"`, and its child, which sees it end."""
    script = (
        "import subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'input()'], stdin=subprocess.PIPE)\n"
        "print(child.pid, flush=True); child.wait()"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as started:
        assert started.stdout is not None
        child = psutil.Process(int(started.stdout.readline()))
        engine = psutil.Process(started.pid)
        (tmp_path / "engine").mkdir()
        record = RECORD | {"pid": engine.pid, "process_created_at": engine.create_time()}
        (tmp_path / "engine" / "engine.json").write_text(json.dumps(record))
        try:
            yield engine, child
        finally:
            started.kill()


def test_a_killed_engine_has_ended_with_all_that_it_started_and_runs_no_more(
    engine_with_a_function: tuple[psutil.Process, psutil.Process], tmp_path: Path
) -> None:
    engine, child = engine_with_a_function
    assert running_engine(tmp_path / "engine") is not None
    EmbeddedEngine(tmp_path / "engine").kill()
    assert not is_living(engine)
    assert not is_living(child)
    assert running_engine(tmp_path / "engine") is None, "also while nobody has waited for it"
    EmbeddedEngine(tmp_path / "engine").kill()


def test_an_engine_starts_again_where_it_was_and_with_the_same_options(
    write_module: WriteModule, tmp_path: Path
) -> None:
    write_module("emulator", LAUNCHER)
    engine = EmbeddedEngine(tmp_path / "engine", port=0, stop_with_pid=77, without=["request-models"])
    with pytest.raises(UnavailableError, match="there is nothing to start again"):
        engine.restart()
    engine.start()
    first = json.loads((tmp_path / "arguments.json").read_text())
    assert engine.restart() == RUNNING
    again = json.loads((tmp_path / "arguments.json").read_text())
    assert again == ["4567" if word == "0" else word for word in first]


def test_engines_of_a_run_s_own_are_mortal_and_one_that_it_joins_is_not(tmp_path: Path) -> None:
    assert isinstance(EmbeddedEngine(tmp_path), MortalEngine)
    assert isinstance(ContainerEngine(tmp_path, object()), MortalEngine)
    assert not isinstance(JoinedEngine(RUNNING), MortalEngine)
    assert not isinstance(ExternalEngine("http://127.0.0.1:1"), MortalEngine)


def test_an_engine_that_was_joined_is_left_alone() -> None:
    engine = JoinedEngine(RUNNING)
    assert engine.start() is RUNNING
    engine.stop()


def test_an_engine_runs_if_the_very_process_of_its_record_lives(tmp_path: Path) -> None:
    created_s = psutil.Process().create_time()
    record = RECORD | {"pid": os.getpid(), "process_created_at": created_s}
    (tmp_path / "engine.json").write_text(json.dumps(record))
    engine = running_engine(tmp_path)
    assert engine is not None
    assert engine.pid == os.getpid()
    assert require_running_engine(tmp_path) == engine


@pytest.mark.parametrize(
    "record", [None, {**RECORD, "pid": os.getpid(), "process_created_at": 1.0}, {**RECORD, "pid": 2**22 + 1}]
)
def test_no_engine_runs_without_a_record_or_when_its_pid_is_another_process_or_none(
    tmp_path: Path, record: dict[str, object] | None
) -> None:
    if record is not None:
        (tmp_path / "engine.json").write_text(json.dumps(record))
    assert running_engine(tmp_path) is None
    with pytest.raises(UnavailableError, match="start one with `harness up`"):
        require_running_engine(tmp_path)


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"pid": "x"}'])
def test_a_record_that_is_none_is_said(tmp_path: Path, content: str) -> None:
    (tmp_path / "engine.json").write_text(content)
    with pytest.raises(UnavailableError, match=r"engine\.json is no engine's record"):
        running_engine(tmp_path)
