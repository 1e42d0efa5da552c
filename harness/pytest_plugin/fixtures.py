"""The fixtures. What they need is imported when a test asks for one: pytest loads this module in every session.

Those that others are built on are named `harness_...`, and may be overridden in a conftest file. On `api`, `drive`,
`fault` and `workload` nothing is built: a fixture of the same name in somebody's tests takes their place and breaks
nothing.
"""

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import pytest

from harness.pytest_plugin.session import PytestSession

if TYPE_CHECKING:
    from harness.engines import RunningEngine
    from harness.pytest_plugin.breaking import Breaker
    from harness.pytest_plugin.calling import ApiClient
    from harness.pytest_plugin.driving import Drive
    from harness.shape import ApiShape
    from harness.stack.deployment import Deployment, DeploymentRequest
    from harness.workload import Workload

_UNAUTHORIZED_SHARE: Final = 0.1
"""As `harness run` has it."""

SESSION = pytest.StashKey[PytestSession]()


@pytest.fixture(scope="session")
def harness_session(pytestconfig: pytest.Config) -> PytestSession:
    """What this session was started with: the seed, the number of flows, and this process's own AWS account."""
    return pytestconfig.stash[SESSION]


@pytest.fixture(scope="session")
def harness_engine(harness_session: PytestSession) -> "RunningEngine":
    """The session's engine, one for all xdist workers: the first that needs it starts it. Has `endpoint_url`."""
    from harness.pytest_plugin.engine_sharing import shared_engine  # noqa: PLC0415 - see above

    with _failing_in_one_line():
        return shared_engine(harness_session)


@pytest.fixture(scope="session")
def harness_stack_request(harness_session: PytestSession, harness_engine: "RunningEngine") -> "DeploymentRequest":
    """What is deployed: the users API, in this worker's account. Override it for another stack."""
    from harness.callers import Auth  # noqa: PLC0415 - see above
    from harness.engines.platforms import packages_on  # noqa: PLC0415 - see above
    from harness.stack.deployment import DeploymentRequest  # noqa: PLC0415 - see above

    return DeploymentRequest(
        harness_engine.endpoint_url,
        harness_session.account_id,
        auth=Auth(harness_session.auth),
        packages_for=packages_on(harness_session.engine),
    )


@pytest.fixture(scope="session")
def harness_stack(harness_session: PytestSession, harness_stack_request: "DeploymentRequest") -> "Deployment":
    """The deployed stack, one for each worker: `api_url`, `queue_url`, `table_name` and so on."""
    from harness.pytest_plugin.engine_sharing import session_dir  # noqa: PLC0415 - see above
    from harness.stack.deployment import deploy, outputs_path  # noqa: PLC0415 - see above

    own_dir = session_dir(harness_session) / harness_session.account_id
    with _failing_in_one_line():
        return deploy(harness_stack_request, outputs_path(own_dir, harness_stack_request.stack_name))


@pytest.fixture(scope="session")
def harness_shape() -> "ApiShape":
    """What the API's calls are: those of the users API. Override it for another API."""
    from harness.shape.users import USERS_API  # noqa: PLC0415 - see above

    return USERS_API


@pytest.fixture(scope="session")
def workload(harness_session: PytestSession, harness_shape: "ApiShape") -> "Workload":
    """As many flows as `--flows` says, from the session's seed. `dataclasses.replace` makes others of it."""
    from harness.callers import Auth  # noqa: PLC0415 - see above
    from harness.workload import Workload  # noqa: PLC0415 - see above

    auth = Auth(harness_session.auth)
    strangers = 0.0 if auth is Auth.NONE else _UNAUTHORIZED_SHARE
    return Workload(harness_session.seed, harness_session.flows, shape=harness_shape, auth=auth, strangers=strangers)


@pytest.fixture(scope="session")
def drive(
    harness_session: PytestSession,
    harness_engine: "RunningEngine",
    harness_stack: "Deployment",
    harness_stack_request: "DeploymentRequest",
) -> "Drive":
    """`drive(workload)` drives the workload at the deployed stack and returns the run: `run.assert_valid()`."""
    from harness.pytest_plugin.driving import driver  # noqa: PLC0415 - see above
    from harness.running.drive_stack import drive_stack  # noqa: PLC0415 - see above

    store = harness_session.state_dir / "runs"
    return driver(drive_stack, harness_stack, harness_engine, store, harness_stack_request)


@pytest.fixture(scope="session")
def api(harness_stack: "Deployment", workload: "Workload", harness_shape: "ApiShape") -> Iterator["ApiClient"]:
    """A client of the deployed API: `create`, `status`, `retrieve`, `wait_for_result`, one call each."""
    from harness.callers.of_run import callers_of_run  # noqa: PLC0415 - see above
    from harness.pytest_plugin.calling import ApiClient  # noqa: PLC0415 - see above

    with (
        callers_of_run(harness_stack, workload) as callers,
        ApiClient(harness_stack.api_url, harness_shape, callers.authorized_caller) as client,
    ):
        yield client


@pytest.fixture(scope="session")
def fault(harness_session: PytestSession, harness_engine: "RunningEngine", harness_stack: "Deployment") -> "Breaker":
    """Breaks something in this worker's account, and heals it.

    `with fault("gsi-lag", delay="0ms-2s") as lag:` has it broken while the block runs; `lag.fired` is how often it hit.
    """
    from harness.pytest_plugin.breaking import Breaker, EngineControl  # noqa: PLC0415 - see above

    return Breaker(EngineControl(harness_engine.endpoint_url, harness_stack.account_id), harness_session.seed)


@contextlib.contextmanager
def _failing_in_one_line() -> Iterator[None]:
    """Let what the harness can name be an error of the test, in its one line, without our frames."""
    from harness.errors import HarnessError  # noqa: PLC0415 - see above
    from harness.pytest_plugin.driving import one_text  # noqa: PLC0415 - see above

    try:
        yield
    except HarnessError as error:
        pytest.fail(one_text(error), pytrace=False)
