"""A program between the engine and one function: no process of the function outlives it, nor the engine.

Usage: `python -I -S supervisor.py PROGRAM [ARGUMENT]...`

It runs the program in its own environment and working directory, and ends as the program ends: with its exit
code, or by the signal that killed it. When its standard input is at its end, it ends the program: the engine
holds the other end of that pipe, and the system closes it however the engine came to its end. In both cases,
whatever the program left behind is killed first. On Linux that is every descendant, since orphans become
children of this process; elsewhere it is the program's process group.

It imports nothing of ours, and little at all: each cold start of a function waits for it.
"""

import contextlib
import os
import resource
import select
import signal
import sys
from typing import NoReturn

# <linux/prctl.h>
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_STDIN = 0
_CANNOT_EXECUTE = 127  # what a shell says


def main(command: list[str]) -> NoReturn:
    """Run `command` until it ends, or until nobody holds the other end of standard input."""
    _control_process(_PR_SET_CHILD_SUBREAPER, 1)
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)  # or no wake-up would be written
    program = _start(command)
    status = None
    while status is None:
        readable, _, _ = select.select([_STDIN, woken], [], [])
        if woken in readable:
            os.read(woken, 512)
        status = _reap(program)
        if _STDIN in readable:
            break
    _kill_all(program)
    _end_like(signal.SIGKILL if status is None else status)


def _start(command: list[str]) -> int:
    supervisor = os.getpid()
    program = os.fork()
    if program != 0:
        return program
    try:
        os.setpgid(0, 0)
        # Only this process's main thread can have forked it, so the signal comes when this process dies.
        _control_process(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != supervisor:
            os._exit(_CANNOT_EXECUTE)
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGPIPE, signal.SIGXFSZ):  # Python changes the last two
            signal.signal(number, signal.SIG_DFL)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, _STDIN)
        os.execv(command[0], command)  # noqa: S606 - to run a program is what it is for
    except OSError as error:
        os.write(2, f"cannot run {command[0]}: {error.strerror}\n".encode())
    os._exit(_CANNOT_EXECUTE)


def _reap(program: int) -> int | None:
    """Collect all children that ended; return the wait status of `program` if it is among them."""
    found = None
    try:
        while True:
            child, status = os.waitpid(-1, os.WNOHANG)
            if child == 0:
                return found
            if child == program:
                found = status
    except ChildProcessError:
        return found


def _kill_all(program: int) -> None:
    """Kill and collect every child, and every orphan that thereby becomes one, until there are none."""
    # The group may be empty, or (macOS's answer) hold only what ended and is not collected yet.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(program, signal.SIGKILL)
    while True:
        for child in _children():
            os.kill(child, signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def _children() -> list[int]:
    """Return the direct children of this process, collected ones excepted. Empty where there is no /proc."""
    children = []
    for name in os.listdir("/proc") if sys.platform == "linux" else ():  # noqa: PTH208 - pathlib takes longer than all else
        try:
            with open(f"/proc/{name}/stat", "rb") as file:  # noqa: PTH123 - see above
                fields = file.read().rpartition(b")")[2].split()
        except OSError:
            continue  # no process, or it ended meanwhile
        if int(fields[1]) == os.getpid():  # proc(5): after the name come state and parent
            children.append(int(name))
    return children


def _end_like(status: int) -> NoReturn:
    """End with a wait status: the exit code in it, or the signal."""
    number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    if number:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if number != signal.SIGKILL:
            signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
    os._exit(os.WEXITSTATUS(status))


def _control_process(option: int, value: int) -> None:
    if sys.platform != "linux":
        return
    import ctypes  # noqa: PLC0415 - Linux only, and half of this program's start

    ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


if __name__ == "__main__":
    main(sys.argv[1:])
