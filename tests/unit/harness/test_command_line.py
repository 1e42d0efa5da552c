"""The `harness` command: options, exit codes, one line for an error; launcher and bootstrap are stand-ins."""

import json
import os
import signal
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import click
import psutil
import pytest
from click.testing import CliRunner, Result

from harness.command_line import COMMANDS, main
from harness.errors import DeploymentFailedError
from harness.running.dependencies import RunDependencies
from harness.shape.document import shape_to_json
from harness.shape.users import USERS_API
from harness.stack.deployment import DeploymentRequest
from harness.transport import TransportFailure
from infra.parameters import effective_parameters
from infra.sources import read_template
from tests.unit.harness.conftest import WriteModule
from tests.unit.harness.engines.test_external import serving
from tests.unit.harness.fake_api import API_URL, Answer, FakeApi, json_response
from tests.unit.harness.fake_stack import dependencies, quick_api
from tests.unit.harness.stack.test_deployment import OUTPUTS

INFRA = Path(__file__).parents[3] / "infra"
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


def harness(*arguments: str, dependencies: RunDependencies | None = None) -> Result:
    return CliRunner().invoke(main, arguments, obj=dependencies)


@pytest.mark.parametrize(
    "command",
    ["", "up", "deploy", "status", "run", "logs", "runs", "show", "report", "compare", "check", "completion", "soak"],
)
def test_help_shows_its_examples_a_line_each(command: str) -> None:
    shown = harness(*command.split(), "--help").output.splitlines()

    examples = shown[shown.index("  Examples:") + 1 :]
    assert examples
    assert all(line.startswith(("    harness ", "    curl ")) for line in examples), examples


def test_every_parameter_in_an_example_is_one_that_the_bootstrap_takes() -> None:
    shown = " ".join(harness(*command.split(), "--help").output for command in ("run", "deploy", "soak"))
    lines = [line for line in shown.splitlines() if line.startswith("    harness ")]
    examples = [line.split() for line in lines if " --parameter " in line]
    assert examples
    template = read_template(INFRA)
    for words in examples:
        parameters = [after for word, after in pairwise(words) if word == "--parameter"]
        given = dict(parameter.split("=", 1) for parameter in parameters)
        effective_parameters(template, given, {"ArtifactBucket": "", "FunctionKey": ""})


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_help_says_something_of_every_option(command: str) -> None:
    found = main.get_command(click.Context(main), command)

    assert found is not None
    options = [parameter for parameter in found.params if isinstance(parameter, click.Option)]

    assert [option.name for option in options if not option.help] == []


def run_through(api: FakeApi, *options: str) -> Result:
    with serving(200, b'{"version": "4.14.0"}') as url:
        arguments = ["run", "--engine", "external", "--endpoint-url", url, "--polling", "fixed:1ms"]
        return harness(*arguments, "--flows", "20", "--clients", "4", *options, dependencies=dependencies(api))


@pytest.fixture(autouse=True)
def in_a_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["fly"], "No such command 'fly'. See `harness --help`."),
        (["run", "--flows", "0"], "See `harness run --help`."),
        (["run", "--clients", "x"], "See `harness run --help`."),
        (["run", "--clients", "5", "--arrival", "constant:5/s"], "--clients is short for --arrival closed:N"),
        (["run", "--arrival", "often"], "'often' is not like closed:10, constant:50/s"),
        (["run", "--polling", "50"], "'50' is not like fixed:50ms"),
        (["run", "--payloads", "hostile=2"], "'hostile=2' in 'hostile=2' is not plain, or like"),
        (["run", "--payloads", "hostile=0.6,invalid=0.6"], "together more than 1"),
        (["run", "--flow-timeout", "1h"], "'1h' is not like 250ms, 2s or 1min"),
        (["run", "--flow-timeout", "0s"], "flow_timeout_s"),
        (["run", "--require", "visible.p98<2s"], "visible.p98<2s"),
        (["run", "--api-url", "x"], "'x' is no endpoint URL"),
        (["run", "--api-url", "http://x", "--poison", "1"], "poison goes to a queue"),
        (["run", "--api-url", "http://x", "--endpoint-url", "http://y"], "leave out --engine and --endpoint-url"),
        (["completion", "tcsh"], "See `harness completion --help`."),
        (["run", "--account", "12"], "'12' is not twelve digits"),
        (["run", "--phase", "install=3s"], "'install=3s' is not like install=3214ms"),
        (["run", "--engine", "external"], "--engine external needs --endpoint-url"),
        (["run", "--endpoint-url", "http://x"], "--endpoint-url is for --engine external"),
        (["run", "--engine", "external", "--endpoint-url", "x"], "'x' is no endpoint URL"),
        (["run", "--faults", "kills", "--engine", "external", "--endpoint-url", "http://x"], "is not this run's own"),
        (["run", "--faults", "kills", "--api-url", "http://x"], "faults are set on an engine"),
        (["fault", "set", "kills"], "use `harness run --faults kills`"),
        (["fault", "set", "crashes", "from=5s"], "from= and for= are a run's"),
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


def test_a_command_is_imported_when_it_is_asked_for() -> None:
    script = (
        "import sys, harness.command_line; print([name for name in sys.modules if name.startswith('harness.commands')])"
    )

    assert subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout == "[]\n"


def test_every_command_has_a_help_text() -> None:
    for command in COMMANDS:
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


def test_a_valid_run_exits_0_with_all_of_it_as_json() -> None:
    result = run_through(quick_api(), "--json", "--seed", "7", "--phase", "install=3214ms")
    assert result.exit_code == 0, result.stderr
    shown = json.loads(result.stdout)
    results, record = shown["results"], shown["run"]
    assert results["verdict"]["word"] == "valid"
    assert results["figures"]["flows"] == {
        "asked": 20,
        "completed": 20,
        "failed": 0,
        "unreachable": 0,
        "interrupted": 0,
        "not_started": 0,
    }
    assert (record["workload"]["seed"], record["workload"]["arrival"]) == (7, {"kind": "closed loop", "clients": 4})
    assert record["phases_ms"]["install"] == 3214
    assert record["engine"]["version"] == "4.14.0"
    assert record["deployment"]["queue_url"] == OUTPUTS["queue_url"]
    assert record["contract"]["create"].keys() == {"202", "400", "415", "500", "503"}
    assert Path(shown["folder"]).is_dir()


def test_a_run_as_text_says_the_verdict_first_and_then_the_tables() -> None:
    result = run_through(quick_api(), "--seed", "7")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "valid: 20 of 20 flows completed; every result came back exactly as it was sent"
    for shown in ("no-create-lost", "asked", "create to visible, at most", "p99.9", "deploy", "the evidence: "):
        assert shown in result.stdout
    assert "\x1b" not in result.stdout


def test_a_run_with_a_flow_that_fails_exits_1_and_names_the_flow() -> None:
    def miss(operation: str, ordinal: int) -> Answer | None:
        return json_response(404, message="no such user") if (operation, ordinal) == ("retrieve", 3) else None

    result = run_through(quick_api(miss), "--seed", "7")
    assert result.exit_code == 1
    assert result.stdout.startswith("invalid: ")
    assert "retrieve-after-visible: " in result.stdout
    checks = json.loads(run_through(quick_api(miss), "--seed", "7", "--json").stdout)["results"]["checks"]
    (found,) = (check for check in checks if check["name"] == "retrieve-after-visible")
    flow = found["evidence"][0]["flow"]
    shown = harness("show", "latest", "--flow", str(flow))
    assert shown.exit_code == 0
    assert "missing" in shown.stdout


def test_a_threshold_that_is_missed_exits_1_and_one_that_holds_0() -> None:
    assert run_through(quick_api(), "--require", "visible.p99<1us").exit_code == 1
    assert run_through(quick_api(), "--require", "visible.p99<1min", "--require", "errors<1%").exit_code == 0


def test_a_run_that_nobody_answers_exits_2() -> None:
    result = run_through(quick_api(lambda _operation, _ordinal: TransportFailure.REFUSED), "--json")
    assert result.exit_code == 2
    results = json.loads(result.stdout)["results"]
    assert results["verdict"]["word"] == "unknown"
    assert results["notes"][0].startswith("abandoned: 10 flows in a row got no answer")


def test_ctrl_c_before_anything_was_driven_exits_130_and_prints_no_verdict() -> None:
    def press_ctrl_c(_request: DeploymentRequest) -> None:
        signal.raise_signal(signal.SIGINT)

    with serving(200, b"{}") as url:
        arguments = ["run", "--engine", "external", "--endpoint-url", url]
        result = harness(*arguments, dependencies=dependencies(quick_api(), on_deploy=press_ctrl_c))
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
    assert shown["results"]["verdict"]["word"] == "unknown"
    assert 0 < shown["results"]["figures"]["flows"]["completed"] < 10


def test_the_same_seed_posts_the_same_and_a_drawn_seed_is_shown() -> None:
    apis = [quick_api(), quick_api()]
    drawn = json.loads(run_through(apis[0], "--json").stdout)["run"]["workload"]["seed"]
    run_through(apis[1], "--seed", str(drawn))
    posted = [{request.body for request in api.requests if request.body} for api in apis]
    assert posted[0] == posted[1]


def test_a_printed_workload_is_one_that_can_be_run_and_options_change_it(tmp_path: Path) -> None:
    printed = harness(
        "run", "--seed", "7", "--flows", "5", "--arrival", "poisson:500/s", "--polling", "fixed:1ms", "--print-workload"
    )
    assert printed.exit_code == 0
    (tmp_path / "workload.json").write_text(printed.stdout)
    result = run_through(quick_api(), "--workload", "workload.json", "--json")
    workload = json.loads(result.stdout)["run"]["workload"]
    assert workload == json.loads(printed.stdout) | {
        "flows": 20,
        "arrival": {"kind": "closed loop", "clients": 4},
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "workload.json: not JSON"),
        ('{"format": 1, "seed": 1, "flows": 2, "flow": 3}', "workload.json.flow"),
        ('{"format": 1, "seed": 1, "flows": 0}', "workload.json.flows: 1 to 1,000,000 is expected, not 0"),
        ('{"seed": 1, "flows": 2}', "workload.json.format: 1 is expected"),
    ],
)
def test_a_workload_file_that_is_wrong_is_one_line_that_says_where(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "workload.json").write_text(text)
    result = harness("run", "--workload", "workload.json")
    assert result.exit_code == 64
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_workload_file_that_is_not_there_exits_74() -> None:
    result = harness("run", "--workload", "workload.json")
    assert result.exit_code == 74
    assert result.stderr.startswith("harness: workload.json: No such file or directory")


def test_an_api_that_is_there_is_driven_without_an_engine(tmp_path: Path) -> None:
    (tmp_path / "shape.json").write_text(json.dumps(shape_to_json(USERS_API)))
    arguments = ["run", "--api-url", f"{API_URL}/", "--shape", "shape.json", "--polling", "fixed:1ms", "--flows", "5"]
    result = harness(*arguments, "--json", dependencies=dependencies(quick_api()))
    assert result.exit_code == 0, result.stderr
    record = json.loads(result.stdout)["run"]
    assert (record["api_url"], record["engine"]["kind"], record["deployment"]) == (API_URL, "none", None)


def test_what_was_run_can_be_listed_shown_judged_again_and_compared() -> None:
    for seed in ("1", "2"):
        run_through(quick_api(), "--seed", seed)
    listed = json.loads(harness("runs", "--json").stdout)
    assert [run["verdict"] for run in listed] == ["valid", "valid"]
    assert harness("show").stdout.startswith("valid: ")
    checked = harness("check", listed[1]["run"], "--json")
    assert checked.exit_code == 0
    assert json.loads(checked.stdout)["verdict"]["word"] == "valid"
    compared = harness("compare", listed[1]["run"], "latest")
    assert compared.exit_code == 2  # two runs of milliseconds
    assert "too little to tell" in compared.stdout
    assert harness("report").exit_code == 0


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_gets_a_completion_script_that_names_the_command(shell: str) -> None:
    result = harness("completion", shell)
    assert result.exit_code == 0
    assert "_HARNESS_COMPLETE" in result.stdout


def test_an_endpoint_that_is_not_there_exits_69() -> None:
    result = harness("run", "--engine", "external", "--endpoint-url", "http://127.0.0.1:1")
    assert result.exit_code == 69
    assert result.stdout == ""
    assert result.stderr.startswith("harness: no engine answers at http://127.0.0.1:1")


def test_a_run_without_an_engine_starts_one_of_its_own_and_stops_it(write_module: WriteModule, tmp_path: Path) -> None:
    write_module("emulator", LAUNCHER)
    arguments = ["run", "--flows", "5", "--polling", "fixed:1ms", "--json"]
    result = harness(*arguments, dependencies=dependencies(quick_api()))
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["run"]["engine"]["pid"] == os.getpid()
    assert list((tmp_path / ".harness" / "transient").iterdir()) == []


def test_an_engine_of_its_own_that_could_not_be_deployed_to_leaves_its_folder_with_the_log(
    write_module: WriteModule, tmp_path: Path
) -> None:
    def fail(_request: DeploymentRequest) -> None:
        raise DeploymentFailedError("no")

    write_module("emulator", LAUNCHER)
    result = harness("run", "--flows", "1", dependencies=dependencies(quick_api(), on_deploy=fail))
    assert result.exit_code == 1
    assert [folder.name for folder in (tmp_path / ".harness" / "transient").iterdir()] == [str(os.getpid())]


def test_up_is_idempotent_and_the_run_uses_that_engine_and_leaves_it(write_module: WriteModule, tmp_path: Path) -> None:
    write_module("emulator", LAUNCHER)
    for said in ("the engine runs at", "the engine runs already at"):
        result = harness("up")
        assert result.exit_code == 0, result.stderr
        assert f"{said} http://127.0.0.1:4566 (pid {os.getpid()}, LocalStack 4.14.0)\n" in result.stdout
        assert "stop it with `harness down`" in result.stdout
    result = harness("run", "--flows", "1", "--json", dependencies=dependencies(quick_api()))
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
