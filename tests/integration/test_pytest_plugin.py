"""The pytest plugin as a user has it: installed, in a project of their own, with an engine of its own."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import psutil
import pytest

from tests.integration.stack_fixture import CHECKOUT
from tests.processes import is_living
from tests.waiting import wait_until

pytestmark = pytest.mark.long

EXAMPLE = CHECKOUT / "docs" / "examples" / "test_users.py"
FAULTS_EXAMPLE = EXAMPLE.with_name("test_faults.py")

ONE_KILLS_ITS_WORKER = """
import os, pathlib, signal
import pytest

@pytest.mark.parametrize("number", range(6))
def test_of_the_engine(harness_engine, harness_session, number):
    pathlib.Path(f"seen-{number}.txt").write_text(f"{harness_engine.pid} {harness_session.account_id}")
    if number == 1:
        os.kill(os.getpid(), signal.SIGKILL)
"""
GOES_ON_FOR_LONG = """
import os, pathlib, threading

def test_of_the_engine(harness_engine):
    pathlib.Path("seen.tmp").write_text(f"{os.getpid()} {harness_engine.pid}")
    pathlib.Path("seen.tmp").rename("seen.txt")
    threading.Event().wait(200)
"""


def pytest_command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "pytest", *arguments]


def environment() -> Mapping[str, str]:
    """The environment without what this very session of pytest put there."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}


def run_pytest(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        pytest_command(*arguments),
        check=False,
        capture_output=True,
        text=True,
        timeout=200,
        cwd=project,
        env=environment(),
    )


def processes_of(project: Path) -> list[list[str]]:
    """Return the command lines of all processes that work for this project."""
    found = [process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"])]
    return [words for words in found if any(str(project / ".harness") in word for word in words)]


def test_the_documentations_files_pass_without_xdist_and_leave_runs_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "test_users.py").write_text(EXAMPLE.read_text())
    (tmp_path / "test_faults.py").write_text(FAULTS_EXAMPLE.read_text())

    done = run_pytest(tmp_path, "-p", "no:xdist", "--flows", "30")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "5 passed" in done.stdout
    assert re.search(r"^harness: --seed \d+ --flows 30$", done.stdout, re.MULTILINE)
    assert len([run for run in (tmp_path / ".harness" / "runs").iterdir() if not run.is_symlink()]) == 2
    assert (tmp_path / ".harness" / "runs" / "latest" / "history.jsonl").exists()
    assert list((tmp_path / ".harness" / "transient").iterdir()) == []
    assert processes_of(tmp_path) == []


def test_the_documentations_bad_days_are_in_it_word_for_word() -> None:
    assert FAULTS_EXAMPLE.read_text() in (CHECKOUT / "docs" / "pytest.md").read_text()


def test_workers_share_one_engine_which_outlives_a_killed_one_and_ends_with_the_session(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(ONE_KILLS_ITS_WORKER)

    done = run_pytest(tmp_path, "--numprocesses", "2", "--seed", "7")

    assert "1 failed, 5 passed" in done.stdout, done.stdout + done.stderr
    assert re.search(r"worker 'gw\d' crashed while running 'test_it.py::test_of_the_engine\[1\]'", done.stdout)
    assert "pytest 'test_it.py::test_of_the_engine[1]' --seed 7" in done.stdout
    seen = [path.read_text().split() for path in tmp_path.glob("seen-*.txt")]
    [engine_pid] = {pid for pid, _ in seen}
    assert len({account_id for _, account_id in seen}) >= 2
    assert not is_living(int(engine_pid))
    assert processes_of(tmp_path) == []
    [log] = (tmp_path / ".harness" / "transient").glob("*/engine/engine.log")
    assert log.stat().st_size > 0, "the log of a session that failed is kept"


def test_the_engine_does_not_outlive_a_controller_that_is_killed(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(GOES_ON_FOR_LONG)
    command = pytest_command("--numprocesses", "1")
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=tmp_path, env=environment()
    ) as controller:
        try:
            wait_until((tmp_path / "seen.txt").exists, deadline_s=150)
        finally:
            controller.send_signal(signal.SIGKILL)

    worker_pid, engine_pid = (int(word) for word in (tmp_path / "seen.txt").read_text().split())
    wait_until(lambda: is_living(engine_pid), lambda living: not living, deadline_s=10)
    wait_until(lambda: is_living(worker_pid), lambda living: not living, deadline_s=30)
    assert processes_of(tmp_path) == []
