"""The life of real engines: start, join, stop, die. Each test has engines and a state folder of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psutil
import pytest
from filelock import FileLock, Timeout

from emulator.settings import LOCALSTACK_VERSION
from tests.integration.engine_fixture import aws_clients
from tests.processes import is_living
from tests.waiting import wait_until

START = ("start", "--port", "0", "--json")
TIMEOUT_S = 60.0


class Commands:
    """Runs `python -m emulator` for one state folder."""

    def __init__(self, state_dir: Path) -> None:
        self.state_dir = state_dir

    def popen(self, *arguments: str, environment: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "emulator", *arguments, "--state-dir", str(self.state_dir)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )

    def run(self, *arguments: str, environment: Mapping[str, str] | None = None) -> tuple[int, str, str]:
        with self.popen(*arguments, environment=environment) as process:
            out, err = process.communicate(timeout=TIMEOUT_S)
        return process.returncode, out, err

    def start(self, *options: str, environment: Mapping[str, str] | None = None) -> dict[str, Any]:
        code, out, err = self.run(*START, "--detach", *options, environment=environment)
        assert (code, err) == (0, "")
        record: dict[str, Any] = json.loads(out)
        return record

    def left(self) -> set[str]:
        """What is in the state folder, but for the lock file and the logs, which stay."""
        return {entry.name for entry in self.state_dir.iterdir()} - {
            "engine.lock",
            "engine.log",
            "engine.log.1",
        }

    def is_free(self) -> bool:
        """Whether no engine runs or starts here, ready or not."""
        try:
            with FileLock(self.state_dir / "engine.lock").acquire(blocking=False):
                return True
        except Timeout:
            return False


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Commands]:
    commands = Commands(tmp_path / "engine")
    yield commands
    commands.run("stop")


def starting_engine(emulator: Commands, start: subprocess.Popen[str]) -> psutil.Process:
    """Return the process of the engine that `start --detach` waits for, once its log has begun."""
    wait_until((emulator.state_dir / "engine.log").exists)
    children = psutil.Process(start.pid).children()
    assert len(children) == 1
    return children[0]


def test_an_engine_from_start_to_stop(emulator: Commands) -> None:
    record = emulator.start()
    assert record["version"] == LOCALSTACK_VERSION
    assert record["log_path"] == str(emulator.state_dir / "engine.log")
    assert 0 < record["start_ms"] < 60_000
    assert json.loads((emulator.state_dir / "engine.json").read_text()) == record

    # It is reachable from this machine, and from nowhere else.
    listening = [c.laddr for c in psutil.Process(record["pid"]).net_connections() if c.status == "LISTEN"]
    assert [f"http://{address.ip}:{address.port}" for address in listening] == [record["endpoint_url"]]

    code, out, _ = emulator.run("status", "--json")
    status = json.loads(out)
    assert code == 0
    assert status.items() >= record.items()
    assert status["alive"] is True
    assert 50e6 < status["rss_bytes"] < 1e9
    assert 0 < status["uptime_s"] < 60
    # What a stack is made of is loaded from now on; nobody has to wait for that.
    states = {status["services"][name] for name in ("apigateway", "dynamodb", "lambda", "sqs")}
    assert states <= {"available", "starting", "running"}
    code, out, _ = emulator.run("status")
    assert code == 0
    assert record["endpoint_url"] in out

    # Who starts it again gets the same one; who wants it elsewhere is told where it is.
    assert emulator.start() == record
    assert emulator.run("start")[:2] == (0, out.splitlines()[0] + "\n")
    code, out, err = emulator.run("start", "--port", "4")
    assert (code, out, err.count("\n")) == (69, "", 1)
    assert record["endpoint_url"] in err

    aws_clients(record["endpoint_url"], "000000000000")("sqs").list_queues()
    assert "AWS sqs.ListQueues => 200" in emulator.run("logs")[1]

    began = time.monotonic()
    code, out, err = emulator.run("stop")
    assert (code, err) == (0, "")
    assert record["endpoint_url"] in out
    assert time.monotonic() - began < 3
    assert not is_living(record["pid"])
    assert emulator.left() == set()
    assert emulator.run("stop") == (0, f"no engine runs in {emulator.state_dir}\n", "")
    assert emulator.run("status")[0] == 3


def processor_time_of_children_s() -> float:
    """Return what the processes that have been waited for took so far."""
    times = os.times()
    return times.children_user + times.children_system


def test_a_busy_port_names_its_holder(emulator: Commands) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        for options in ([], ["--detach"]):
            began_s = processor_time_of_children_s()
            code, out, err = emulator.run("start", "--port", str(port), *options)
            assert (code, out, err.count("\n")) == (69, "", 1)
            assert f"127.0.0.1:{port}" in err
            assert f"pid {os.getpid()}" in err
            assert processor_time_of_children_s() - began_s < 2  # before anything slow, however busy the machine is
    assert emulator.left() == set()


def test_two_starts_at_once_make_one_engine(emulator: Commands) -> None:
    both = [emulator.popen(*START, "--detach") for _ in range(2)]
    outputs = [process.communicate(timeout=TIMEOUT_S) for process in both]
    assert [process.returncode for process in both] == [0, 0], outputs
    (first, _), (second, _) = outputs
    assert json.loads(first) == json.loads(second)


def test_an_engine_that_was_killed_is_not_in_the_way_of_the_next(emulator: Commands) -> None:
    killed = emulator.start()
    os.kill(killed["pid"], signal.SIGKILL)
    wait_until(lambda: not is_living(killed["pid"]))
    assert emulator.run("status")[0] == 3
    (emulator.state_dir / "work" / "left-behind").touch()
    record = emulator.start()
    assert record["pid"] != killed["pid"]
    assert not (emulator.state_dir / "work" / "left-behind").exists()
    assert (emulator.state_dir / "engine.log.1").exists()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_signal_during_the_start_leaves_nothing(emulator: Commands, number: signal.Signals, code: int) -> None:
    with emulator.popen(*START) as engine:
        wait_until((emulator.state_dir / "engine.log").exists)
        engine.send_signal(number)
        assert engine.communicate(timeout=3) == ("", "")
    assert engine.returncode == code
    assert emulator.left() == set()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_who_gives_up_a_detached_start_leaves_no_engine(emulator: Commands, number: signal.Signals, code: int) -> None:
    with emulator.popen(*START, "--detach") as start:
        engine = starting_engine(emulator, start)
        start.send_signal(number)
        out, err = start.communicate(timeout=10)
    assert (start.returncode, out, err.strip()) == (code, "", "")
    assert not is_living(engine.pid)
    assert emulator.left() == set()


def test_ctrl_c_ends_an_engine_within_three_seconds_whatever_it_does(emulator: Commands) -> None:
    with emulator.popen(*START) as engine:
        assert engine.stdout is not None
        record = json.loads(engine.stdout.readline())
        assert record["pid"] == engine.pid
        sqs = aws_clients(record["endpoint_url"], "000000000000")("sqs")
        queue_url = sqs.create_queue(QueueName="quiet")["QueueUrl"]
        address = record["endpoint_url"].removeprefix("http://").split(":")
        with socket.create_connection((address[0], int(address[1]))) as client:
            path = queue_url.removeprefix(record["endpoint_url"])
            client.sendall(f"GET {path}?Action=ReceiveMessage&WaitTimeSeconds=20 HTTP/1.1\r\n\r\n".encode())
            began = time.monotonic()
            engine.send_signal(signal.SIGINT)
            out, err = engine.communicate(timeout=10)
    assert time.monotonic() - began < 3
    assert engine.returncode == 130
    assert out == ""
    assert "AWS sqs.CreateQueue => 200" in err  # in the foreground the log is shown
    assert "Traceback" not in err + (emulator.state_dir / "engine.log").read_text()
    assert emulator.left() == set()


def test_an_engine_does_not_outlive_the_process_it_is_tied_to(emulator: Commands) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as owner:
        record = emulator.start("--stop-with-pid", str(owner.pid))
        owner.kill()
        wait_until(lambda: not is_living(record["pid"]), deadline_s=5)
    wait_until(emulator.left, lambda left: left == set())

    # Nor does one start for a process that is gone already.
    code, out, err = emulator.run(*START, "--detach", "--stop-with-pid", str(owner.pid))
    assert (code, out, err.count("\n")) == (69, "", 1)
    assert "told to stop" in err
    assert emulator.is_free()


def test_an_engine_that_dies_while_it_starts_is_reported_at_once(emulator: Commands) -> None:
    with emulator.popen(*START, "--detach") as start:
        starting_engine(emulator, start).kill()
        out, err = start.communicate(timeout=3)
    assert (start.returncode, out, err.count("\n")) == (69, "", 1)
    assert "exit code -9" in err
    assert str(emulator.state_dir / "engine.log") in err


def test_an_engine_that_is_not_ready_in_time_is_no_engine(emulator: Commands) -> None:
    code, out, err = emulator.run(*START, "--detach", "--timeout-s", "0.3")
    assert (code, out, err.count("\n")) == (69, "", 1)
    assert "not ready in time" in err
    assert "last seen" in err
    assert emulator.is_free()
    assert emulator.left() == set()


def test_stop_during_a_start_leaves_no_engine(emulator: Commands) -> None:
    with emulator.popen(*START, "--detach") as start:
        starting_engine(emulator, start)
        code, out, _ = emulator.run("stop")
        start.communicate(timeout=TIMEOUT_S)
    assert code == 0
    assert out.startswith("stopped the engine")
    assert emulator.is_free()


def test_nothing_of_the_users_own_reaches_the_engine_and_it_writes_only_in_its_folder(
    emulator: Commands, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    for path, text in {
        ".aws/config": "this is no configuration",
        ".localstack/default.env": "SERVICES=sns\nGATEWAY_LISTEN=0.0.0.0:1\n",
        ".netrc": "machine 127.0.0.1 login me password secret",
    }.items():
        (home / path).parent.mkdir(parents=True, exist_ok=True)
        (home / path).write_text(text)
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    before = {path: path.stat().st_mtime_ns for path in [*home.rglob("*"), temporary]}
    record = emulator.start(
        environment={
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "TMPDIR": str(temporary),
            "AWS_PROFILE": "production",
            "AWS_ENDPOINT_URL": "http://192.0.2.1",
            "DEBUG": "1",
            "EAGER_SERVICE_LOADING": "1",
            "GATEWAY_LISTEN": "0.0.0.0:1",
            "HTTP_PROXY": "http://192.0.2.1:3128",
            "http_proxy": "http://192.0.2.1:3128",
            "LOCALSTACK_HOST": "example.com",
            "SERVICES": "sns",
            "SQS_ENDPOINT_STRATEGY": "domain",
            "USE_SSL": "1",
        }
    )
    aws = aws_clients(record["endpoint_url"], "000000000000")
    queue_url = aws("sqs").create_queue(QueueName="mine")["QueueUrl"]
    assert queue_url == f"{record['endpoint_url']}/queue/us-east-1/000000000000/mine"
    aws("s3").create_bucket(Bucket="mine")
    aws("s3").put_object(Bucket="mine", Key="key", Body=b"x" * 1_000_000)
    assert "DEBUG" not in (emulator.state_dir / "engine.log").read_text()

    process = psutil.Process(record["pid"])
    opened = {Path(file.path) for file in process.open_files() if "w" in file.mode or "a" in file.mode}
    outside = {path for path in opened if not path.is_relative_to(emulator.state_dir)}
    assert outside == set()
    assert any(path.is_dir() for path in emulator.state_dir.rglob("mine")), "S3 keeps objects somewhere else"
    assert {path: path.stat().st_mtime_ns for path in [*home.rglob("*"), temporary]} == before
