"""Runs a command of ours (the engine's launcher, the bootstrap) and stops it cleanly when we are stopped."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from typing import Final

from harness.errors import UnavailableError

_STDERR: Final = 2
_STOPPING_TIMEOUT_S: Final = 15


def run_module(
    module: str, arguments: Sequence[str], *, timeout_s: float, capture: bool, quiet: bool = False
) -> tuple[int, str]:
    """Run `python -m module ...` to its end, with what it says on standard error passed on as it comes.

    The child is in a session of its own, so that a Ctrl-C on the terminal reaches it once, through us, and it
    can put things in order. It has no standard input.

    Args:
        module: what to run, with this very Python.
        arguments: its arguments.
        timeout_s: how long it may take.
        capture: whether its standard output is returned; else it goes to standard error as well.
        quiet: whether what it says on standard error is returned too, and not passed on.

    Returns:
        The exit code, and the captured output (empty without `capture`).

    Raises:
        UnavailableError: the time was over; the child was stopped.
        KeyboardInterrupt: as ever; the child was stopped.
    """
    child = subprocess.Popen(
        _command(module, arguments),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if capture or quiet else _STDERR,
        stderr=subprocess.STDOUT if quiet else None,
        start_new_session=True,
        text=True,
    )
    return _finish(child, None, timeout_s, f"python -m {module} {' '.join(arguments)}")


class LoadingModule:
    """`python -m module -`, which loads, and then waits for its arguments on standard input: one line of JSON.

    What it says on standard error is passed on. It ends without a word when nobody has any for it.
    """

    def __init__(self, module: str) -> None:
        self._module = module
        self._child = subprocess.Popen(
            _command(module, ["-"]),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            text=True,
        )

    def run(self, arguments: Sequence[str], *, timeout_s: float) -> tuple[int, str]:
        """Let it do what it does with these arguments, once; see `run_module`."""
        shown = f"python -m {self._module} {' '.join(arguments)}"
        return _finish(self._child, json.dumps(list(arguments)) + "\n", timeout_s, shown)

    def close(self) -> None:
        """End it, if it was not run."""
        if self._child.poll() is None:
            self._child.kill()
            self._child.communicate()


def _finish(child: subprocess.Popen[str], said: str | None, timeout_s: float, shown: str) -> tuple[int, str]:
    """Tell a child something, wait for its end, and return its exit code and what it said on standard output."""
    with child:
        try:
            output, _ = child.communicate(said, timeout=timeout_s)
        except subprocess.TimeoutExpired as error:
            _stop(child)
            raise UnavailableError(f"{shown}: not done after {timeout_s:g} s, stopped") from error
        except KeyboardInterrupt:
            _stop(child)
            raise
    return child.returncode, output or ""


def pass_through(module: str, arguments: Sequence[str]) -> int:
    """Run `python -m module ...` in our place, on our terminal, and return its exit code."""
    return subprocess.call(_command(module, arguments))


def _command(module: str, arguments: Sequence[str]) -> list[str]:
    # -P: a package in the working folder that is named like one of ours (infra is likely) is not the one meant.
    return [sys.executable, "-P", "-m", module, *arguments]


def _stop(child: subprocess.Popen[str]) -> None:
    """Ask the child to stop, as Ctrl-C does; kill it and what it started if it does not."""
    child.send_signal(signal.SIGINT)
    try:
        child.communicate(timeout=_STOPPING_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.communicate()
