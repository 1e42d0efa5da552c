"""The embedded engine: LocalStack in a process of ours, by `python -m emulator`."""

import json
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import psutil

from harness.engines import RunningEngine
from harness.engines.child_process import run_module
from harness.errors import UnavailableError

DEFAULT_PORT: Final = 4566
ANY_FREE_PORT: Final = 0

_START_TIMEOUT_S: Final = 60
_STOP_TIMEOUT_S: Final = 60
_END_TIMEOUT_S: Final = 10
_LOOK_EVERY_S: Final = 0.01
_MARGIN_S: Final = 15
"""What the launcher has beyond its own timeout to say why it gave up."""
_CREATION_TOLERANCE_S: Final = 1.0


class EmbeddedEngine:
    """An engine in the background. It implements `harness.engines.Engine`.

    Args:
        state_dir: the engine's own folder: record, log, work files. One engine a folder: if one runs there,
            `start` joins it.
        port: where to listen; `ANY_FREE_PORT` lets the system choose.
        stop_with_pid: the engine stops by itself when this process is gone, however that came about.
        without: speed-ups to leave out, by the launcher's names.
    """

    def __init__(
        self,
        state_dir: Path,
        *,
        port: int = DEFAULT_PORT,
        stop_with_pid: int | None = None,
        without: Sequence[str] = (),
    ) -> None:
        self._state_dir = state_dir
        self._port = port
        self._stop_with_pid = stop_with_pid
        self._without = without
        self._running: RunningEngine | None = None

    def start(self) -> RunningEngine:
        """See `harness.engines.Engine.start`. What the launcher says is passed on."""
        self._running = self._start(self._port)
        return self._running

    def kill(self) -> None:
        """See `harness.engines.MortalEngine.kill`. Its functions notice and end by themselves, as they always do."""
        running = running_engine(self._state_dir)
        if running is None or running.pid is None:
            return
        engine = psutil.Process(running.pid)
        with suppress(psutil.NoSuchProcess):
            processes = [engine, *engine.children(recursive=True)]
            engine.kill()
            _wait_until_ended(processes, running.pid)

    def restart(self) -> RunningEngine:
        """See `harness.engines.MortalEngine.restart`."""
        if self._running is None:
            raise UnavailableError(f"no engine was started in {self._state_dir}; there is nothing to start again")
        self._running = self._start(urlsplit(self._running.endpoint_url).port or self._port)
        return self._running

    def _start(self, port: int) -> RunningEngine:
        arguments = ["start", "--detach", "--json", "--state-dir", str(self._state_dir)]
        arguments += ["--port", str(port), "--timeout-s", str(_START_TIMEOUT_S)]
        if self._stop_with_pid is not None:
            arguments += ["--stop-with-pid", str(self._stop_with_pid)]
        arguments += [word for name in self._without for word in ("--without", name)]
        exit_code, output = run_module("emulator", arguments, timeout_s=_START_TIMEOUT_S + _MARGIN_S, capture=True)
        if exit_code == 0:
            return _engine_of(json.loads(output))
        log_path = self._state_dir / "engine.log"
        where = f"; its log: {log_path}" if log_path.exists() else ""
        raise UnavailableError(f"the engine did not start (exit code {exit_code}){where}")

    def stop(self) -> None:
        """See `harness.engines.Engine.stop`."""
        if not self._state_dir.exists():
            return
        exit_code, _ = run_module(
            "emulator", ["stop", "--state-dir", str(self._state_dir)], timeout_s=_STOP_TIMEOUT_S, capture=True
        )
        if exit_code != 0:
            raise UnavailableError(f"the engine in {self._state_dir} did not stop (exit code {exit_code})")


class JoinedEngine:
    """An embedded engine that runs already and is left running. It implements `harness.engines.Engine`."""

    def __init__(self, running: RunningEngine) -> None:
        self._running = running

    def start(self) -> RunningEngine:
        """Return the engine as it was found."""
        return self._running

    def stop(self) -> None:
        """Leave it alone."""


def running_engine(state_dir: Path) -> RunningEngine | None:
    """Return the engine that runs in this folder, or None: from its record, if that very process lives."""
    try:
        record = json.loads((state_dir / "engine.json").read_text())
        process = psutil.Process(record["pid"])
        created_s, lives = process.create_time(), is_living(process)
    except (FileNotFoundError, psutil.NoSuchProcess):
        return None
    except (ValueError, KeyError, TypeError) as error:
        what = f"{state_dir / 'engine.json'} is no engine's record ({error!r})"
        raise UnavailableError(f"{what}; stop the engine with `harness down`, or remove that folder") from error
    # A process ID is given out again: only the time of creation tells that this is still the same process.
    is_same = abs(created_s - record["process_created_at"]) < _CREATION_TOLERANCE_S
    return _engine_of(record) if is_same and lives else None


def _wait_until_ended(processes: Sequence[psutil.Process], engine_pid: int) -> None:
    """Wait for the end of an engine that was killed, and of what it started: that must not talk to the next one."""
    deadline_s = time.monotonic() + _END_TIMEOUT_S
    while left := [process for process in processes if is_living(process)]:
        if time.monotonic() > deadline_s:
            pids = ", ".join(str(process.pid) for process in left)
            raise UnavailableError(f"the engine (pid {engine_pid}) was killed, and of its processes {pids} did not end")
        time.sleep(_LOOK_EVERY_S)


def is_living(process: psutil.Process) -> bool:
    """Whether a process has not ended; one that nobody has waited for yet has."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _engine_of(record: dict[str, Any]) -> RunningEngine:
    return RunningEngine(
        endpoint_url=record["endpoint_url"],
        version=record["version"],
        pid=record["pid"],
        log_path=Path(record["log_path"]),
        started_at=record["started_at"],
    )
