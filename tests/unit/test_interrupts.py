"""Every program restores Ctrl-C where it was started with SIGINT ignored, as in the background of a shell."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

IGNORING = ["sh", "-c", "trap '' INT; exec \"$@\"", "sh", sys.executable]
SAYS_AT_EXIT = (
    "import atexit, runpy, signal, sys\n"
    "atexit.register(lambda: print(signal.getsignal(signal.SIGINT) is signal.default_int_handler))\n"
)


@pytest.mark.parametrize(
    ("program", "arguments"),
    [
        ("from harness.command_line import main; main()", ["--version"]),
        ("runpy.run_module('emulator', run_name='__main__')", ["--help"]),
        ("runpy.run_module('infra', run_name='__main__')", ["--help"]),
        ("runpy.run_module('mutants', run_name='__main__')", ["--help"]),
    ],
    ids=["harness", "emulator", "infra", "mutants"],
)
def test_a_program_restores_ctrl_c(program: str, arguments: list[str]) -> None:
    command = [*IGNORING, "-c", SAYS_AT_EXIT + program, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines()[-1] == "True"


def test_ctrl_c_ends_a_program_that_was_started_with_it_ignored(tmp_path: Path) -> None:
    (tmp_path / "engine.log").write_text("a line\n")
    command = [*IGNORING, "-m", "emulator", "logs", "--follow", "--state-dir", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "a line\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 130


def test_a_program_whose_ctrl_c_was_not_ignored_keeps_its_own_handler() -> None:
    program = (
        "import signal\nfrom harness.running.interrupts import restore_ctrl_c\n"
        "own = lambda *_: None\nsignal.signal(signal.SIGINT, own)\n"
        "restore_ctrl_c()\nprint(signal.getsignal(signal.SIGINT) is own)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "True\n"
