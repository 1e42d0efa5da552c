"""Descendants of a supervised program outlive neither it nor the process that holds its lifeline."""

import signal
import subprocess
import sys
import textwrap

import psutil
import pytest

from emulator.services.lambda_ import supervisor
from tests.processes import is_living
from tests.waiting import wait_until

SUPERVISOR = [sys.executable, "-I", "-S", supervisor.__file__]

# It has a child, one in a session of its own, and one whose parent has ended, and writes their process IDs.
BREEDER = """
    import os, subprocess, sys
    sleep = [sys.executable, "-c", "import time; time.sleep(600)"]
    child = subprocess.Popen(sleep)
    session = subprocess.Popen(sleep, start_new_session=True)
    if os.fork() == 0:
        os.setsid()
        daemon = subprocess.Popen(sleep, stdout=subprocess.DEVNULL)
        print(child.pid, session.pid, daemon.pid, flush=True)
        os._exit(0)
    while True:
        os.wait()
"""


linux_only = pytest.mark.skipif(sys.platform != "linux", reason="orphans can be adopted on Linux only")


def start(*command: str) -> subprocess.Popen[str]:
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)


def supervise(source: str) -> subprocess.Popen[str]:
    return start(*SUPERVISOR, sys.executable, "-c", textwrap.dedent(source))


def read_pids(process: subprocess.Popen[str]) -> list[int]:
    assert process.stdout is not None
    return [process.pid, *map(int, process.stdout.readline().split())]


def living(pids: list[int]) -> list[int]:
    return [pid for pid in pids if is_living(pid)]


@pytest.mark.parametrize(
    ("source", "returncode"),
    [
        ("pass", 0),
        ("raise SystemExit(3)", 3),
        ("import os; os._exit(255)", 255),
        ("import os; os.kill(os.getpid(), 9)", -signal.SIGKILL),
        ("import os; os.kill(os.getpid(), 11)", -signal.SIGSEGV),
        ("import os; os.kill(os.getpid(), 15)", -signal.SIGTERM),
    ],
)
def test_it_ends_as_its_program_ends(source: str, returncode: int) -> None:
    assert supervise(source).wait(10) == returncode


@linux_only
def test_when_its_lifeline_is_closed_every_descendant_is_killed() -> None:
    process = supervise(BREEDER)
    pids = read_pids(process)
    assert len(living(pids)) == 4
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(10) == -signal.SIGKILL
    assert living(pids) == []


@linux_only
def test_when_its_program_ends_every_descendant_is_killed_first() -> None:
    process = supervise(BREEDER.replace("os.wait()", "os.kill(os.getpid(), 9)"))
    pids = read_pids(process)
    assert process.wait(10) == -signal.SIGKILL
    assert living(pids) == []


@linux_only
def test_when_the_holder_of_its_lifeline_is_killed_every_descendant_is_killed() -> None:
    program = [*SUPERVISOR, sys.executable, "-c", textwrap.dedent(BREEDER)]
    popen = f"subprocess.Popen({program!r}, stdin=subprocess.PIPE, start_new_session=True)"
    engine = start(sys.executable, "-c", f"import subprocess; {popen}.wait()")
    pids = read_pids(engine)
    pids += [child.pid for child in psutil.Process(engine.pid).children(recursive=True)]
    assert len(living(pids)) >= 5
    engine.kill()
    engine.wait(10)
    wait_until(lambda: not living(pids))


@linux_only
def test_when_it_is_killed_itself_its_program_is_killed() -> None:
    process = supervise("import os, time; print(os.getpid(), flush=True); time.sleep(600)")
    pids = read_pids(process)
    process.kill()
    process.wait(10)
    wait_until(lambda: not living(pids))


def test_its_program_has_the_standard_streams_and_no_other_file() -> None:
    process = supervise(
        "import os; print(sorted(fd for fd in range(64) if os.path.exists(f'/dev/fd/{fd}')), os.read(0, 1))"
    )
    assert process.stdout is not None
    assert process.stdout.read() == "[0, 1, 2] b''\n"
    process.wait(10)


def test_a_program_that_cannot_be_run_is_named() -> None:
    process = start(*SUPERVISOR, "/no/such/program")
    assert process.wait(10) == 127
