"""Faults of the engine itself, on an engine of its own: it stands still and goes on; its disk is full, and is not."""

import json
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests
from botocore.exceptions import ClientError

from tests.integration.engine_fixture import AwsClients, RunningEngine, aws_clients, start_engine, stop_engine
from tests.integration.faults_fixture import EngineFaults
from tests.integration.stack_fixture import Stack, deploy, faulty_consumer, run_bootstrap
from tests.waiting import wait_until

pytestmark = [pytest.mark.xdist_group("faults-process"), pytest.mark.same_machine]

ACCOUNT_ID = "300000000004"
# It says of each message whether it could write a file.
WRITER = """
import json
import tempfile

from consumer.sound import handler as sound


def handler(event, context):
    try:
        with tempfile.TemporaryFile(dir="/tmp") as file:  # it looks for no folder that it can write to
            file.write(b"x")
        print("wrote a file")
    except OSError as error:
        print(f"cannot write: {error.strerror}")
    return sound(event, context)
"""


class Engine:
    """An engine, a stack in it whose function writes files, and its faults."""

    def __init__(self, running: RunningEngine, log_path: Path, work_dir: Path) -> None:
        self.url = running.endpoint_url
        self.log_path = log_path
        self.aws: AwsClients = aws_clients(self.url, ACCOUNT_ID)
        self.faults = EngineFaults(self.url, ACCOUNT_ID)
        self.process = psutil.Process(_pid_of(log_path.parent))
        consumer = faulty_consumer(work_dir, WRITER)
        self.stack: Stack = deploy(
            self.url,
            ACCOUNT_ID,
            self.aws,
            stack_name="stood",
            work_dir=work_dir,
            consumer_dir=consumer,
            # An environment that was killed starts anew on its invocation's time, and that may take a while here.
            parameters={"FunctionTimeoutSeconds": "10", "VisibilityTimeoutSeconds": "60", "MaxReceiveCount": "3"},
        )

    def said_by_function(self) -> list[str]:
        """What the function said of a file for the message that it is sent now."""
        before = len(self._said())
        self.stack.wait_until_visible(self.stack.create("Ada"))
        return wait_until(self._said, lambda said: len(said) > before)[before:]

    def _said(self) -> list[str]:
        return [line for line in self.stack.function_log() if line in {"wrote a file", "cannot write: File too large"}]

    def can_write(self) -> bool:
        """Whether the engine can: S3 keeps what is larger than a little in files.

        Each time under a new key: LocalStack never again takes a key whose first object could not be written.
        """
        try:
            self.aws("s3").put_object(Bucket="files", Key=f"{uuid.uuid4()}", Body=b"x" * 1_000_000)
        except (ClientError, OSError):
            return False
        return True


def _pid_of(state_dir: Path) -> int:
    return int(json.loads((state_dir / "engine.json").read_text())["pid"])


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    state_dir = tmp_path_factory.mktemp("faults") / "engine"
    try:
        engine = Engine(start_engine(state_dir), state_dir / "engine.log", tmp_path_factory.mktemp("stack"))
        engine.aws("s3").create_bucket(Bucket="files")
        yield engine
    finally:
        stop_engine(state_dir)


@pytest.fixture(autouse=True)
def all_healed(own: Engine) -> Iterator[None]:
    yield
    own.faults.heal_all()


def test_the_engine_stands_still_and_goes_on_by_itself(own: Engine) -> None:
    begun_at = time.monotonic()
    state = own.faults.set("pause", "pauses", delay={"fixed_ms": 2000})
    assert time.monotonic() - begun_at < 2, "the answer came first"
    assert (state["eligible"], state["fired"]) == (1, 1)
    wait_until(own.process.status, lambda status: status == psutil.STATUS_STOPPED, every_s=0.005)
    stopped_at = time.monotonic()
    answer = requests.get(f"{own.url}/_localstack/health", timeout=30)
    assert answer.ok
    assert 1.5 <= time.monotonic() - stopped_at < 6
    assert own.process.status() != psutil.STATUS_STOPPED
    (firing,) = own.faults.firings("pause")
    assert (firing["identity"], firing["delay_ms"]) == ("engine", 2000)
    wait_until(lambda: [child for child in own.process.children() if child.status() == psutil.STATUS_ZOMBIE] == [])


def test_the_engine_goes_on_when_whoever_paused_it_was_killed(own: Engine) -> None:
    script = (
        "import sys, time, requests; "
        "requests.put(sys.argv[1], json={'kind': 'pauses', 'delay': {'fixed_ms': 1000}}); print('set', flush=True); "
        "time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, f"{own.faults.url}/killed"], stdout=subprocess.PIPE, text=True
    ) as harness:
        assert harness.stdout is not None
        assert harness.stdout.readline() == "set\n"
        harness.kill()
    wait_until(own.process.status, lambda status: status == psutil.STATUS_STOPPED, every_s=0.005)
    assert own.stack.get("/status/none").status_code == 404


def test_a_pause_is_no_longer_than_its_time_to_live(own: Engine) -> None:
    own.faults.set("pause", "pauses", delay={"fixed_ms": 3_600_000}, ttl_s=0.5)
    wait_until(own.process.status, lambda status: status == psutil.STATUS_STOPPED, every_s=0.005)
    assert requests.get(f"{own.url}/_localstack/health", timeout=30).ok


def test_a_pause_fires_once_and_not_again_when_it_is_renewed_or_another_fault_is_set(own: Engine) -> None:
    for _ in range(2):
        own.faults.set("pause", "pauses", delay={"fixed_ms": 1}, times=5)
    own.faults.set("other", "pauses", delay={"fixed_ms": 1}, times=5)
    assert own.faults.get("pause")["fired"] == own.faults.get("other")["fired"] == 1


def test_no_file_grows_until_the_fault_is_healed(own: Engine) -> None:
    assert own.can_write()
    assert own.said_by_function() == ["wrote a file"]
    own.faults.set("full", "full-disk")
    assert not own.can_write()
    assert own.said_by_function() == ["cannot write: File too large"], "a function that ran already"
    assert own.faults.heal("full")["state"] == "healed"
    assert own.can_write()
    assert own.said_by_function() == ["wrote a file"]
    log = own.log_path.read_text()
    assert "the disk is full from now on" in log
    assert "the disk has room again: what was logged in the " in log


def test_a_function_that_starts_while_the_disk_is_full_cannot_write_and_can_afterwards(own: Engine) -> None:
    own.faults.set("full", "full-disk")
    for process in own.process.children(recursive=True):
        process.kill()
    assert own.said_by_function() == ["cannot write: File too large"]
    own.faults.heal("full")
    assert own.said_by_function() == ["wrote a file"]


def test_the_disk_has_room_again_after_the_time_to_live(own: Engine) -> None:
    own.faults.set("full", "full-disk", ttl_s=0.5)
    wait_until(own.can_write)
    assert own.faults.get("full")["state"] == "expired"


def test_the_disk_is_full_as_long_as_anyone_wants_it_so(own: Engine) -> None:
    other = EngineFaults(own.url, "300000000005")
    own.faults.set("full", "full-disk")
    with other.during("full", "full-disk"):
        own.faults.heal("full")
        assert not own.can_write()
    assert own.can_write()


def test_the_engine_lives_through_it_at_rest_and_a_deploy_says_why_it_fails(own: Engine, tmp_path: Path) -> None:
    own.faults.set("full", "full-disk")
    failed = run_bootstrap(own.url, ACCOUNT_ID, "--stack-name", "unlucky", "--outputs", str(tmp_path / "outputs.json"))
    assert failed.returncode != 0
    assert "File too large" in failed.stderr
    used_s = cpu_s(own.process)
    begun_at = time.monotonic()
    visible: dict[str, Any] = own.stack.retrieve(own.stack.wait_until_visible(own.stack.create("Eve")))
    assert visible["name"] == "Eve", "what was written before the disk was full, and goes on in memory"
    wait_until(lambda: time.monotonic() - begun_at > 2, every_s=0.2)
    assert cpu_s(own.process) - used_s < 1, "it is busy with its full disk"
    own.faults.heal("full")
    again = run_bootstrap(own.url, ACCOUNT_ID, "--stack-name", "unlucky", "--outputs", str(tmp_path / "outputs.json"))
    assert again.returncode == 0, again.stderr


def cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
