"""Processes by their pid: whether it is still the same one, how to tell it something, when it has ended."""

import os
import select
import signal
import sys
import time

import psutil

from emulator.errors import UnavailableError

_POLL_S = 0.02
# psutil computes a process's creation time from the time of boot, which a correction of the clock moves.
_SAME_CREATION_S = 2.0


def is_alive(pid: int, created_at: float) -> bool:
    """Return whether the process that was created at `created_at` as `pid` still runs.

    A zombie does not run, and another process that got the same pid is not it.

    Args:
        pid: the process.
        created_at: seconds since the epoch, as psutil has them.
    """
    try:
        process = psutil.Process(pid)
        is_same = abs(process.create_time() - created_at) < _SAME_CREATION_S
        return is_same and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def send(pid: int, number: signal.Signals) -> None:
    """Send signal `number` to process `pid`; nothing happens when that has ended.

    Raises:
        UnavailableError: it is another user's.
    """
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass
    except PermissionError as error:
        raise UnavailableError(f"the engine (pid {pid}) belongs to another user, who has to stop it") from error


def wait_until_ended(pid: int, timeout_s: float | None = None) -> bool:
    """Wait until process `pid` has ended; return `False` if it has not within `timeout_s` (`None`: no limit).

    Unlike psutil's `Process.wait` this does not wait for the parent of the process to take notice.
    """
    if sys.platform != "linux":
        return _poll_until_ended(pid, timeout_s)
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        poller = select.poll()
        poller.register(descriptor, select.POLLIN)
        return bool(poller.poll(None if timeout_s is None else timeout_s * 1000))
    finally:
        os.close(descriptor)


def _poll_until_ended(pid: int, timeout_s: float | None) -> bool:
    deadline = None if timeout_s is None else time.monotonic() + timeout_s
    try:
        process = psutil.Process(pid)
        while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            if deadline is not None and time.monotonic() > deadline:
                return False
            time.sleep(_POLL_S)
    except psutil.NoSuchProcess:
        pass
    return True
