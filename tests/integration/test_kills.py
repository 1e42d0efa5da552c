"""Runs that kill their engine (SIGKILL), and a harness that is killed while it has none. Each has its own folder."""

import json
from pathlib import Path

import psutil
import pytest

from harness.history.reader import read_history
from tests.integration.test_harness_command import (
    assert_nothing_left,
    engine_process,
    flows_ended,
    harness,
    left_running,
    running,
)
from tests.waiting import wait_until

pytestmark = pytest.mark.long

KILLED = ("run", "--fault", "kills", "--fault", "api-500 rate=0.1 flows=0-99", "--seed", "7", "--flow-timeout", "10s")


def test_a_run_kills_its_engine_goes_on_on_the_next_one_and_is_valid(tmp_path: Path) -> None:
    done = harness(tmp_path, *KILLED, "--flows", "150", "--json", timeout_s=300)
    assert done.returncode == 0, done.stdout + done.stderr
    shown = json.loads(done.stdout)
    folder = Path(shown["folder"])
    history = read_history(folder / "history.jsonl")
    errors, kills = history.faults
    [(killed_s, back_s)] = kills.periods
    assert back_s is not None
    assert kills.fired == 1
    completed_s = [flow.operations[0].started_s for flow in history.flows if flow.ending == "completed"]
    assert min(completed_s) < killed_s
    assert max(completed_s) > back_s
    assert [began_s > back_s - 1 for began_s, _ in errors.periods] == [False, True], "set anew on the next engine"
    assert errors.fired == len(errors.firings) > 0
    notes = {check["name"]: check["reason"] for check in shown["results"]["checks"]}
    assert "accepted before the engine was killed, which forgets everything" in notes["no-create-lost"]
    assert (folder / "engine.log").read_text().count("cloudformation.CreateChangeSet => 200") == 2, "both its lives"
    assert "Traceback" not in done.stderr
    assert left_running(tmp_path) == []
    assert list((tmp_path / "transient").iterdir()) == []


def test_a_harness_that_is_killed_while_its_engine_is_away_leaves_a_history_and_nothing_running(tmp_path: Path) -> None:
    with running(tmp_path, *KILLED, "--flows", "100000", "--fault", "kills name=soon from=1s delay=1min") as (
        process,
        errors,
    ):
        wait_until(lambda: flows_ended(errors), deadline_s=90)
        engine = engine_process(tmp_path)
        functions = engine.children(recursive=True)
        wait_until(lambda: engine.is_running() and engine.status() != psutil.STATUS_ZOMBIE, lambda lives: not lives)
        process.kill()
        process.communicate(timeout=30)
    assert_nothing_left(tmp_path, functions)
    checked = harness(tmp_path, "check", "latest", "--json")
    assert checked.returncode == 2, checked.stdout + checked.stderr
    results = json.loads(checked.stdout)
    assert results["verdict"]["word"] == "unknown"
    assert results["figures"]["flows"]["completed"] > 0
    assert any("the run was killed" in note for note in results["notes"]), results["notes"]
