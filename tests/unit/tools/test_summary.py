"""What a run of all tests says of its parts: how long each took, and in the last line how many passed and failed."""

import shutil
import subprocess
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[3]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout of the two tools alone."""
    (tmp_path / "tools").mkdir()
    for name in ("timed", "summary"):
        shutil.copy(CHECKOUT / "tools" / name, tmp_path / "tools" / name)
    (tmp_path / ".venv").symlink_to(CHECKOUT / ".venv")
    return tmp_path


def run(checkout: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=checkout, check=False, capture_output=True, text=True, timeout=30)


def test_a_part_is_timed_and_ends_as_its_command_does(checkout: Path) -> None:
    done = run(checkout, "tools/timed", "lint", "bash", "-c", "echo seen; exit 3")

    assert (done.returncode, done.stdout) == (3, "seen\n")
    assert done.stderr.startswith("timed: lint took ")
    assert (checkout / ".harness" / "parts" / "times").read_text().startswith("lint\t")


def test_the_last_line_sums_up_all_reports(checkout: Path) -> None:
    run(checkout, "tools/timed", "unit", "true")
    parts = checkout / ".harness" / "parts"
    for name, counts in (("unit", 'tests="10" failures="1" errors="1"'), ("integration", 'tests="5" failures="0"')):
        (parts / f"{name}.xml").write_text(f'<testsuites><testsuite {counts} skipped="2"/></testsuites>')

    done = run(checkout, "tools/summary")

    *times, last = done.stdout.splitlines()
    assert [line.split() for line in times] == [["unit", "0", "min", "0", "s"]]
    assert last == "9 passed, 2 failed, 4 skipped"
