"""The engine in this process: claim the folder, take the port, become LocalStack, say when it is ready."""

import logging
import os
import socket
import threading
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NoReturn

import psutil

from emulator.errors import EXIT_INTERNAL, EXIT_IO, EmulatorError
from emulator.launch import port
from emulator.launch.end import Ending, stop_with
from emulator.launch.log import Console, LogHandler, redirect_output
from emulator.launch.options import DEFAULT_HOST, DEFAULT_PORT, StartOptions, require_same_place
from emulator.launch.readiness import wait_until_ready
from emulator.launch.record import EngineRecord, write_record
from emulator.launch.speedups import apply_changes, require_known_code
from emulator.launch.state_dir import StateDir
from emulator.patches.patch import IMPORT
from emulator.settings import LOCALSTACK_VERSION, SERVICES, EngineSettings, engine_environment

type Describe = Callable[[EngineRecord], str]


def run_engine(options: StartOptions, describe: Describe) -> EngineRecord:
    """Run an engine in this process until it is told to stop. Then the process ends: this does not return.

    Args:
        options: what was asked for.
        describe: makes the line that goes to standard output when the engine is ready.

    Returns:
        The record of another engine, where that was first to run in the same state folder.

    Raises:
        EmulatorError: there can't be such an engine. Nothing was changed.
    """
    deadline = time.monotonic() + options.timeout_s
    lock = options.state_dir.claim(deadline)
    if isinstance(lock, EngineRecord):
        require_same_place(options, lock)
        return lock
    return _become_engine(options, describe, deadline)


def _become_engine(options: StartOptions, describe: Describe, deadline: float) -> NoReturn:
    state_dir = options.state_dir
    ending = Ending(state_dir)
    ending.on_signals()
    require_known_code()
    host = options.host or DEFAULT_HOST
    wanted_port = DEFAULT_PORT if options.port is None else options.port
    listener = port.listen(host, wanted_port, all_interfaces=options.all_interfaces)
    state_dir.clear()
    settings = EngineSettings(host, listener.getsockname()[1], state_dir.work_dir, options.log_level, options.without)
    console = redirect_output(state_dir.log_path)
    replace_environment(engine_environment(settings, os.environ))
    if options.stop_with_pid is not None:
        stop_with(options.stop_with_pid)
    engine = _Engine(settings, state_dir, console, ending)
    engine.announce_when_ready(deadline, describe)
    engine.run(listener, quiet=options.quiet)


def replace_environment(environment: dict[str, str]) -> None:
    """Make `environment` all that this process, and what it starts, can see."""
    os.environ.clear()
    os.environ.update(environment)


@dataclass(frozen=True)
class _Engine:
    """This process, once nothing stands in the way of its being the engine."""

    settings: EngineSettings
    state_dir: StateDir
    console: Console
    ending: Ending

    def announce_when_ready(self, deadline: float, describe: Describe) -> None:
        """When the engine is ready, write the record and print a line. End it if it is not by `deadline`."""

        def announce() -> None:
            try:
                wait_until_ready(self.settings.endpoint_url, SERVICES, deadline)
                record = self.describe_self()
                write_record(self.state_dir.record_path, record)
                self.console.announce(describe(record))
            except EmulatorError as error:
                self.fail(str(error), error.exit_code)
            except OSError as error:
                self.fail(str(error), EXIT_IO)

        threading.Thread(target=announce, name="readiness", daemon=True).start()

    def run(self, listener: socket.socket, *, quiet: bool) -> NoReturn:
        """Become LocalStack, and serve until something ends it."""
        handlers: list[logging.Handler] = [LogHandler(self.state_dir.log_path)]
        if not quiet:
            handlers.append(logging.StreamHandler(self.console.stderr))
        warnings.simplefilter("ignore")  # as LocalStack does, once its libraries have warned of each other
        try:
            apply_changes(IMPORT, self.settings.without)
            from emulator.launch.runtime import create_runtime  # noqa: PLC0415 - the environment comes first

            runtime = create_runtime(self.settings, listener, handlers)
            self.ending.through(runtime)
            runtime.run()
        except Exception as error:  # whatever LocalStack raises, the user gets one line of it
            logging.getLogger(__name__).exception("the engine failed")
            self.fail(f"the engine failed: {error!r}", EXIT_INTERNAL)
        self.ending.now()

    def fail(self, message: str, exit_code: int) -> NoReturn:
        """End this process with a reason."""
        self.console.complain(f"{message}; see {self.state_dir.log_path}")
        self.ending.now(exit_code)

    def describe_self(self) -> EngineRecord:
        """Return the record of the engine that this process is, ready now."""
        created_at = psutil.Process().create_time()
        return EngineRecord(
            pid=os.getpid(),
            endpoint_url=self.settings.endpoint_url,
            version=LOCALSTACK_VERSION,
            log_path=str(self.state_dir.log_path),
            started_at=datetime.fromtimestamp(created_at, UTC).isoformat(timespec="milliseconds"),
            start_ms=round((time.time() - created_at) * 1000),
            process_created_at=created_at,
        )
