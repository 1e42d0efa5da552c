"""Waiting for the end of a process that need not be ours."""

import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from emulator.launch.process import _poll_until_ended, wait_until_ended

# The second is what systems without process descriptors use.
WAYS = pytest.mark.parametrize("wait", [wait_until_ended, _poll_until_ended])
type Wait = Callable[[int, float | None], bool]


@WAYS
def test_it_returns_when_the_process_ends_though_its_parent_does_not_look(wait: Wait) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        assert not wait(process.pid, 0.05)
        process.kill()
        assert wait(process.pid, 5)
        assert process.returncode is None  # nobody has asked for it yet


@WAYS
def test_a_process_that_is_gone_has_ended(wait: Wait) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    assert wait(process.pid, None)


@WAYS
def test_it_gives_up_in_time(wait: Wait) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        began = time.monotonic()
        assert not wait(process.pid, 0.1)
        assert 0.1 <= time.monotonic() - began < 2
        process.kill()
