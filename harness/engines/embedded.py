"""The embedded engine: LocalStack in a process of ours, by `python -m emulator`."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import psutil

from harness.child_process import run_module
from harness.engines import RunningEngine
from harness.errors import UnavailableError

DEFAULT_PORT: Final = 4566
ANY_FREE_PORT: Final = 0

_START_TIMEOUT_S: Final = 60
_STOP_TIMEOUT_S: Final = 60
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

    def start(self) -> RunningEngine:
        """See `harness.engines.Engine.start`. What the launcher says is passed on."""
        arguments = ["start", "--detach", "--json", "--state-dir", str(self._state_dir)]
        arguments += ["--port", str(self._port), "--timeout-s", str(_START_TIMEOUT_S)]
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
        created_s = psutil.Process(record["pid"]).create_time()
    except (FileNotFoundError, psutil.NoSuchProcess):
        return None
    except (ValueError, KeyError, TypeError) as error:
        what = f"{state_dir / 'engine.json'} is no engine's record ({error!r})"
        raise UnavailableError(f"{what}; stop the engine with `harness down`, or remove that folder") from error
    # A process ID is given out again: only the time of creation tells that this is still the same process.
    is_same = abs(created_s - record["process_created_at"]) < _CREATION_TOLERANCE_S
    return _engine_of(record) if is_same else None


def _engine_of(record: dict[str, Any]) -> RunningEngine:
    return RunningEngine(
        endpoint_url=record["endpoint_url"],
        version=record["version"],
        pid=record["pid"],
        log_path=Path(record["log_path"]),
        started_at=record["started_at"],
    )
