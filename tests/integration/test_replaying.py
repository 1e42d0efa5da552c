"""A planted bug, from the run that shows it to the test that does: replayed, counted, shrunk, bundled, for real."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mutants.catalogue import mutants_named
from mutants.planting import plant
from tests.integration.test_harness_command import command, left_running

[NORMALISED_NAMES] = mutants_named(["normalised-names"])
"""A bug that some payloads show, each time."""
PARAMETERS = ("FunctionTimeoutSeconds=1", "VisibilityTimeoutSeconds=6", "MaxReceiveCount=3")
TIMEOUT_S = 280


def harness(folder: Path, *arguments: str, expected: int) -> dict[str, Any]:
    """Run the command with --json in a folder, and return what it printed."""
    done = subprocess.run(
        command(folder / ".harness", *arguments, "--json"),
        check=False,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        cwd=folder,
    )
    assert done.returncode == expected, done.stdout[-2000:] + done.stderr[-2000:]
    return dict(json.loads(done.stdout))


@pytest.mark.timeout(900)
def test_a_planted_bug_is_replayed_counted_shrunk_to_one_flow_and_given_away(tmp_path: Path) -> None:
    planted = plant(NORMALISED_NAMES.edits, tmp_path / "planted")
    code = ("--source-dir", str(planted.source_dir), "--consumer-dir", str(planted.consumer_dir))
    parameters = [word for each in PARAMETERS for word in ("--parameter", each)]
    first = harness(tmp_path, "run", "--flows", "60", "--seed", "1", *code, *parameters, expected=1)
    run_id = first["run"]["run_id"]
    broken = {check["name"] for check in first["results"]["checks"] if check["verdict"] == "invalid"}
    assert "stored-as-sent" in broken

    # Again, one flow after the other: the same flows fail.
    again = harness(tmp_path, "replay", run_id, "--clients", "1", expected=1)
    same = {each["what"]: each["same"] for each in again["sameness"]}
    assert {name for name, is_same in same.items() if not is_same} == {"making"}
    assert again["run"]["parameters"] == list(PARAMETERS)

    rate = harness(tmp_path, "replay", run_id, "--times", "3", expected=1)
    assert (rate["invalid"]["count"], rate["unknown"]["count"]) == (3, 0)
    assert rate["invalid"]["interval_95"] == pytest.approx([0.4385, 1.0], abs=0.001)

    shrunk = harness(tmp_path, "shrink", run_id, "--within", "2min", expected=1)
    assert len(shrunk["smallest"]["flows"]) == 1, shrunk
    assert shrunk["smallest"]["clients"] == 1

    shown = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:xdist", shrunk["test"]],
        check=False,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
    )
    assert "1 failed" in shown.stdout, shown.stdout[-3000:] + shown.stderr
    assert "stored-as-sent" in shown.stdout

    # Somebody else has the bundle, and nothing of what was planted here.
    bundle = tmp_path / "bug.zip"
    harness(tmp_path, "bundle", shrunk["smallest"]["run"], "-o", str(bundle), expected=0)
    planted.folder.rename(tmp_path / "gone")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    theirs = harness(elsewhere, "replay", str(bundle), expected=1)
    assert theirs["run"]["replay_of"] == shrunk["smallest"]["run"]
    assert {each["what"]: each["same"] for each in theirs["sameness"]} == dict.fromkeys(same, True)

    assert left_running(tmp_path) == []
