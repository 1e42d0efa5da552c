"""What all tests share: Hypothesis's profile, and one folder for the whole session.

The session folder is made by the process that the user started (under xdist: the controller) and named to
its workers, so that they agree on where the one engine of the session lives.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# A shared, noisy machine: a slow example is no failure. What fails is printed with the blob that repeats it.
settings.register_profile("project", deadline=None, print_blob=True)
settings.load_profile("project")

SESSION_DIR = pytest.StashKey[Path]()
OWNER_PID = pytest.StashKey[int]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--without",
        metavar="SPEED_UP",
        action="append",
        default=[],
        help="leave a speed-up out of the session's engine, or all of them; repeat it for more",
    )


def pytest_configure(config: pytest.Config) -> None:
    worker_input: dict[str, Any] | None = getattr(config, "workerinput", None)
    if worker_input is None:
        config.stash[SESSION_DIR] = Path(tempfile.mkdtemp(prefix="async-api-tests-"))
        config.stash[OWNER_PID] = os.getpid()
    else:
        config.stash[SESSION_DIR] = Path(worker_input["session_dir"])
        config.stash[OWNER_PID] = worker_input["owner_pid"]


@pytest.hookimpl(optionalhook=True)  # absent under `-p no:xdist`
def pytest_configure_node(node: Any) -> None:
    node.workerinput["session_dir"] = str(node.config.stash[SESSION_DIR])
    node.workerinput["owner_pid"] = node.config.stash[OWNER_PID]


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the session's engine, if a test started one, when the last worker has gone."""
    if hasattr(config, "workerinput") or SESSION_DIR not in config.stash:
        return
    session_dir = config.stash[SESSION_DIR]
    state_dir = session_dir / "engine"
    if state_dir.exists():
        command = [sys.executable, "-m", "emulator", "stop", "--state-dir", str(state_dir)]
        subprocess.run(command, check=False, capture_output=True, timeout=30)
    shutil.rmtree(session_dir, ignore_errors=True)
