"""The container engine, with a stand-in for Docker."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from harness.engines import RunningEngine
from harness.engines.container import IMAGE, OWNER_LABEL, ContainerEngine, read_container_record
from harness.engines.embedded import ANY_FREE_PORT
from harness.errors import UnavailableError
from tests.unit.harness.engines.fake_docker import FakeContainer, FakeDocker, fake_docker, port_is_busy

NO_PROCESS = 2**22 + 1


@pytest.fixture
def docker() -> Iterator[FakeDocker]:
    yield from fake_docker(IMAGE)


@pytest.fixture
def engine(docker: FakeDocker, tmp_path: Path) -> ContainerEngine:
    return ContainerEngine(tmp_path / "engine", docker, port=ANY_FREE_PORT)


def only_container(docker: FakeDocker) -> FakeContainer:
    (container,) = docker.all.values()
    return container


def test_it_is_published_on_loopback_only_and_on_the_port_it_has_inside(
    engine: ContainerEngine, docker: FakeDocker
) -> None:
    running = engine.start()
    options = only_container(docker).options
    host, port = only_container(docker).address
    assert host == "127.0.0.1"
    assert options["ports"] == {f"{port}/tcp": ("127.0.0.1", port)}
    assert options["command"][options["command"].index("--port") + 1] == str(port)
    assert running == RunningEngine(f"http://127.0.0.1:{port}", "4.14.0", started_at="2026-11-23T19:00:00.123456789Z")


def test_when_it_started_is_a_time_that_a_deployment_can_be_compared_with(engine: ContainerEngine) -> None:
    started_at = engine.start().started_at
    assert started_at is not None
    assert datetime.fromisoformat(started_at).tzinfo is not None


def test_it_can_write_nothing_but_its_temporary_files_and_has_no_rights(
    engine: ContainerEngine, docker: FakeDocker
) -> None:
    engine.start()
    options = only_container(docker).options
    assert options["read_only"]
    assert options["cap_drop"] == ["ALL"]
    assert options["security_opt"] == ["no-new-privileges:true"]
    assert list(options["tmpfs"]) == ["/tmp"]
    assert "volumes" not in options


def test_an_engine_that_runs_is_joined(engine: ContainerEngine, docker: FakeDocker, tmp_path: Path) -> None:
    running = engine.start()
    assert ContainerEngine(tmp_path / "engine", docker, port=ANY_FREE_PORT).start() == running
    assert len(docker.all) == 1


def test_engines_of_two_folders_are_two_containers(docker: FakeDocker, tmp_path: Path) -> None:
    for name in ("one", "other"):
        ContainerEngine(tmp_path / name, docker, port=ANY_FREE_PORT).start()
    assert len(docker.all) == 2


def test_stop_leaves_nothing_and_may_come_twice(engine: ContainerEngine, docker: FakeDocker, tmp_path: Path) -> None:
    engine.start()
    engine.stop()
    assert docker.all == {}
    assert read_container_record(tmp_path / "engine") is None
    assert engine.running() is None
    engine.stop()


def test_an_image_that_is_not_there_is_not_pulled_and_names_the_way_out(docker: FakeDocker, tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match=r"there is no image gone:1; build it .* --engine embedded"):
        ContainerEngine(tmp_path, docker, image="gone:1").start()


def test_a_busy_port_is_one_line_and_leaves_no_container(docker: FakeDocker, tmp_path: Path) -> None:
    docker.before_start = port_is_busy
    with pytest.raises(UnavailableError, match=r"127.0.0.1:4566 is taken; .* --port"):
        ContainerEngine(tmp_path, docker, port=4566).start()
    assert docker.all == {}


def test_of_any_port_another_is_taken_when_somebody_was_faster(engine: ContainerEngine, docker: FakeDocker) -> None:
    tried: list[int] = []

    def once(container: FakeContainer) -> None:
        tried.append(container.address[1])
        if len(tried) == 1:
            port_is_busy(container)

    docker.before_start = once
    assert engine.start().endpoint_url == f"http://127.0.0.1:{tried[1]}"


def test_a_container_that_ends_at_once_says_its_last_words_and_is_removed(
    engine: ContainerEngine, docker: FakeDocker
) -> None:
    docker.status_after_start = "exited"
    with pytest.raises(UnavailableError, match="ended while it started: first / last words"):
        engine.start()
    assert docker.all == {}


def test_ctrl_c_while_it_starts_leaves_nothing(engine: ContainerEngine, docker: FakeDocker) -> None:
    def interrupt(_container: FakeContainer) -> None:
        raise KeyboardInterrupt

    docker.before_start = interrupt
    with pytest.raises(KeyboardInterrupt):
        engine.start()
    assert docker.all == {}


def test_what_a_dead_session_left_is_removed_and_what_a_live_one_has_is_not(docker: FakeDocker, tmp_path: Path) -> None:
    ContainerEngine(tmp_path / "dead", docker, port=ANY_FREE_PORT, owner_pid=NO_PROCESS).start()
    ContainerEngine(tmp_path / "of nobody", docker, port=ANY_FREE_PORT).start()
    ContainerEngine(tmp_path / "live", docker, port=ANY_FREE_PORT, owner_pid=1).start()
    assert sorted(each.labels[OWNER_LABEL] for each in docker.all.values()) == ["", "1"]


def test_a_killed_one_does_not_run_and_restart_brings_it_back(engine: ContainerEngine) -> None:
    running = engine.start()
    engine.kill()
    assert engine.running() is None
    assert engine.restart() == running
    assert engine.running() == running


def test_pause_freezes_it_and_unpause_lets_it_go_on(engine: ContainerEngine, docker: FakeDocker) -> None:
    engine.start()
    engine.pause()
    assert only_container(docker).status == "paused"
    engine.unpause()
    assert engine.running() is not None


@pytest.mark.parametrize("what", ["pause", "unpause", "kill"])
def test_what_does_not_run_can_be_told_nothing(engine: ContainerEngine, what: str) -> None:
    with pytest.raises(UnavailableError, match="start one first"):
        getattr(engine, what)()
    with pytest.raises(UnavailableError, match="start one first"):
        engine.restart()


def test_logs_are_what_it_printed_and_followed_what_it_prints(engine: ContainerEngine) -> None:
    engine.start()
    assert "".join(engine.logs()) == "first\nlast words\n"
    assert "".join(engine.logs(follow=True)) == "first\nlast words\nfollowed\n"


def test_docker_that_goes_away_is_one_line_with_the_way_out(engine: ContainerEngine, docker: FakeDocker) -> None:
    engine.start()
    docker.is_gone = True
    with pytest.raises(UnavailableError, match=r"Docker does not answer \(Connection refused\); .* --engine embedded"):
        engine.running()
    docker.is_gone = False


@pytest.mark.parametrize("content", ["", "[]", "{}", json.dumps({"name": "x"})])
def test_a_record_that_is_none_is_said(tmp_path: Path, content: str) -> None:
    (tmp_path / "container.json").write_text(content)
    with pytest.raises(UnavailableError, match="is no container's record"):
        read_container_record(tmp_path)
