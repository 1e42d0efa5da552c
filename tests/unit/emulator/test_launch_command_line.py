"""The command line: each failure is one line on standard error, with the right exit code."""

import json
import signal
import sys
from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path

import pytest

from emulator import __main__, command_line
from emulator.errors import UnavailableError
from emulator.launch.record import write_record
from emulator.launch.speedups import require_known_code
from emulator.patches import registry
from emulator.patches.originals import Package
from emulator.patches.registry import PACKAGES
from tests.unit.emulator.test_launch_record import RECORD


class CommandLine:
    """Runs the command line in this process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        self._monkeypatch.setattr(sys, "argv", ["emulator", *arguments])
        with pytest.raises(SystemExit) as caught:
            command_line.main()
        output = self._capsys.readouterr()
        assert isinstance(caught.value.code, int)
        return caught.value.code, output.out, output.err


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[CommandLine]:
    handler = signal.getsignal(signal.SIGTERM)
    yield CommandLine(monkeypatch, capsys)
    signal.signal(signal.SIGTERM, handler)


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("restart",),
        ("start", "--port", "65536"),
        ("start", "--port", "http"),
        ("start", "--host", "localhost"),
        ("start", "--timeout-s", "0"),
        ("start", "--log-level", "loud"),
        ("start", "--without", "no-such-speed-up"),
        ("start", "--stop-with-pid", "0"),
        ("status", "--follow"),
    ],
)
def test_misuse_is_one_line_and_64(run: CommandLine, arguments: Sequence[str]) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (64, "")
    assert err.startswith("emulator: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments", [("--help",), *((name, "--help") for name in ("start", "stop", "status", "logs"))]
)
def test_help_is_no_failure(run: CommandLine, arguments: Sequence[str]) -> None:
    code, out, err = run(*arguments)
    assert (code, err) == (0, "")
    assert out.startswith("Usage: python -m emulator")


def test_where_no_engine_runs_stop_is_content_and_status_says_3(run: CommandLine, tmp_path: Path) -> None:
    state_dir = tmp_path / "engine"
    assert run("stop", "--state-dir", str(state_dir)) == (0, f"no engine runs in {state_dir}\n", "")
    assert run("status", "--state-dir", str(state_dir)) == (3, f"no engine runs in {state_dir}\n", "")
    assert run("status", "--json", "--state-dir", str(state_dir)) == (3, '{"alive": false}\n', "")
    assert not state_dir.exists()


def test_the_record_of_an_engine_that_is_gone_counts_for_nothing(run: CommandLine, tmp_path: Path) -> None:
    write_record(tmp_path / "engine.json", RECORD)
    assert run("status", "--state-dir", str(tmp_path)) == (3, f"no engine runs in {tmp_path}\n", "")
    assert run("stop", "--state-dir", str(tmp_path)) == (0, f"no engine runs in {tmp_path}\n", "")
    assert not (tmp_path / "engine.json").exists()


def test_logs_before_the_first_start_say_so(run: CommandLine, tmp_path: Path) -> None:
    code, out, err = run("logs", "--state-dir", str(tmp_path))
    assert (code, out) == (69, "")
    assert err == f"emulator: {tmp_path}/engine.log: no engine has run here yet\n"


def test_logs_are_printed_as_they_are(run: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "engine.log").write_text("one\ntwo\n")
    assert run("logs", "--state-dir", str(tmp_path)) == (0, "one\ntwo\n", "")


def test_a_state_folder_that_cannot_be_is_74(run: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    code, out, err = run("start", "--state-dir", str(tmp_path / "file" / "engine"))
    assert (code, out) == (74, "")
    assert str(tmp_path) in err
    assert err.count("\n") == 1


def test_a_fault_of_ours_is_one_line_and_70(run: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: object) -> None:
        message = "unforeseen"
        raise RuntimeError(message)

    monkeypatch.setattr(command_line, "stop_engine", fails)
    code, out, err = run("stop")
    assert (code, out) == (70, "")
    assert err == "emulator: RuntimeError: unforeseen; this is a fault of the emulator\n"


def test_ctrl_c_is_130_without_a_word(run: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(command_line, "stop_engine", interrupted)
    code, out, err = run("stop")
    assert (code, out, err.strip()) == (130, "", "")


def test_another_localstack_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    other = {**PACKAGES, "localstack": Package("localstack-core", "4.15.0")}
    monkeypatch.setattr(registry, "PACKAGES", other)
    with pytest.raises(UnavailableError, match=r"localstack-core 4\.15\.0 is needed.* 2026\.3\.0"):
        require_known_code()


def test_a_missing_localstack_is_said_to_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def not_found(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "distribution", not_found)
    with pytest.raises(UnavailableError, match="is missing"):
        require_known_code()


def test_another_python_is_refused_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 12, 1, "final", 0))
    with pytest.raises(SystemExit) as caught:
        __main__.main()
    assert caught.value.code == 69
    assert capsys.readouterr().err == f"emulator: needs Python 3.13, and {sys.executable} is 3.12\n"


def test_the_record_is_the_json_of_status_and_more(
    run: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_record(tmp_path / "engine.json", RECORD)
    monkeypatch.setattr(type(RECORD), "is_alive", property(lambda _: True))
    monkeypatch.setattr(command_line, "_facts", lambda _: {"alive": True, "rss_bytes": 1, "services": {}})
    code, out, _ = run("status", "--json", "--state-dir", str(tmp_path))
    assert code == 0
    assert json.loads(out) == json.loads(RECORD.to_json()) | {"alive": True, "rss_bytes": 1, "services": {}}
