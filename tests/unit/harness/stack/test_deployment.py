"""Deployments: what the bootstrap is asked, what its outputs must hold, and when they are out of date."""

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.engines import RunningEngine
from harness.errors import (
    DeploymentFailedError,
    HarnessError,
    InputOutputError,
    MisuseError,
    UnavailableError,
)
from harness.stack.deployment import (
    Deployment,
    DeploymentRequest,
    bootstrap_ahead,
    current_deployment,
    delete,
    deploy,
    outputs_path,
    read_deployment,
)
from tests.unit.harness.conftest import WriteModule

OUTPUTS: dict[str, Any] = {
    "stack_name": "users-api",
    "stack_id": "arn:aws:cloudformation:us-east-1:000000000000:stack/users-api/1",
    "region": "us-east-1",
    "account_id": "000000000000",
    "endpoint_url": "http://127.0.0.1:4566",
    "api_id": "abc",
    "stage_name": "prod",
    "api_url": "http://127.0.0.1:4566/_aws/execute-api/abc/prod",
    "queue_url": "http://127.0.0.1:4566/queue/us-east-1/000000000000/q",
    "dead_letter_queue_url": "http://127.0.0.1:4566/queue/us-east-1/000000000000/d",
    "table_name": "users",
    "index_name": "by-message",
    "function_name": "consumer",
    "changed": True,
}
BOOTSTRAP = f"""
    import json, pathlib, sys
    arguments = sys.argv[1:]
    pathlib.Path("arguments.json").write_text(json.dumps(arguments))
    pathlib.Path(arguments[arguments.index("--outputs") + 1]).write_text('''{json.dumps(OUTPUTS)}''')
    print("queue: created", file=sys.stderr)
    print("http://api")
"""
AHEAD = BOOTSTRAP.replace(
    "arguments = sys.argv[1:]",
    """line = sys.stdin.readline() if sys.argv[1:] == ["-"] else json.dumps(sys.argv[1:])
    if not line:
        sys.exit(0)
    arguments = json.loads(line)
    print("told" if sys.argv[1:] == ["-"] else "called", file=sys.stderr)""",
)
REQUEST = DeploymentRequest("http://127.0.0.1:4566", "111122223333", parameters=("BatchSize=5", "A=b c"))


def test_a_bootstrap_that_loads_ahead_deploys_once_and_after_that_one_that_does_not(
    write_module: WriteModule, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    write_module("infra", AHEAD)
    outputs = outputs_path(tmp_path / "state", "users-api")
    with bootstrap_ahead() as deploy_ahead:
        assert deploy_ahead(REQUEST, outputs) == Deployment.from_json(OUTPUTS)
        told = json.loads((tmp_path / "arguments.json").read_text())
        assert deploy_ahead(REQUEST, outputs) == Deployment.from_json(OUTPUTS)
    assert told == json.loads((tmp_path / "arguments.json").read_text())
    assert capfd.readouterr().err == "told\nqueue: created\ncalled\nqueue: created\n"


def test_a_bootstrap_that_nobody_needs_does_nothing(write_module: WriteModule, tmp_path: Path) -> None:
    write_module("infra", AHEAD)
    with bootstrap_ahead():
        pass
    assert not (tmp_path / "arguments.json").exists()


def test_the_bootstrap_is_asked_and_its_progress_is_shown_without_its_result(
    write_module: WriteModule, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    write_module("infra", BOOTSTRAP)
    outputs = outputs_path(tmp_path / "state", "users-api")
    assert deploy(REQUEST, outputs) == Deployment(**OUTPUTS)
    assert capfd.readouterr() == ("", "queue: created\n")
    assert json.loads((tmp_path / "arguments.json").read_text()) == [
        *("--endpoint-url", "http://127.0.0.1:4566", "--account", "111122223333"),
        *("--region", "us-east-1", "--stack-name", "users-api"),
        *("--parameter", "BatchSize=5", "--parameter", "A=b c"),
        *("--timeout-s", "300", "--outputs", str(outputs)),
    ]


def test_the_bootstrap_is_told_where_another_stack_is(write_module: WriteModule, tmp_path: Path) -> None:
    write_module("infra", BOOTSTRAP)
    request = DeploymentRequest("http://127.0.0.1:4566", source_dir=Path("mine"), consumer_dir=Path("mine/function"))
    deploy(request, tmp_path / "outputs.json")
    arguments = json.loads((tmp_path / "arguments.json").read_text())
    assert arguments[arguments.index("--source-dir") :][:4] == [
        *("--source-dir", "mine"),
        *("--consumer-dir", "mine/function"),
    ]


def test_the_bootstrap_is_told_what_packages_run_on_where_that_is_not_here(
    write_module: WriteModule, tmp_path: Path
) -> None:
    write_module("infra", BOOTSTRAP)
    deploy(replace(REQUEST, packages_for="arm64"), tmp_path / "outputs.json")
    arguments = json.loads((tmp_path / "arguments.json").read_text())
    assert arguments[arguments.index("--packages-for") + 1] == "arm64"


def test_a_deleted_stack_has_no_outputs(write_module: WriteModule, tmp_path: Path) -> None:
    write_module("infra", BOOTSTRAP)
    outputs = tmp_path / "outputs.json"
    delete(REQUEST, outputs)
    assert not outputs.exists()
    assert json.loads((tmp_path / "arguments.json").read_text())[-2:] == ["--delete", "--yes"]


@pytest.mark.parametrize(
    ("exit_code", "error"),
    [
        (1, DeploymentFailedError),
        (64, MisuseError),
        (69, UnavailableError),
        (70, DeploymentFailedError),
        (74, InputOutputError),
        (130, DeploymentFailedError),
    ],
)
def test_a_bootstrap_that_fails_is_one_line_below_its_own(
    write_module: WriteModule,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    exit_code: int,
    error: type[HarnessError],
) -> None:
    write_module("infra", f"import sys; print('queue: no permission', file=sys.stderr); sys.exit({exit_code})")
    with pytest.raises(error, match=r"stack users-api at http://.*:4566: the bootstrap failed"):
        deploy(REQUEST, tmp_path / "outputs.json")
    assert capfd.readouterr().err == "queue: no permission\n"


@pytest.mark.parametrize("missing", sorted(OUTPUTS))
def test_an_output_that_is_missing_is_named(tmp_path: Path, missing: str) -> None:
    outputs = tmp_path / "outputs.json"
    outputs.write_text(json.dumps({name: value for name, value in OUTPUTS.items() if name != missing}))
    with pytest.raises(InputOutputError, match=f"outputs.json: {missing} is missing"):
        read_deployment(outputs)


@pytest.mark.parametrize(
    "wrong",
    [{"changed": "yes"}, {"api_url": None}, {"api_url": "abc"}, {"queue_url": 1}, {"endpoint_url": 1}],
)
def test_an_output_of_the_wrong_type_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Deployment.from_json(OUTPUTS | wrong)


def test_aws_itself_has_no_endpoint_and_more_outputs_are_ignored() -> None:
    deployment = Deployment.from_json(OUTPUTS | {"endpoint_url": None, "more": 1})
    assert deployment.endpoint_url is None
    assert deployment.to_json() == OUTPUTS | {"endpoint_url": None}


@pytest.mark.parametrize("content", ["", "[]", "{", "null"])
def test_a_file_that_is_no_outputs_file_is_one_line(tmp_path: Path, content: str) -> None:
    (tmp_path / "outputs.json").write_text(content)
    with pytest.raises(InputOutputError, match="deploy again with `harness deploy`"):
        read_deployment(tmp_path / "outputs.json")


@pytest.mark.parametrize(
    ("endpoint_url", "started_at", "is_current"),
    [
        ("http://127.0.0.1:4566", "2026-11-23T19:00:00.000+00:00", True),
        ("http://127.0.0.1:4566", None, True),
        ("http://127.0.0.1:4566", "2026-11-23T21:00:00.000+00:00", False),
        ("http://127.0.0.1:4567", "2026-11-23T19:00:00.000+00:00", False),
    ],
)
def test_outputs_count_for_the_engine_that_they_were_deployed_to(
    tmp_path: Path, endpoint_url: str, started_at: str | None, is_current: bool
) -> None:
    outputs = outputs_path(tmp_path, "users-api")
    outputs.parent.mkdir()
    outputs.write_text(json.dumps(OUTPUTS))
    deployed_s = 1795464000.0  # 2026-11-23T20:00:00Z
    os.utime(outputs, (deployed_s, deployed_s))
    engine = RunningEngine(endpoint_url, started_at=started_at)
    assert (current_deployment(tmp_path, "users-api", engine) is not None) is is_current


def test_without_outputs_nothing_is_deployed(tmp_path: Path) -> None:
    assert current_deployment(tmp_path, "users-api", RunningEngine("http://127.0.0.1:4566")) is None
