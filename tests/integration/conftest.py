"""Fixtures of the integration tests: the engine, this worker's account in it, its clients, its stack."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import OWNER_PID, SESSION_DIR
from tests.integration.engine_fixture import AwsClients, RunningEngine, aws_clients, start_engine
from tests.integration.stack_fixture import Stack, deploy, faulty_consumer, run_bootstrap


@pytest.fixture(scope="session")
def engine(pytestconfig: pytest.Config) -> RunningEngine:
    """The one engine of the session. The first worker starts it, the session's owner stops it.

    It also stops by itself when the owner is gone, however that came about.
    """
    state_dir = pytestconfig.stash[SESSION_DIR] / "engine"
    left_out = [word for name in pytestconfig.getoption("--without") for word in ("--without", name)]
    return start_engine(state_dir, "--stop-with-pid", str(pytestconfig.stash[OWNER_PID]), *left_out)


@pytest.fixture(scope="session")
def account_id(pytestconfig: pytest.Config) -> str:
    """Twelve digits that no other worker has: a worker with an account of its own shares nothing."""
    worker_input: dict[str, str] = getattr(pytestconfig, "workerinput", {})  # absent without xdist
    worker_number = int(worker_input.get("workerid", "gw99").removeprefix("gw"))
    return f"{100_000_000_000 + worker_number}"


@pytest.fixture(scope="session")
def aws(engine: RunningEngine, account_id: str) -> AwsClients:
    """`aws("sqs")` is a boto3 client of this worker's account."""
    return aws_clients(engine.endpoint_url, account_id)


@pytest.fixture(scope="session")
def stack(engine: RunningEngine, account_id: str, aws: AwsClients, tmp_path_factory: pytest.TempPathFactory) -> Stack:
    """The sound stack, deployed once for each worker, with quick redelivery."""
    work_dir = tmp_path_factory.mktemp("stack")
    return deploy(engine.endpoint_url, account_id, aws, stack_name="sound", work_dir=work_dir)


@pytest.fixture
def deploy_faulty(
    engine: RunningEngine, account_id: str, aws: AwsClients, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Callable[[str], Stack]]:
    """Deploy the stack with a consumer whose handler is the given source; deleted after the test."""
    stack_name = "faulty-" + request.node.name.removeprefix("test_").split("[")[0].replace("_", "-")[:40]

    def deploy_it(handler_source: str) -> Stack:
        return deploy(
            engine.endpoint_url,
            account_id,
            aws,
            stack_name=stack_name,
            work_dir=tmp_path,
            consumer_dir=faulty_consumer(tmp_path, handler_source),
        )

    yield deploy_it
    done = run_bootstrap(engine.endpoint_url, account_id, "--stack-name", stack_name, "--delete", "--yes")
    assert done.returncode == 0, done.stderr
