"""The tree of errors, and the exit code that each one ends the command with.

Every error that a person may see is a `HarnessError`: one line that says where, what, and what to do next.
What other libraries raise is turned into one of these at one border, `from_foreign`.
"""

import enum
import traceback
from pathlib import Path
from typing import ClassVar


class ExitCode(enum.IntEnum):
    """What the command says to a script. 64 and up are those of BSD's sysexits.h."""

    VALID = 0
    INVALID = 1
    UNKNOWN = 2
    NOT_RUNNING = 3
    MISUSE = 64
    UNAVAILABLE = 69
    INTERNAL = 70
    INPUT_OUTPUT = 74
    INTERRUPTED = 130


class HarnessError(Exception):
    """Any failure that the harness can name. Its text is one line for a person."""

    exit_code: ClassVar[ExitCode] = ExitCode.INTERNAL


class MisuseError(HarnessError):
    """The command was called with arguments that make no sense."""

    exit_code = ExitCode.MISUSE


class UnavailableError(HarnessError):
    """Something that the command needs is not there: an engine, a port, an endpoint."""

    exit_code = ExitCode.UNAVAILABLE


class DeploymentFailedError(HarnessError):
    """The bootstrap answered that the stack could not be deployed."""

    exit_code = ExitCode.INVALID


class InputOutputError(HarnessError):
    """A file could not be read or written: a full disk, no permission."""

    exit_code = ExitCode.INPUT_OUTPUT


class InternalError(HarnessError):
    """A bug of ours."""

    exit_code = ExitCode.INTERNAL


def from_foreign(error: Exception) -> HarnessError:
    """Return the harness's error for one that another library raised."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, HarnessError):
        return error
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        what = error.strerror or str(error)
        return InputOutputError(f"{where}{what}; check free space and permissions, then run it again")
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    what = " ".join(f"{type(error).__name__}: {error}".split())
    return InternalError(f"internal error{where}: {what}; HARNESS_DEBUG=1 shows the traceback")
