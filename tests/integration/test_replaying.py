"""A planted bug that needs a fault to show, from the run to the test that shows it: shrunk, given away, replayed.

What a replay says of other concurrency and of several tries is in tests/unit/harness/commands/test_replaying.py.
"""

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

[ID_OF_THE_RECEIPT] = mutants_named(["id-of-the-receipt"])
"""A message that is delivered twice makes two users."""
DUPLICATES = "duplicates rate=0.3 delay=0ms-200ms"
"""The one fault that shows it; the others do a sound stack and this one no harm."""
FAULTS = (DUPLICATES, "gsi-lag rate=0.5 delay=0ms-300ms", "api-latency rate=0.5 delay=0ms-100ms", "api-500 rate=0.1")
PARAMETERS = ("FunctionTimeoutSeconds=5", "VisibilityTimeoutSeconds=30", "MaxReceiveCount=3")
FLOWS = 30
SAMENESS = ("payloads", "faults", "verdict", "claims", "broken flows", "making")
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


@pytest.mark.long
@pytest.mark.timeout(900)
def test_a_planted_bug_is_shrunk_to_one_flow_and_the_one_fault_that_matters_given_away_and_replayed(
    tmp_path: Path,
) -> None:
    planted = plant(ID_OF_THE_RECEIPT.edits, tmp_path / "planted")
    code = ("--source-dir", str(planted.source_dir), "--consumer-dir", str(planted.consumer_dir))
    parameters = [word for each in PARAMETERS for word in ("--parameter", each)]
    faults = [word for each in FAULTS for word in ("--fault", each)]
    first = harness(tmp_path, "run", "--flows", str(FLOWS), "--seed", "1", *faults, *code, *parameters, expected=1)
    run_id = first["run"]["run_id"]
    assert "one-message-one-result" in broken_in(first)

    assert hits_of(first, "duplicates") > 0

    keep = ("--keep", "one-message-one-result", "--within", "2min")
    shrunk = harness(tmp_path, "shrink", run_id, *keep, expected=1)
    assert len(shrunk["smallest"]["flows"]) == 1, shrunk
    assert shrunk["smallest"]["faults"] == ["duplicates"]
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
    assert "one-message-one-result" in shown.stdout

    # Somebody else has the bundle, and nothing of what was planted here.
    bundle = tmp_path / "bug.zip"
    harness(tmp_path, "bundle", shrunk["smallest"]["run"], "-o", str(bundle), expected=0)
    planted.folder.rename(tmp_path / "gone")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    theirs = harness(elsewhere, "replay", str(bundle), expected=1)
    assert theirs["run"]["replay_of"] == shrunk["smallest"]["run"]
    assert theirs["run"]["parameters"] == list(PARAMETERS)
    assert hits_of(theirs, "duplicates") > 0
    assert {each["what"]: each["same"] for each in theirs["sameness"]} == dict.fromkeys(SAMENESS, True)

    assert left_running(tmp_path) == []


def broken_in(shown: dict[str, Any]) -> set[str]:
    return {check["name"] for check in shown["results"]["checks"] if check["verdict"] == "invalid"}


def hits_of(shown: dict[str, Any], fault: str) -> int:
    [fired] = (each["fired"] for each in shown["results"]["figures"]["faults"]["faults"] if each["name"] == fault)
    return int(fired)
