"""The engine in a process of its own, in the background: start it, and wait until it is ready or dead."""

import os
import select
import subprocess
import sys
from pathlib import Path

from emulator.errors import EXIT_OK, LINE_PREFIX, UnavailableError
from emulator.launch.log import last_line
from emulator.launch.options import StartOptions
from emulator.launch.record import EngineRecord, parse_record
from emulator.settings import base_environment

# The engine keeps the deadline itself. This is for one that can't even do that.
_MARGIN_S = 5.0
_KILL_AFTER_S = 3.0
_LOG_TAIL_BYTES = 16_384


class EngineDiedError(UnavailableError):
    """The engine ended before it was ready. Carries the exit code that it gave for a reason of its own."""

    def __init__(self, message: str, exit_code: int = UnavailableError.exit_code) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def start_in_background(options: StartOptions) -> EngineRecord:
    """Start an engine that outlives this process; return its record when it is ready.

    The engine's standard output is our pipe until it is ready: its record comes through it as one line, and
    the end of the pipe without one means that it died.

    Raises:
        EngineDiedError: it died, or was not ready in time.
    """
    process = subprocess.Popen(
        _command(options),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd="/",
        env=base_environment(os.environ),
        start_new_session=True,
    )
    record = None
    try:
        record = parse_record(_first_line(process, options.timeout_s + _MARGIN_S))
    finally:  # Ctrl-C included: nothing stays behind
        if record is None:
            _end(process)
    if record is None:
        raise _death(process, options.state_dir.log_path)
    return record


def _command(options: StartOptions) -> list[str]:
    # -P: modules beside the caller's working directory are none of ours.
    command = [sys.executable, "-P", "-m", "emulator", "start", "--quiet", "--json"]
    command += ["--state-dir", str(options.state_dir.path)]
    command += ["--timeout-s", str(options.timeout_s), "--log-level", options.log_level]
    if options.host is not None:
        command += ["--host", options.host]
    if options.all_interfaces:
        command += ["--all-interfaces"]
    if options.port is not None:
        command += ["--port", str(options.port)]
    for name in options.without:
        command += ["--without", name]
    if options.stop_with_pid is not None:
        command += ["--stop-with-pid", str(options.stop_with_pid)]
    return command


def _first_line(process: subprocess.Popen[str], timeout_s: float) -> str:
    assert process.stdout is not None  # noqa: S101 - for mypy: we asked for a pipe
    readable, _, _ = select.select([process.stdout], [], [], timeout_s)
    return process.stdout.readline() if readable else ""


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(_KILL_AFTER_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _death(process: subprocess.Popen[str], log_path: Path) -> EngineDiedError:
    """Say why the engine, which has ended, did so: in its own words if it found any."""
    assert process.stderr is not None  # noqa: S101 - for mypy: we asked for a pipe
    reason = last_line(process.stderr.read())
    if reason.startswith(LINE_PREFIX):
        return EngineDiedError(reason.removeprefix(LINE_PREFIX), process.returncode)
    if process.returncode == EXIT_OK:
        return EngineDiedError(f"the engine was told to stop before it was ready; see {log_path}")
    seen = reason or last_line(_tail(log_path)) or "it said nothing"
    return EngineDiedError(f"the engine died while it started (exit code {process.returncode}): {seen}; see {log_path}")


def _tail(path: Path) -> str:
    try:
        with path.open("rb") as log:
            log.seek(max(0, path.stat().st_size - _LOG_TAIL_BYTES))
            return log.read().decode(errors="replace")
    except FileNotFoundError:
        return ""
