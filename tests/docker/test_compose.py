"""`docker compose up`: deployed when it returns, confined, and gone when it is told to go."""

import json
import os
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from tests.docker.composition import CHECKOUT, Project, docker, docker_text, run_harness
from tests.waiting import wait_until

type MakeProject = Callable[..., Project]
CALL_TIMEOUT_S = 30


@pytest.fixture(scope="module")
def own_project() -> Iterator[Project]:
    """A project that its tests restart, kill and stop: each begins with `up`, which takes what is there."""
    project = Project(f"stack-test-{os.getpid()}-shaken")
    yield project
    project.down()


@pytest.fixture
def make_project() -> Iterator[MakeProject]:
    """A project for one test, removed after it."""
    made: list[Project] = []

    def make(*files: str, **settings: str) -> Project:
        name = f"stack-test-{os.getpid()}-own-{len(made)}"
        made.append(Project(name, files=("docker-compose.yml", *files), settings=settings))
        return made[-1]

    yield make
    for project in made:
        project.down()


def create_and_retrieve(api_url: str, name: str) -> dict[str, str]:
    created = requests.post(f"{api_url}/users", json={"name": name, "email": "a@example.com"}, timeout=CALL_TIMEOUT_S)
    assert created.status_code == 202, created.text
    status_url = f"{api_url}/status/{created.json()['messageId']}"
    status = wait_until(lambda: requests.get(status_url, timeout=CALL_TIMEOUT_S), lambda seen: seen.ok, deadline_s=30)
    return dict(requests.get(f"{api_url}/users/{status.json()['userId']}", timeout=CALL_TIMEOUT_S).json())


def test_when_up_returns_the_api_answers_on_this_machine(project: Project) -> None:
    assert create_and_retrieve(project.outputs()["api_url"], "Ada")["name"] == "Ada"


def test_it_is_published_on_loopback_and_nowhere_else(project: Project) -> None:
    ports = project.inspect("engine")["NetworkSettings"]["Ports"]
    assert ports == {f"{project.port}/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(project.port)}]}


def test_flows_with_hostile_payloads_from_outside_are_valid(project: Project, tmp_path: Path) -> None:
    options = ["--flows", "100", "--payloads", "hostile=1", "--visible-within", "60s", "--state-dir", str(tmp_path)]
    done = run_harness("run", "--engine", "external", "--endpoint-url", project.endpoint_url, *options)
    assert done.returncode == 0, done.stdout + done.stderr


def test_flows_with_hostile_payloads_from_inside_are_valid(project: Project) -> None:
    done = project.compose("--profile", "verify", "run", "--rm", "--no-deps", "verify")
    assert done.returncode == 0, done.stdout + done.stderr


def test_up_twice_changes_nothing(project: Project) -> None:
    before = project.inspect("engine")["State"]["StartedAt"], project.outputs()["api_id"]
    project.up()
    assert (project.inspect("engine")["State"]["StartedAt"], project.outputs()["api_id"]) == before


def test_the_function_s_own_lines_are_in_the_logs(project: Project) -> None:
    create_and_retrieve(project.outputs()["api_url"], "Grace")
    wait_until(
        lambda: project.compose("logs", "--no-log-prefix", "function").stdout,
        lambda seen: "The user is stored" in seen,
        deadline_s=15,
    )


def test_no_process_is_root_s_and_none_has_a_right(project: Project) -> None:
    for service in ("engine", "function"):
        users = [
            line.split()[0] for line in docker_text("top", project.container(service), "-eo", "uid,pid").splitlines()
        ]
        assert set(users[1:]) == {"10001"}
        status = docker_text("exec", project.container(service), "cat", "/proc/1/status")
        facts = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
        assert int(facts["CapEff"], 16) == int(facts["CapBnd"], 16) == 0
        assert facts["NoNewPrivs"] == "1"


def test_nothing_is_written_outside_the_temporary_folder(project: Project) -> None:
    for service in ("engine", "function", "bootstrap"):
        assert project.inspect(service)["HostConfig"]["ReadonlyRootfs"]
        # Where volumes, tmpfs and its own init hang, Docker makes a name for them before the process starts.
        changed = {line.split()[1] for line in docker_text("diff", project.container(service)).splitlines()}
        assert changed <= {"/stack", "/tmp", "/runs", "/usr", "/usr/sbin", "/usr/sbin/docker-init"}
    for folder in ("/app", "/opt/packages", "/stack", "/etc", "/var/tmp"):
        assert docker("exec", project.container("engine"), "touch", f"{folder}/written").returncode != 0


def test_docker_s_own_socket_and_the_host_s_files_are_not_in_it(project: Project) -> None:
    mounts = [mount for service in ("engine", "bootstrap", "function") for mount in project.inspect(service)["Mounts"]]
    assert {mount["Type"] for mount in mounts} == {"volume"}


def test_an_engine_that_was_restarted_is_deployed_to_again(own_project: Project) -> None:
    own_project.up()
    done = own_project.compose("restart", "engine")
    assert done.returncode == 0, done.stderr
    own_project.up()
    assert create_and_retrieve(own_project.outputs()["api_url"], "Ada")["name"] == "Ada"


def test_an_engine_that_was_killed_is_unhealthy_or_gone_until_up_brings_it_back(own_project: Project) -> None:
    own_project.up()
    docker_text("kill", own_project.container("engine"))
    with pytest.raises(requests.ConnectionError):
        requests.get(own_project.endpoint_url, timeout=CALL_TIMEOUT_S)
    own_project.up()
    assert create_and_retrieve(own_project.outputs()["api_url"], "Ada")["name"] == "Ada"


def test_it_stops_in_under_three_seconds_and_down_leaves_nothing(own_project: Project) -> None:
    own_project.up()
    started = time.monotonic()
    docker_text("stop", "--time", "10", own_project.container("engine"))
    assert time.monotonic() - started < 3
    assert own_project.inspect("engine")["State"]["ExitCode"] == 0
    assert own_project.leftovers()
    assert own_project.compose("down", "--volumes").returncode == 0
    assert own_project.leftovers() == []


def test_a_busy_port_is_said_and_up_fails(make_project: MakeProject) -> None:
    project = make_project()
    with socket.create_server(("127.0.0.1", project.port)):
        done = project.compose("up", "--wait", "--no-build")
    assert done.returncode != 0
    assert str(project.port) in done.stderr
    assert "in use" in done.stderr or "already allocated" in done.stderr


def test_a_port_an_account_and_a_region_are_settings(make_project: MakeProject) -> None:
    project = make_project(ACCOUNT="111122223333", REGION="eu-west-1", STACK_NAME="others", LOG_LEVEL="warning")
    project.up()
    outputs = project.outputs()
    seen = [outputs[name] for name in ("account_id", "region", "stack_name", "endpoint_url")]
    assert seen == ["111122223333", "eu-west-1", "others", project.endpoint_url]


def test_without_any_network_it_verifies_itself(make_project: MakeProject) -> None:
    project = make_project("docker-compose.offline.yml")
    done = project.compose("--profile", "verify", "up", "--no-build", "--exit-code-from", "verify")
    assert done.returncode == 0, done.stdout + done.stderr
    (network,) = json.loads(docker_text("network", "inspect", f"{project.name}_default"))
    assert network["Internal"]
    project.down()
    assert project.leftovers() == []


def test_a_saved_change_of_the_consumer_is_live_with_the_next_message(
    make_project: MakeProject, tmp_path: Path
) -> None:
    consumer = tmp_path / "consumer"
    shutil.copytree(CHECKOUT / "consumer", consumer, ignore=shutil.ignore_patterns("__pycache__"))
    for path in (tmp_path.parent, tmp_path, consumer):
        path.chmod(0o755)  # another user reads it
    project = make_project("docker-compose.develop.yml", CONSUMER_DIR=str(consumer))
    project.up()
    api_url = project.outputs()["api_url"]
    assert create_and_retrieve(api_url, "Ada")["name"] == "Ada"
    source = (consumer / "user.py").read_text()
    (consumer / "user.py").write_text(
        source.replace('name=_text(content.get("name"), "the name is not a text")', 'name="edited"')
    )
    assert create_and_retrieve(api_url, "Ada")["name"] == "edited"
