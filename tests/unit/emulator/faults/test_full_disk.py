"""A disk without room, in a process of its own: this one has files to write."""

import subprocess
import sys
import textwrap

import pytest

PRELUDE = """
import logging, os, resource, subprocess, sys, tempfile
from emulator.faults.full_disk import FullDisk, is_full

folder = sys.argv[1]

def can_write():
    try:
        with open(os.path.join(folder, "file"), "w") as file:
            file.write("x")
    except OSError as error:
        assert error.errno == 27, error
        return False
    return True

CHILD = '''
import sys
print("begun", flush=True)
for _ in sys.stdin:
    try:
        with open(sys.argv[1], "w") as file:
            file.write("x")
        print("wrote", flush=True)
    except OSError:
        print("failed", flush=True)
'''

class Child:
    def __init__(self):
        path = os.path.join(folder, "child")
        self.process = subprocess.Popen([sys.executable, "-c", CHILD, path], stdin=-1, stdout=-1, text=True)
        assert self.process.stdout.readline() == "begun\\n"

    def writes(self):
        self.process.stdin.write("\\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip() == "wrote"

    def end(self):
        self.process.communicate()
"""


def run(script: str, folder: object) -> str:
    """Run a script after the prelude, and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", PRELUDE + textwrap.dedent(script), str(folder)],
        check=False, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_no_file_grows_until_everyone_who_wanted_it_so_gives_the_room_back(tmp_path: object) -> None:
    script = """
        disk = FullDisk()
        seen = [can_write()]
        disk.fill("a"); disk.fill("b"); seen.append(can_write())
        disk.give_back("a"); disk.give_back("a"); disk.give_back("c"); seen.append(can_write())
        disk.give_back("b"); seen.append(can_write())
        disk.fill("a"); seen.append(is_full())
        disk.give_back("a"); seen.append(is_full())
        print(seen)
    """
    assert run(script, tmp_path) == "[True, False, False, True, True, False]\n"


def test_a_limit_that_was_there_before_is_there_again(tmp_path: object) -> None:
    script = """
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 20_000))
        disk = FullDisk()
        disk.fill("a")
        disk.give_back("a")
        print(resource.getrlimit(resource.RLIMIT_FSIZE))
    """
    assert run(script, tmp_path) == "(10000, 20000)\n"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux sets another process's limits")
def test_what_it_started_before_and_meanwhile_cannot_write_either_and_can_afterwards(tmp_path: object) -> None:
    script = """
        disk = FullDisk()
        before = Child()
        seen = [before.writes()]
        disk.fill("a")
        meanwhile = Child()
        seen += [before.writes(), meanwhile.writes()]
        disk.give_back("a")
        seen += [before.writes(), meanwhile.writes()]
        before.end(); meanwhile.end()
        print(seen)
    """
    assert run(script, tmp_path) == "[True, False, False, True, True]\n"


def test_a_process_that_a_signal_would_end_is_not_touched(tmp_path: object) -> None:
    script = """
        import signal
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        disk = FullDisk()
        try:
            disk.fill("a")
        except RuntimeError as error:
            print(error)
        print(can_write())
    """
    assert run(script, tmp_path) == "SIGXFSZ is not ignored: the first write would end the engine\nTrue\n"


def test_the_log_says_when_lines_may_have_been_lost(tmp_path: object) -> None:
    script = """
        logging.basicConfig(stream=sys.stdout, format="%(message)s")
        disk = FullDisk()
        disk.fill("a")
        disk.give_back("a")
    """
    first, second = run(script, tmp_path).splitlines()
    assert first == "the disk is full from now on: lines of this log may be lost until it has room again"
    assert second.startswith("the disk has room again: what was logged in the 0.")
