"""Fixtures of the integration tests, on those of our own pytest plugin: this worker's clients, its stack."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from harness.engines import RunningEngine
from harness.pytest_plugin.engine_sharing import shared_engine
from harness.pytest_plugin.session import PytestSession
from harness.stack.deployment import Deployment, DeploymentRequest, delete
from tests.integration.engine_fixture import AwsClients, aws_clients, start_engine, stop_engine
from tests.integration.stack_fixture import QUICK_REDELIVERY, UNHURRIED_REDELIVERY, Stack, deploy, faulty_consumer


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "same_machine: looks at the function's files or processes from this machine")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With the engine in a container, run what the engine makes a difference to, and what can look into it."""
    if config.option.harness_engine != "container":
        return
    chosen = [
        item
        for item in items
        if "harness_engine" in getattr(item, "fixturenames", ()) and not item.get_closest_marker("same_machine")
    ]
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = chosen


@pytest.fixture(scope="session")
def harness_engine(harness_session: PytestSession, pytestconfig: pytest.Config) -> RunningEngine:
    """The plugin's engine, less the speed-ups that are to be left out."""
    return shared_engine(harness_session, without=pytestconfig.getoption("--without"))


@pytest.fixture(scope="session")
def slow_engine(pytestconfig: pytest.Config) -> bool:
    """Whether speed-ups are left out: such an engine does a tenth of the work in a time."""
    return bool(pytestconfig.getoption("--without"))


@pytest.fixture
def engine_without_speed_ups(tmp_path: Path) -> Iterator[RunningEngine]:
    """Our engine with every speed-up off, for one test."""
    state_dir = tmp_path / "without"
    yield start_engine(state_dir, without=["all"])
    stop_engine(state_dir)


@pytest.fixture
def our_event_source(pytestconfig: pytest.Config) -> None:
    """Our event source is in the engine; else the test is skipped, and says why."""
    if {"all", "event-source"} & set(pytestconfig.getoption("--without")):
        pytest.skip(
            "LocalStack's poller runs one batch at a time, hands on bodies that it decoded and encoded again,"
            " keeps windows otherwise and backs off for seconds"
        )


@pytest.fixture(scope="session")
def redelivery(slow_engine: bool) -> Mapping[str, str]:
    """How often the sound stack tries a message, and how soon: parameters of the template."""
    return UNHURRIED_REDELIVERY if slow_engine else QUICK_REDELIVERY


@pytest.fixture(scope="session")
def harness_stack_request(
    harness_session: PytestSession, harness_engine: RunningEngine, redelivery: Mapping[str, str]
) -> DeploymentRequest:
    """The sound stack, with quick redelivery."""
    parameters = [f"{key}={value}" for key, value in redelivery.items()]
    account_id = harness_session.account_id
    return DeploymentRequest(harness_engine.endpoint_url, account_id, stack_name="sound", parameters=parameters)


@pytest.fixture(scope="session")
def engine(harness_engine: RunningEngine) -> RunningEngine:
    """The one engine of the session."""
    return harness_engine


@pytest.fixture(scope="session")
def account_id(harness_session: PytestSession) -> str:
    """Twelve digits that no other worker has."""
    return harness_session.account_id


@pytest.fixture(scope="session")
def aws(engine: RunningEngine, account_id: str) -> AwsClients:
    """`aws("sqs")` is a boto3 client of this worker's account."""
    return aws_clients(engine.endpoint_url, account_id)


@pytest.fixture(scope="session")
def stack(harness_stack: Deployment, aws: AwsClients) -> Stack:
    """The sound stack, deployed once for each worker."""
    return Stack(harness_stack.to_json(), aws)


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
    delete(DeploymentRequest(engine.endpoint_url, account_id, stack_name=stack_name), tmp_path / f"{stack_name}.json")
