"""What a person types, and the one line and exit code that they get for what cannot be."""

import io
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from infra import command_line
from infra.command_line import main, parse, read_arguments
from infra.engine import Engine
from infra.errors import MisuseError
from infra.options import Options


def complaint(capsys: pytest.CaptureFixture[str]) -> str:
    """Return the only line that was written."""
    out, err = capsys.readouterr()
    assert out == ""
    (line,) = err.splitlines()
    return str(line)


def test_all_can_be_left_out() -> None:
    root = Path(command_line.__file__).parent.parent

    assert parse([]) == Options(
        endpoint_url=None,
        region="us-east-1",
        account_id="000000000000",
        stack_name="users-api",
        parameters={},
        source_dir=root / "infra",
        consumer_dir=root / "consumer",
        authorizer_dir=root / "authorizer",
        outputs_path=Path(".harness/stacks/users-api.json"),
        timeout_s=300,
        delete=False,
        assume_yes=False,
        as_json=False,
    )


def test_all_can_be_said() -> None:
    said = (
        "--endpoint-url http://127.0.0.1:1234/ --region eu-west-1 --account 111122223333 --stack-name mine"
        " --parameter A=1 --parameter B=x=y --source-dir src --consumer-dir code --outputs out.json --timeout-s 5"
        " --authorizer-dir judge --packages-for arm64"
        " --delete --yes --json"
    )

    assert parse(said.split()) == Options(
        endpoint_url="http://127.0.0.1:1234",
        region="eu-west-1",
        account_id="111122223333",
        stack_name="mine",
        parameters={"A": "1", "B": "x=y"},
        source_dir=Path("src"),
        consumer_dir=Path("code"),
        authorizer_dir=Path("judge"),
        outputs_path=Path("out.json"),
        timeout_s=5,
        delete=True,
        assume_yes=True,
        as_json=True,
        packages_for="arm64",
    )


def test_a_copy_of_all_that_is_deployed_has_its_own_authorizer(tmp_path: Path) -> None:
    consumer, authorizer = tmp_path / "consumer", tmp_path / "authorizer"
    consumer.mkdir()
    assert parse(["--consumer-dir", str(consumer)]).authorizer_dir == parse([]).authorizer_dir
    authorizer.mkdir()
    assert parse(["--consumer-dir", str(consumer)]).authorizer_dir == authorizer


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("--bogus", "unrecognized arguments: --bogus; see --help"),
        ("--endpoint-url localhost:4566", "argument --endpoint-url: localhost:4566 is not like http://127.0.0.1:4566"),
        ("--endpoint-url http://h/path", "argument --endpoint-url: http://h/path is not like http://127.0.0.1:4566"),
        ("--account 123", "--account 123: an account is twelve digits"),
        ("--stack-name 1st", "--stack-name 1st: a letter, then up to 49 letters, digits and hyphens"),
        ("--parameter x", "--parameter x: it is KEY=VALUE"),
        ("--parameter =x", "--parameter =x: it is KEY=VALUE"),
        ("--timeout-s soon", "argument --timeout-s: invalid float value: 'soon'"),
    ],
)
def test_what_makes_no_sense_is_misuse(arguments: str, words: str) -> None:
    with pytest.raises(MisuseError) as misuse:
        parse(arguments.split())

    assert str(misuse.value).startswith(words)


def test_misuse_is_one_line_and_exit_code_64(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--bogus"]) == 64
    assert complaint(capsys) == "bootstrap: unrecognized arguments: --bogus; see --help"


def test_timeouts_that_do_not_fit_are_refused_before_anything_is_asked(
    capsys: pytest.CaptureFixture[str], closed_port: int
) -> None:
    exit_code = main([f"--endpoint-url=http://127.0.0.1:{closed_port}", "--parameter=FunctionTimeoutSeconds=6"])

    assert exit_code == 64
    assert complaint(capsys) == (
        "bootstrap: VisibilityTimeoutSeconds=30 is less than six times FunctionTimeoutSeconds=6: set it to 36 or more"
    )


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
    return port


def test_an_engine_that_is_not_there_is_one_line_and_exit_code_69(
    capsys: pytest.CaptureFixture[str], closed_port: int
) -> None:
    assert main([f"--endpoint-url=http://127.0.0.1:{closed_port}"]) == 69
    assert complaint(capsys) == (
        f"bootstrap: no answer from http://127.0.0.1:{closed_port} (EndpointConnectionError): is it there?"
    )


class Website(BaseHTTPRequestHandler):
    """Answers everything with a page."""

    def do_POST(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<html>Welcome<br></html>")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def website() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Website) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_what_is_no_engine_is_one_line_and_exit_code_69(capsys: pytest.CaptureFixture[str], website: str) -> None:
    assert main([f"--endpoint-url={website}"]) == 69
    assert complaint(capsys) == f"bootstrap: what answers at {website} does not speak as AWS does"


class Terminal(io.StringIO):
    """Standard input with a person at it."""

    def isatty(self) -> bool:
        return True


def test_aws_is_not_touched_when_nobody_can_be_asked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))

    assert main([]) == 64
    assert complaint(capsys) == "bootstrap: without --endpoint-url this goes to AWS: say --yes, or name an engine"


@pytest.mark.parametrize("answer", ["\n", "n\n", "", "yesterday\n"])
@pytest.mark.parametrize(("arguments", "what"), [([], "Deploy"), (["--delete"], "Delete")])
def test_aws_is_touched_only_after_a_yes(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    arguments: list[str],
    what: str,
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    monkeypatch.setattr(command_line, "account_on_aws", lambda _: "111122223333")

    assert main(["--stack-name=mine", "--region=eu-west-1", *arguments]) == 64
    assert complaint(capsys) == (
        f"{what} stack mine in eu-west-1 of AWS account 111122223333? [y/N] bootstrap: nothing was done"
    )


def test_a_yes_goes_to_the_account_that_was_named(monkeypatch: pytest.MonkeyPatch) -> None:
    touched: list[Engine] = []

    def note(_: object, engine: Engine, __: object) -> list[str]:
        touched.append(engine)
        return []

    monkeypatch.setattr(sys, "stdin", Terminal("y\n"))
    monkeypatch.setattr(command_line, "account_on_aws", lambda _: "111122223333")
    monkeypatch.setattr(command_line, "remove", note)

    assert main(["--delete"]) == 0
    assert [(engine.endpoint_url, engine.account_id) for engine in touched] == [(None, "111122223333")]


@pytest.mark.parametrize(
    ("arguments", "removed", "printed"),
    [
        ([], ["stack mine", "s3://b"], "removed stack mine\nremoved s3://b\n"),
        ([], [], "mine: nothing to remove\n"),
        (["--json"], ["stack mine"], '{"stack_name": "mine", "removed": ["stack mine"]}\n'),
        (["--json"], [], '{"stack_name": "mine", "removed": []}\n'),
    ],
)
def test_deleting_says_what_was_removed(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    removed: list[str],
    printed: str,
) -> None:
    monkeypatch.setattr(command_line, "remove", lambda *_: removed)

    assert main(["--endpoint-url=http://127.0.0.1:1", "--stack-name=mine", "--delete", *arguments]) == 0
    assert capsys.readouterr().out == printed


def test_a_full_disk_is_one_line_and_exit_code_74(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(command_line, "deploy", full)

    assert main(["--endpoint-url=http://127.0.0.1:1"]) == 74
    assert complaint(capsys) == "bootstrap: [Errno 28] No space left on device"


def test_a_mistake_of_ours_is_one_line_and_exit_code_70(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr(command_line, "deploy", broken)

    assert main(["--endpoint-url=http://127.0.0.1:1"]) == 70
    assert complaint(capsys) == "bootstrap: internal error: KeyError: 'x'"


def test_the_help_names_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        main(["--help"])

    assert done.value.code == 0
    assert "--endpoint-url URL" in capsys.readouterr().out


def test_ctrl_c_is_one_line_and_exit_code_130() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint_url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        command = [sys.executable, "-m", "infra", "--endpoint-url", endpoint_url]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            silent.settimeout(30)
            connection, _ = silent.accept()  # it waits for an answer now
            with connection:
                process.send_signal(signal.SIGINT)
                out, err = process.communicate(timeout=30)

    assert (process.returncode, out) == (130, "")
    assert err == "bootstrap: interrupted; what the engine has begun goes on, run this again to see\n"


def test_a_python_without_our_packages_is_one_line_and_exit_code_69(tmp_path: Path) -> None:
    (tmp_path / "boto3.py").write_text("raise ModuleNotFoundError(name='boto3')")
    command = [sys.executable, "-m", "infra", "--help"]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}

    done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True, timeout=30)

    assert (done.returncode, done.stdout) == (69, "")
    assert done.stderr == f"bootstrap: {sys.executable} has no module boto3: run `make install` first\n"


def test_the_script_runs_from_anywhere(tmp_path: Path) -> None:
    script = Path(command_line.__file__).parent / "bootstrap"

    done = subprocess.run(
        [script, "--account", "1"], cwd=tmp_path, check=False, capture_output=True, text=True, timeout=30
    )

    assert (done.returncode, done.stdout) == (64, "")
    assert done.stderr == "bootstrap: --account 1: an account is twelve digits\n"


def test_the_outputs_are_one_line_of_json_when_asked_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Deployed:
        as_json = '{"api_url": "http://api"}'
        changed = True

    monkeypatch.setattr(command_line, "deploy", lambda *_: Deployed())

    assert main(["--endpoint-url=http://127.0.0.1:1", "--json"]) == 0
    shown = capsys.readouterr()
    assert json.loads(shown.out) == {"api_url": "http://api"}
    assert "users-api: deployed" in shown.err


@pytest.mark.parametrize(("line", "arguments"), [('["--yes", "a b"]\n', ["--yes", "a b"]), ("", None)])
def test_arguments_may_come_later_or_never(line: str, arguments: list[str] | None) -> None:
    assert read_arguments(io.StringIO(line)) == arguments
