"""The engine's log: all that its process prints, in one file of bounded size, and the one before it."""

import contextlib
import logging
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from emulator.errors import LINE_PREFIX

# A busy engine logs a line for each request. Two files of this size are what a log may take.
MAX_BYTES = 32 * 1024 * 1024
_STDOUT, _STDERR = 1, 2
_POLL_S = 0.1


@dataclass(frozen=True)
class Console:
    """What were the standard output and error of this process before the log took their place."""

    stdout: TextIO
    stderr: TextIO

    def announce(self, line: str) -> None:
        """Print the one line for who waits for it, and tell them that it was the last."""
        with contextlib.suppress(OSError):  # nobody waits any more
            self.stdout.write(line + "\n")
            self.stdout.close()

    def complain(self, message: str) -> None:
        """Print why it ends."""
        with contextlib.suppress(OSError):
            self.stderr.write(f"{LINE_PREFIX}{message}\n")
            self.stderr.flush()


def redirect_output(path: Path) -> Console:
    """Point this process's standard output and error at the log at `path`; return what they were.

    It is done to the file descriptors, so that the log has everything: what LocalStack logs, what a library
    prints, the last words of a crash.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    console = Console(*(os.fdopen(os.dup(descriptor), "w") for descriptor in (_STDOUT, _STDERR)))
    _begin(path)
    return console


def _begin(path: Path) -> None:
    """Begin a new log, and keep the one before."""
    if path.exists():
        path.replace(previous(path))
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(descriptor, _STDOUT)
    os.dup2(descriptor, _STDERR)
    os.close(descriptor)


def previous(path: Path) -> Path:
    """Return where the log before the one at `path` is."""
    return path.with_name(f"{path.name}.1")


class LogHandler(logging.StreamHandler[TextIO]):
    """Logs to the redirected standard error, and begins a new file when the old one is full."""

    def __init__(self, path: Path, max_bytes: int = MAX_BYTES) -> None:
        super().__init__(sys.stderr)
        self._path = path
        self._max_bytes = max_bytes

    def emit(self, record: logging.LogRecord) -> None:
        """Write `record`; the handler's lock is held."""
        super().emit(record)
        if os.fstat(_STDERR).st_size > self._max_bytes:
            _begin(self._path)


def read_log(path: Path, *, follow: bool) -> Iterator[str]:
    """Yield the log at `path` piece by piece; with `follow`, what is added to it as well, without an end.

    Raises:
        FileNotFoundError: no engine has run here yet.
    """
    log = path.open(errors="replace")
    try:
        while True:
            if piece := log.read(65_536):
                yield piece
            elif not follow:
                return
            elif _was_replaced(log, path):
                log.close()
                log = path.open(errors="replace")
            else:
                time.sleep(_POLL_S)
    finally:
        log.close()


def _was_replaced(log: TextIO, path: Path) -> bool:
    try:
        return not os.path.samestat(os.fstat(log.fileno()), path.stat())
    except FileNotFoundError:
        return False  # between two logs


def last_line(text: str) -> str:
    """Return the last line of `text` that says something: of a traceback, the line that names the error."""
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")
