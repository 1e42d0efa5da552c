"""The harness's container engine on a real Docker: broken in the middle of a run, it never passes and never hangs."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.engines import RunningEngine
from harness.engines.container import ContainerEngine
from harness.engines.docker_access import connect
from harness.engines.embedded import ANY_FREE_PORT
from harness.errors import UnavailableError
from harness.stack.deployment import DeploymentRequest, deploy
from tests.docker.composition import IMAGE, harness_command, run_harness
from tests.waiting import wait_until

ENDS_WITHIN_S = 150
INVALID, UNKNOWN = 1, 2


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ContainerEngine]:
    """One for all: each test starts it, which joins the one that runs."""
    engine_dir = tmp_path_factory.mktemp("container") / "engine"
    engine = ContainerEngine(engine_dir, connect(os.environ), port=ANY_FREE_PORT, image=IMAGE, owner_pid=os.getpid())
    yield engine
    engine.stop()


def run_while(
    running: RunningEngine, tmp_path: Path, break_it: Callable[[], object], mend_it: Callable[[], object]
) -> int:
    """Drive flows, break the engine once some have been made, mend it; return the run's exit code."""
    options = ["--flows", "600", "--clients", "10", "--visible-within", "60s", "--state-dir", str(tmp_path / "state")]
    command = harness_command("run", "--engine", "external", "--endpoint-url", running.endpoint_url, *options)
    with (tmp_path / "said").open("w") as said, subprocess.Popen(command, stdout=said, stderr=said) as run:
        try:
            wait_until(lambda: calls_made(tmp_path), lambda made: made > 200, deadline_s=60)
            break_it()
            mend_it()
            return run.wait(ENDS_WITHIN_S)
        finally:
            run.kill()


def calls_made(tmp_path: Path) -> int:
    return sum(path.read_bytes().count(b"\n") for path in (tmp_path / "state").glob("runs/*/history.jsonl"))


def containers() -> set[str]:
    """Return the IDs of all engines' containers."""
    filters = {"ancestor": IMAGE, "name": "serverless-async-api-"}
    return {container.id for container in connect(os.environ).containers.list(all=True, filters=filters)}


def test_it_is_up_serves_flows_and_leaves_nothing(tmp_path: Path) -> None:
    before = containers()
    done = run_harness("run", "--engine", "container", "--flows", "20", "--state-dir", str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert containers() == before


def test_killed_in_the_middle_of_a_run_the_run_does_not_pass_and_does_not_hang(
    engine: ContainerEngine, tmp_path: Path
) -> None:
    running = engine.start()
    assert run_while(running, tmp_path, engine.kill, lambda: None) in {INVALID, UNKNOWN}


def test_restarted_in_the_middle_of_a_run_what_was_acknowledged_is_lost_and_the_run_says_so(
    engine: ContainerEngine, tmp_path: Path
) -> None:
    running = engine.start()
    assert run_while(running, tmp_path, engine.restart, lambda: None) in {INVALID, UNKNOWN}


def test_paused_for_a_moment_in_the_middle_of_a_run_nothing_is_lost(engine: ContainerEngine, tmp_path: Path) -> None:
    running = engine.start()
    assert run_while(running, tmp_path, engine.pause, engine.unpause) == 0, (tmp_path / "said").read_text()


def test_a_restarted_engine_has_nothing_deployed(engine: ContainerEngine, tmp_path: Path) -> None:
    first = engine.start()
    request = DeploymentRequest(first.endpoint_url)
    deployed = deploy(request, tmp_path / "outputs.json")
    again = engine.restart()
    assert again.endpoint_url == first.endpoint_url
    assert str(again.started_at) > str(first.started_at)
    assert deploy(request, tmp_path / "outputs.json").api_id != deployed.api_id


def test_it_stops_in_under_three_seconds(engine: ContainerEngine) -> None:
    engine.start()
    started = time.monotonic()
    engine.stop()
    assert time.monotonic() - started < 3
    assert engine.running() is None


def test_a_port_that_is_taken_is_one_line(engine: ContainerEngine, tmp_path: Path) -> None:
    port = int(engine.start().endpoint_url.rpartition(":")[2])
    other = ContainerEngine(tmp_path / "other", connect(os.environ), port=port, image=IMAGE)
    with pytest.raises(UnavailableError, match=f"127.0.0.1:{port} is taken"):
        other.start()
