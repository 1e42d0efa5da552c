"""Fixtures of the integration tests, on those of our own pytest plugin: this worker's clients, its stack."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from zlib import crc32

import pytest

from harness.engines import RunningEngine
from harness.pytest_plugin.engine_sharing import session_dir, shared_engine
from harness.pytest_plugin.session import PytestSession
from harness.stack.deployment import Deployment, DeploymentRequest
from tests.conftest import ENGINE_WITHOUT_SPEED_UPS
from tests.integration.engine_fixture import AwsClients, aws_clients, start_engine
from tests.integration.stack_fixture import QUICK_REDELIVERY, UNHURRIED_REDELIVERY, Stack, deploy, faulty_consumer


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "same_machine: looks at the function's files or processes from this machine")
    config.addinivalue_line("markers", "long: takes long, and begins before others, so that no worker ends with it")
    config.addinivalue_line(
        "markers", "where_the_engine_runs: depends on where the engine runs; `tools/docker-test` runs it in a container"
    )


@pytest.hookimpl(trylast=True)  # in whatever order the others are
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the long tests; with the engine in a container, leave out those that it cannot serve.

    Those have an engine of their own, or look into this one from the same machine. Of the others,
    `-m where_the_engine_runs` takes what CI runs; all of them (`tools/docker-test --all`) take their time.
    """
    items.sort(key=lambda item: item.get_closest_marker("long") is None)
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


@pytest.fixture(scope="session")
def engine_without_speed_ups(harness_session: PytestSession) -> RunningEngine:
    """Our engine with every speed-up off: one for all tests that compare with it; `tests/conftest.py` stops it.

    Such tests are in the xdist group `without-speed-ups`: it is too slow to serve two workers at once.
    """
    state_dir = session_dir(harness_session) / ENGINE_WITHOUT_SPEED_UPS
    return start_engine(state_dir, without=["all"], stop_with_pid=harness_session.owner_pid)


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
    """Deploy the stack with a consumer whose handler is the given source, and have what fails come again soon."""
    deployed: list[Stack] = []
    # One name for each test: what is left of a stack is there until the engine stops.
    stack_name = f"faulty-{crc32(request.node.nodeid.encode()):08x}"

    def deploy_it(handler_source: str) -> Stack:
        stack = deploy(
            engine.endpoint_url,
            account_id,
            aws,
            stack_name=stack_name,
            work_dir=tmp_path,
            parameters={**QUICK_REDELIVERY, "MaxReceiveCount": "5"},
            consumer_dir=faulty_consumer(tmp_path, handler_source),
        )
        deployed.append(stack)
        return stack

    yield deploy_it
    for stack in deployed:
        stack.retire()
