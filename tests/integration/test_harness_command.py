"""The `harness` command as a user has it: real engine, real stack, own process, own state folder."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from harness.engines.external import ExternalEngine
from tests.integration.engine_fixture import RunningEngine
from tests.waiting import wait_until

pytestmark = pytest.mark.long

ENDED = re.compile(r"flows: (\d+) of \d+ ended")


def command(state_dir: Path, *arguments: str) -> list[str]:
    script = "from harness.command_line import main; main()"
    return [sys.executable, "-c", script, *arguments, "--state-dir", str(state_dir)]


def harness(state_dir: Path, *arguments: str, timeout_s: float = 120) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(state_dir, *arguments), check=False, capture_output=True, text=True, timeout=timeout_s
    )


@contextmanager
def running(state_dir: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """Run the command in the background, its standard error in a file; it is gone when the block ends."""
    errors = state_dir / "errors.txt"
    with errors.open("w") as stderr:
        process = subprocess.Popen(command(state_dir, *arguments), stdout=subprocess.PIPE, stderr=stderr, text=True)
        try:
            yield process, errors
        finally:
            process.kill()
            process.communicate()


def flows_ended(errors: Path) -> int:
    return max((int(count) for count in ENDED.findall(errors.read_text())), default=0)


def left_running(state_dir: Path) -> list[list[str]]:
    """Return the command lines of all processes that work for this state folder."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if process.pid != psutil.Process().pid and any(str(state_dir) in word for word in words):
            found.append(words)
    return found


def engine_process(state_dir: Path) -> psutil.Process:
    [record] = (state_dir / "transient").glob("*/engine/engine.json")
    return psutil.Process(json.loads(record.read_text())["pid"])


def assert_nothing_left(state_dir: Path, others: list[psutil.Process]) -> None:
    def left() -> list[list[str] | psutil.Process]:
        return [*left_running(state_dir), *(process for process in others if process.is_running())]

    wait_until(left, lambda seen: not seen, deadline_s=10)


def test_one_command_starts_deploys_drives_judges_keeps_and_stops(tmp_path: Path) -> None:
    done = harness(tmp_path, "run", "--flows", "20", "--clients", "5", "--seed", "7", "--json")
    assert done.returncode == 0, done.stderr
    shown = json.loads(done.stdout)
    results, record = shown["results"], shown["run"]
    assert results["verdict"]["word"] == "valid", results
    assert results["figures"]["flows"]["completed"] == 20
    assert {check["verdict"] for check in results["checks"]} == {"valid"}
    timings = results["figures"]["timings"]
    assert timings["visible_lower"]["p50_ms"] <= timings["visible_upper"]["p50_ms"]
    assert timings["server_queued"]["count"] == timings["server_written"]["count"] == timings["create"]["count"]
    assert list(record["phases_ms"]) == ["start-up", "engine", "deploy", "flows", "judging", "report", "stop"]
    kept = {path.name for path in Path(shown["folder"]).iterdir()}
    assert kept == {
        "run.json",
        "history.jsonl",
        "results.json",
        "junit.xml",
        "report.html",
        "engine.log",
        "stack.zip",
    }
    assert left_running(tmp_path) == []
    assert list((tmp_path / "transient").iterdir()) == []

    checked = harness(tmp_path, "check", "latest", "--json")
    assert checked.returncode == 0
    assert json.loads(checked.stdout) == results


def test_up_status_deploy_run_logs_down(tmp_path: Path) -> None:
    def ok(*arguments: str) -> str:
        done = harness(tmp_path, *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def status() -> Any:
        return json.loads(ok("status", "--json"))

    try:
        assert "the engine runs at" in ok("up", "--port", "0")
        assert "the engine runs already at" in ok("up", "--port", "0")
        before = status()
        assert before["stack"] is None

        api_url = ok("deploy").strip()
        deployed = status()
        assert deployed["engine"] == before["engine"]
        assert deployed["stack"]["api_url"] == api_url
        for output in ("queue_url", "dead_letter_queue_url", "table_name", "function_name"):
            assert deployed["stack"][output]

        shown = json.loads(ok("run", "--flows", "10", "--clients", "2", "--json"))
        assert shown["results"]["verdict"]["word"] == "valid"
        assert shown["run"]["engine"]["pid"] == before["engine"]["pid"]
        assert shown["run"]["deployment"]["changed"] is False
        assert psutil.pid_exists(before["engine"]["pid"])

        assert ok("logs")
        assert "START RequestId" in ok("logs", "--function")
    finally:
        down = harness(tmp_path, "down")
    assert down.returncode == 0
    assert harness(tmp_path, "status").returncode == 3
    assert left_running(tmp_path) == []


def test_an_external_engine_is_driven_and_left_alone_and_poison_but_nothing_else_is_dead_lettered(
    tmp_path: Path, engine: RunningEngine, account_id: str
) -> None:
    options = ["--engine", "external", "--endpoint-url", engine.endpoint_url, "--account", account_id]
    quick = ["VisibilityTimeoutSeconds=6", "FunctionTimeoutSeconds=1", "MaxReceiveCount=2"]
    options += [word for parameter in quick for word in ("--parameter", parameter)]
    stack = ["--stack-name", "external-run", "--flows", "20", "--poison", "3", "--json"]
    done = harness(tmp_path, "run", *options, *stack)
    assert done.returncode == 0, done.stdout + done.stderr
    shown = json.loads(done.stdout)
    assert shown["results"]["verdict"]["word"] == "valid"
    assert shown["run"]["deployment"]["account_id"] == account_id
    (check,) = (check for check in shown["results"]["checks"] if check["name"] == "dead-letters-are-poison")
    assert check["verdict"] == "valid"
    assert "3" in check["reason"]
    assert ExternalEngine(engine.endpoint_url).start().version == engine.version


def test_an_engine_killed_in_the_middle_ends_the_run_soon_as_unknown_and_nothing_is_left(
    tmp_path: Path,
) -> None:
    arguments = ["run", "--flows", "100000", "--clients", "5", "--json"]
    with running(tmp_path, *arguments) as (process, errors):
        wait_until(lambda: flows_ended(errors), deadline_s=90)
        engine = engine_process(tmp_path)
        functions = engine.children(recursive=True)
        engine.kill()
        output, _ = process.communicate(timeout=30)
        assert process.returncode == 2, errors.read_text()
    shown = json.loads(output)
    assert shown["results"]["verdict"]["word"] == "unknown"
    assert shown["results"]["figures"]["flows"]["completed"] > 0
    assert any("abandoned" in note for note in shown["results"]["notes"])
    assert (Path(shown["folder"]) / "engine.log").exists()
    assert "Traceback" not in errors.read_text()
    assert_nothing_left(tmp_path, functions)


@pytest.mark.parametrize("moment", ["engine", "deploy", "flows"])
def test_ctrl_c_ends_with_130_what_was_done_and_nothing_left(tmp_path: Path, moment: str) -> None:
    reached = {
        "engine": lambda: bool(list((tmp_path / "transient").glob("*/engine/engine.log"))),
        "deploy": lambda: "CREATE_COMPLETE" in (tmp_path / "errors.txt").read_text(),
        "flows": lambda: flows_ended(tmp_path / "errors.txt") > 0,
    }[moment]
    with running(tmp_path, "run", "--flows", "100000", "--clients", "5") as (process, errors):
        wait_until(reached, deadline_s=90)
        functions = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=30)
        assert process.returncode == 130, errors.read_text()
    if moment == "flows":
        assert output.startswith("unknown: ")
        assert "where the time went" in output
    else:
        assert output == ""
        assert errors.read_text().endswith("harness: interrupted\n")
    assert "Traceback" not in errors.read_text()
    assert_nothing_left(tmp_path, functions)


def test_a_harness_that_is_killed_leaves_a_history_that_can_be_judged_and_nothing_running(tmp_path: Path) -> None:
    with running(tmp_path, "run", "--flows", "100000", "--clients", "5") as (process, errors):
        wait_until(lambda: flows_ended(errors), deadline_s=90)
        functions = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.communicate(timeout=30)
    assert_nothing_left(tmp_path, functions)

    checked = harness(tmp_path, "check", "latest", "--json")
    assert checked.returncode == 2, checked.stderr
    results = json.loads(checked.stdout)
    assert results["verdict"]["word"] == "unknown"
    assert results["figures"]["flows"]["completed"] > 0
    assert any("the run was killed" in note for note in results["notes"]), results["notes"]
