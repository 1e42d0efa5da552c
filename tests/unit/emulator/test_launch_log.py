"""The engine's log: it has everything, it has a bound, and it can be followed."""

import subprocess
import sys
from pathlib import Path

import pytest

from emulator.launch.log import last_line, previous, read_log

ALL_WAYS_TO_PRINT = """
import logging, os, sys
from pathlib import Path
from emulator.launch.log import LogHandler, redirect_output
path = Path(sys.argv[1])
console = redirect_output(path)
logging.getLogger().addHandler(LogHandler(path))
print("printed", flush=True)
logging.warning("logged")
os.write(2, b"written\\n")
console.announce("announced")
console.complain("complained")
"""

MORE_THAN_FITS = """
import logging, sys
from pathlib import Path
from emulator.launch.log import LogHandler, redirect_output
path = Path(sys.argv[1])
redirect_output(path)
logging.getLogger().addHandler(LogHandler(path, max_bytes=1000))
for number in range(100):
    logging.warning("%0100d", number)
print("the end", flush=True)
"""


def run_python(source: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", source, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=30)


def test_all_that_a_process_prints_goes_into_the_log_and_the_console_stays_free(tmp_path: Path) -> None:
    path = tmp_path / "engine.log"
    done = run_python(ALL_WAYS_TO_PRINT, str(path))
    assert path.read_text() == "printed\nlogged\nwritten\n"
    assert done.stdout == "announced\n"
    assert done.stderr == "emulator: complained\n"


def test_a_new_log_keeps_the_one_before_and_none_older(tmp_path: Path) -> None:
    path = tmp_path / "engine.log"
    path.write_text("the first\n")
    run_python(ALL_WAYS_TO_PRINT, str(path))
    assert previous(path).read_text() == "the first\n"
    run_python(ALL_WAYS_TO_PRINT, str(path))
    assert previous(path).read_text().startswith("printed\n")
    assert {entry.name for entry in tmp_path.iterdir()} == {"engine.log", "engine.log.1"}


def test_a_log_does_not_grow_without_an_end(tmp_path: Path) -> None:
    path = tmp_path / "engine.log"
    run_python(MORE_THAN_FITS, str(path))
    assert path.read_text().endswith("the end\n")
    assert path.stat().st_size <= 1000 + len("the end\n")
    assert 1000 < previous(path).stat().st_size <= 1101


def test_a_log_is_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "engine.log"
    path.write_bytes(b"one\n\xff\n" + b"x" * 100_000)
    assert "".join(read_log(path, follow=False)) == "one\n�\n" + "x" * 100_000


def test_following_goes_on_with_what_is_added_and_with_a_new_log(tmp_path: Path) -> None:
    path = tmp_path / "engine.log"
    path.write_text("one\n")
    pieces = read_log(path, follow=True)
    assert next(pieces) == "one\n"
    with path.open("a") as log:
        log.write("two\n")
    assert next(pieces) == "two\n"
    path.replace(previous(path))
    path.write_text("three\n")
    assert next(pieces) == "three\n"


def test_where_no_engine_has_run_there_is_no_log(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        next(read_log(tmp_path / "engine.log", follow=False))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("\n \n", ""),
        ("one\ntwo\n\n", "two"),
        (
            "Traceback (most recent call last):\n  File ...\nValueError: no such thing\n",
            "ValueError: no such thing",
        ),
    ],
)
def test_the_last_line_that_says_something(text: str, expected: str) -> None:
    assert last_line(text) == expected
