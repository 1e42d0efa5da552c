"""The `harness` command: options, exit codes, one line for an error; launcher and bootstrap are stand-ins."""

import json
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import psutil
import pytest
from click.testing import CliRunner, Result

from harness.command_line import main
from harness.deployment import Deployment, DeploymentRequest
from harness.run import ProgressView, Surroundings
from harness.transport import Transport, TransportFailure
from tests.unit.harness.conftest import WriteModule
from tests.unit.harness.engines.test_external import serving
from tests.unit.harness.fake_api import API_URL, Answer, FakeApi, json_response
from tests.unit.harness.test_deployment import OUTPUTS
from tests.unit.harness.test_run import NoProgress

# A launcher whose engine is the test itself: its process lives.
LAUNCHER = """
    import json, os, pathlib, psutil, sys
    arguments = sys.argv[1:]
    state_dir = pathlib.Path(arguments[arguments.index("--state-dir") + 1])
    if arguments[0] == "start":
        state_dir.mkdir(parents=True, exist_ok=True)
        parent = psutil.Process(os.getppid())
        record = {
            "pid": parent.pid, "process_created_at": parent.create_time(), "version": "4.14.0",
            "endpoint_url": "http://127.0.0.1:4566", "log_path": str(state_dir / "engine.log"),
            "started_at": "2026-11-23T19:00:00.000+00:00", "start_ms": 1,
        }
        (state_dir / "engine.json").write_text(json.dumps(record))
        print(json.dumps(record))
    if arguments[0] == "stop":
        (state_dir / "engine.json").unlink(missing_ok=True)
"""
BOOTSTRAP = f"""
    import json, pathlib, sys
    arguments = sys.argv[1:]
    pathlib.Path(arguments[arguments.index("--outputs") + 1]).write_text('''{json.dumps(OUTPUTS)}''')
    print("stack users-api: nothing changed")
"""


def harness(*arguments: str, surroundings: Surroundings | None = None) -> Result:
    return CliRunner().invoke(main, arguments, obj=surroundings)


@pytest.mark.parametrize("command", ["", "up", "deploy", "status", "run", "logs"])
def test_help_shows_its_examples_a_line_each(command: str) -> None:
    shown = harness(*command.split(), "--help").output.splitlines()

    examples = shown[shown.index("  Examples:") + 1 :]
    assert examples
    assert all(line.startswith(("    harness ", "    curl ")) for line in examples), examples


@pytest.mark.parametrize("command", ["up", "down", "status", "deploy", "run", "logs"])
def test_help_says_something_of_every_option(command: str) -> None:
    options = [parameter for parameter in main.commands[command].params if isinstance(parameter, click.Option)]

    assert [option.name for option in options if not option.help] == []


def around(api: FakeApi) -> Surroundings:
    def deploy(_request: DeploymentRequest, _outputs: Path) -> Deployment:
        return Deployment.from_json(OUTPUTS | {"api_url": API_URL})

    @asynccontextmanager
    async def open_transport(_clients: int) -> AsyncIterator[Transport]:
        yield api

    @contextmanager
    def show_progress() -> Iterator[ProgressView]:
        yield NoProgress()

    return Surroundings(deploy, open_transport, show_progress)


def run_through(api: FakeApi, *options: str) -> Result:
    with serving(200, b'{"version": "4.14.0"}') as url:
        arguments = ["run", "--engine", "external", "--endpoint-url", url, "--poll-interval-ms", "1"]
        return harness(*arguments, "--flows", "20", "--clients", "4", *options, surroundings=around(api))


def quick_api(script: Callable[[str, int], Answer | None] = lambda _operation, _ordinal: None) -> FakeApi:
    return FakeApi(latency_s=0.0001, visible_after_s=0.002, script=script)


@pytest.fixture(autouse=True)
def in_a_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["fly"], "No such command 'fly'. See `harness --help`."),
        (["run", "--flows", "0"], "See `harness run --help`."),
        (["run", "--clients", "x"], "See `harness run --help`."),
        (["run", "--account", "12"], "'12' is not twelve digits"),
        (["run", "--phase", "install=3s"], "'install=3s' is not like install=3214ms"),
        (["run", "--engine", "external"], "--engine external needs --endpoint-url"),
        (["run", "--endpoint-url", "http://x"], "--endpoint-url is for --engine external"),
        (["run", "--engine", "external", "--endpoint-url", "x"], "'x' is no endpoint URL"),
        (["up", "--port", "70000"], "See `harness up --help`."),
        (["deploy", "--timeout-s", "0"], "See `harness deploy --help`."),
    ],
)
def test_misuse_is_one_line_that_says_what_and_where_to_read_on(arguments: list[str], said: str) -> None:
    result = harness(*arguments)
    assert result.exit_code == 64
    assert result.stdout == ""
    assert said in result.stderr
    assert result.stderr.startswith("harness: ")
    assert result.stderr.count("\n") == 1


def test_every_command_has_a_help_text() -> None:
    for command in ("run", "up", "down", "status", "deploy", "logs"):
        result = harness(command, "--help")
        assert result.exit_code == 0
        assert "Options:" in result.stdout


def test_an_internal_error_is_one_line_and_a_traceback_only_on_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def break_down(_state_dir: Path) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("harness.commands.stack.running_engine", break_down)
    result = harness("status")
    assert result.exit_code == 70
    assert result.stderr.startswith("harness: internal error at test_command_line.py:")
    assert "ZeroDivisionError: a bug" in result.stderr
    assert result.stderr.count("\n") == 1
    monkeypatch.setenv("HARNESS_DEBUG", "1")
    assert isinstance(harness("status").exception, ZeroDivisionError)


def test_a_full_disk_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def fill(_state_dir: Path) -> None:
        raise OSError(28, "No space left on device", "/data/x")

    monkeypatch.setattr("harness.commands.stack.running_engine", fill)
    result = harness("status")
    assert result.exit_code == 74
    assert result.stderr.startswith("harness: /data/x: No space left on device")


def test_a_run_whose_users_all_come_back_exits_0_with_all_of_it_as_json() -> None:
    result = run_through(quick_api(), "--json", "--seed", "7", "--phase", "install=3214ms")
    assert result.exit_code == 0, result.stderr
    shown = json.loads(result.stdout)
    assert shown["verdict"] == "valid"
    assert shown["flows"] == {
        "asked": 20,
        "completed": 20,
        "failed": 0,
        "not_answered": 0,
        "interrupted": 0,
        "not_started": 0,
    }
    assert shown["failures"] == []
    assert (shown["seed"], shown["clients"]) == (7, 4)
    assert list(shown["phases_ms"]) == ["install", "start-up", "engine", "deploy", "flows", "stop"]
    assert shown["total_ms"] >= 3214
    assert shown["timings"]["create"]["count"] == 20
    assert set(shown["timings"]) == {"create", "visible_lower", "visible_upper", "status", "retrieve", "get"}
    assert shown["engine"]["version"] == "4.14.0"
    assert shown["deployment"]["queue_url"] == OUTPUTS["queue_url"]


def test_a_run_as_text_says_the_verdict_first_and_then_the_tables() -> None:
    result = run_through(quick_api(), "--seed", "7")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "valid: 20 of 20 flows completed; every user came back exactly as it was sent"
    for shown in (
        "asked",
        "POST /users",
        "create to visible, at most",
        "GET, both",
        "p99",
        "deploy",
        "total",
    ):
        assert shown in result.stdout
    assert "\x1b" not in result.stdout


def test_a_run_with_a_flow_that_fails_exits_1_and_shows_the_flow_with_its_operations() -> None:
    def miss(operation: str, ordinal: int) -> Answer | None:
        return json_response(404, message="no such user") if (operation, ordinal) == ("retrieve", 3) else None

    result = run_through(quick_api(miss), "--seed", "7")
    assert result.exit_code == 1
    assert result.stdout.startswith("invalid: 1 of 20 flows failed\n")
    assert "its retrieve is wrong: Missing()" in result.stdout
    assert "retrieve ok" in result.stdout
    failure = json.loads(run_through(quick_api(miss), "--json").stdout)["failures"][0]
    assert failure["ending"] == "failed"
    assert [operation["kind"] for operation in failure["operations"]][-1] == "retrieve"
    assert {"scheduled_s", "started_s", "ended_s", "outcome", "status"} <= failure["operations"][0].keys()


def test_a_run_that_nobody_answers_exits_2() -> None:
    result = run_through(quick_api(lambda _operation, _ordinal: TransportFailure.REFUSED), "--json")
    assert result.exit_code == 2
    shown = json.loads(result.stdout)
    assert shown["verdict"] == "unknown"
    assert shown["notes"][0].startswith("abandoned: 10 flows in a row got no answer")


def test_ctrl_c_before_anything_was_driven_exits_130_and_prints_no_verdict() -> None:
    def press_ctrl_c(_request: DeploymentRequest, _outputs: Path) -> Deployment:
        signal.raise_signal(signal.SIGINT)
        raise AssertionError("not reached")

    with serving(200, b"{}") as url:
        surroundings = replace(around(quick_api()), deploy=press_ctrl_c)
        arguments = ["run", "--engine", "external", "--endpoint-url", url]
        result = harness(*arguments, surroundings=surroundings)
    assert result.exit_code == 130
    assert result.stdout == ""
    assert result.stderr.strip() == "harness: interrupted"


def test_ctrl_c_in_the_middle_of_the_flows_exits_130_with_what_was_done() -> None:
    def press_ctrl_c(operation: str, ordinal: int) -> Answer | None:
        if (operation, ordinal) == ("create", 10):
            signal.raise_signal(signal.SIGINT)
        return None

    result = run_through(quick_api(press_ctrl_c), "--json")
    assert result.exit_code == 130
    shown = json.loads(result.stdout)
    assert shown["interrupted"] is True
    assert shown["verdict"] == "unknown"
    assert 0 < shown["flows"]["completed"] < 10


def test_the_same_seed_posts_the_same_and_a_drawn_seed_is_shown() -> None:
    apis = [quick_api(), quick_api()]
    drawn = json.loads(run_through(apis[0], "--json").stdout)["seed"]
    run_through(apis[1], "--seed", str(drawn))
    posted = [{request.body for request in api.requests if request.body} for api in apis]
    assert posted[0] == posted[1]


def test_an_endpoint_that_is_not_there_exits_69() -> None:
    result = harness("run", "--engine", "external", "--endpoint-url", "http://127.0.0.1:1")
    assert result.exit_code == 69
    assert result.stdout == ""
    assert result.stderr.startswith("harness: no engine answers at http://127.0.0.1:1")


def test_a_run_without_an_engine_starts_one_of_its_own_and_stops_it(write_module: WriteModule, tmp_path: Path) -> None:
    write_module("emulator", LAUNCHER)
    surroundings = around(quick_api())
    result = harness("run", "--flows", "5", "--poll-interval-ms", "1", "--json", surroundings=surroundings)
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["engine"]["pid"] == os.getpid()
    assert list((tmp_path / ".harness" / "transient").iterdir()) == []


def test_a_run_that_goes_wrong_keeps_the_folder_of_its_engine(write_module: WriteModule, tmp_path: Path) -> None:
    write_module("emulator", LAUNCHER)
    surroundings = around(quick_api(lambda _operation, _ordinal: json_response(400, message="no")))
    result = harness("run", "--flows", "1", surroundings=surroundings)
    assert result.exit_code == 1
    assert [folder.name for folder in (tmp_path / ".harness" / "transient").iterdir()] == [str(os.getpid())]


def test_up_is_idempotent_and_the_run_uses_that_engine_and_leaves_it(write_module: WriteModule, tmp_path: Path) -> None:
    write_module("emulator", LAUNCHER)
    for said in ("the engine runs at", "the engine runs already at"):
        result = harness("up")
        assert result.exit_code == 0, result.stderr
        assert f"{said} http://127.0.0.1:4566 (pid {os.getpid()}, LocalStack 4.14.0)\n" in result.stdout
        assert "stop it with `harness down`" in result.stdout
    result = harness("run", "--flows", "1", "--json", surroundings=around(quick_api()))
    assert result.exit_code == 0
    assert (tmp_path / ".harness" / "engine" / "engine.json").exists()


def test_a_port_that_is_busy_is_the_launchers_line_and_ours(
    write_module: WriteModule, capfd: pytest.CaptureFixture[str]
) -> None:
    write_module("emulator", "import sys; print('emulator: port busy', file=sys.stderr); sys.exit(69)")
    result = harness("up")
    assert result.exit_code == 69
    assert result.stderr.startswith("harness: the engine did not start (exit code 69)")
    assert capfd.readouterr().err == "emulator: port busy\n"


def test_down_passes_on_what_the_launcher_says(write_module: WriteModule, capfd: pytest.CaptureFixture[str]) -> None:
    write_module("emulator", "import sys; print(*sys.argv[1:]); sys.exit(7)")
    assert harness("down", "--state-dir", "elsewhere").exit_code == 7
    assert capfd.readouterr().out == "stop --state-dir elsewhere/engine\n"
    assert harness("logs", "--follow").exit_code == 7
    assert capfd.readouterr().out == "logs --state-dir .harness/engine --follow\n"


def engine_record(state_dir: Path, **changes: Any) -> None:
    process = psutil.Process()
    record = {
        "pid": process.pid,
        "process_created_at": process.create_time(),
        "version": "4.14.0",
        "endpoint_url": "http://127.0.0.1:4566",
        "log_path": "/x/engine.log",
        "started_at": "2026-11-23T19:00:00.000+00:00",
    }
    (state_dir / "engine").mkdir(parents=True)
    (state_dir / "engine" / "engine.json").write_text(json.dumps(record | changes))


def test_deploy_goes_to_the_running_engine_and_status_shows_both(write_module: WriteModule, tmp_path: Path) -> None:
    write_module("infra", BOOTSTRAP)
    engine_record(tmp_path / ".harness")
    deployed = harness("deploy")
    assert deployed.exit_code == 0, deployed.stderr
    assert deployed.stdout == f"{OUTPUTS['api_url']}\n"
    shown = json.loads(harness("status", "--json").stdout)
    assert shown["engine"]["pid"] == os.getpid()
    assert shown["engine"]["endpoint_url"] == "http://127.0.0.1:4566"
    assert shown["engine"]["version"] == "4.14.0"
    assert shown["stack"] == OUTPUTS
    as_text = harness("status")
    assert as_text.exit_code == 0
    for fact in (str(os.getpid()), OUTPUTS["api_url"], OUTPUTS["dead_letter_queue_url"], "consumer"):
        assert fact in as_text.stdout


def test_status_without_a_stack_says_how_to_deploy_one(tmp_path: Path) -> None:
    engine_record(tmp_path / ".harness")
    assert json.loads(harness("status", "--json").stdout)["stack"] is None
    assert "deploy it with `harness deploy`" in harness("status").stdout
    logs = harness("logs", "--function")
    assert logs.exit_code == 69
    assert "stack users-api is not deployed on the engine" in logs.stderr


def test_status_without_an_engine_exits_3_and_says_how_to_start_one() -> None:
    for arguments, shown in ((["status"], ""), (["status", "--json"], '{"engine": null, "stack": null}\n')):
        result = harness(*arguments)
        assert result.exit_code == 3
        assert result.stdout == shown
        assert "start one with `harness up`" in result.stderr


@pytest.mark.parametrize("command", [["deploy"], ["logs", "--function"]])
def test_what_needs_an_engine_and_finds_none_exits_69(command: list[str]) -> None:
    result = harness(*command)
    assert result.exit_code == 69
    assert result.stderr == "harness: no engine runs in .harness/engine; start one with `harness up`\n"


def test_a_deployment_that_fails_exits_1(write_module: WriteModule, capfd: pytest.CaptureFixture[str]) -> None:
    write_module("infra", "import sys; print('function: access denied', file=sys.stderr); sys.exit(1)")
    result = harness("deploy", "--endpoint-url", "http://127.0.0.1:1")
    assert result.exit_code == 1
    assert result.stderr.startswith("harness: stack users-api at http://127.0.0.1:1: the bootstrap failed")
    assert capfd.readouterr().err == "function: access denied\n"
