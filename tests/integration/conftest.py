"""Fixtures of the integration tests: the engine, this worker's account in it, its clients."""

import pytest

from tests.conftest import OWNER_PID, SESSION_DIR
from tests.integration.engine_fixture import AwsClients, RunningEngine, aws_clients, start_engine


@pytest.fixture(scope="session")
def engine(pytestconfig: pytest.Config) -> RunningEngine:
    """The one engine of the session. The first worker starts it, the session's owner stops it.

    It also stops by itself when the owner is gone, however that came about.
    """
    state_dir = pytestconfig.stash[SESSION_DIR] / "engine"
    return start_engine(state_dir, "--stop-with-pid", str(pytestconfig.stash[OWNER_PID]))


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
