"""What can go wrong around the engine: each error is one line for a person, and an exit code for a script.

The codes are those of the whole project (BSD's sysexits.h where it has one): 0 done, 64 misuse, 69 something
needed is unavailable, 70 internal error, 74 input/output error, 130 Ctrl-C.
"""

EXIT_OK = 0
EXIT_NOT_RUNNING = 3  # of `status`, as the Linux Standard Base has it for init scripts
EXIT_MISUSE = 64
EXIT_UNAVAILABLE = 69
EXIT_INTERNAL = 70
EXIT_IO = 74
EXIT_INTERRUPTED = 130

# What each line of this program on standard error begins with.
LINE_PREFIX = "emulator: "


class EmulatorError(Exception):
    """The base of all errors that this package raises. Its text is one line: where, what, what to do next."""

    exit_code = EXIT_INTERNAL


class MisuseError(EmulatorError):
    """What the caller asked for makes no sense: an address that is none, a level that does not exist."""

    exit_code = EXIT_MISUSE


class UnavailableError(EmulatorError):
    """Something needed is not there: a free port, the right LocalStack, an engine that lives."""

    exit_code = EXIT_UNAVAILABLE


class StorageError(EmulatorError):
    """A file or folder can't be read or written."""

    exit_code = EXIT_IO
