"""A whole run without an engine: the API in memory, an observer of it, and dependencies made of the two."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from harness.engines import RunningEngine
from harness.history import StoredItem
from harness.observation import Observer
from harness.running.dependencies import RunDependencies
from harness.running.recording import Standing, View
from harness.stack.deployment import Deployment, DeploymentRequest
from harness.transport import Transport
from harness.workload import Workload
from harness.workload.polling import FixedInterval
from tests.unit.harness.fake_api import API_URL, Answer, FakeApi
from tests.unit.harness.observation.fake_observer import FakeObserver
from tests.unit.harness.stack.test_deployment import OUTPUTS

ENGINE = RunningEngine("http://127.0.0.1:4566", "4.14.0", 1234, Path("engine.log"))
QUICK = FixedInterval(interval_s=0.001)


def nothing() -> None:
    """Do nothing."""


def quick_api(script: Callable[[str, int], Answer | None] = lambda _operation, _ordinal: None) -> FakeApi:
    return FakeApi(latency_s=0.0001, visible_after_s=0.002, script=script)


class StackObserver(FakeObserver):
    """Sees in the table what the API in memory stored."""

    def __init__(self, api: FakeApi) -> None:
        super().__init__()
        self._api = api

    async def identities(self) -> frozenset[str]:
        await super().identities()
        return frozenset(self._api.users())

    async def stored(self) -> Sequence[StoredItem]:
        await super().stored()
        return [
            StoredItem(identity, identity.removeprefix("user-of-"), user)
            for identity, user in self._api.users().items()
        ]


class WatchingView:
    """Keeps what it was shown."""

    interval_s = 0.05

    def __init__(self) -> None:
        self.standings: list[Standing] = []

    def show(self, standing: Standing) -> None:
        self.standings.append(standing)


def dependencies(
    api: FakeApi,
    *,
    observer: FakeObserver | None = None,
    on_deploy: Callable[[DeploymentRequest], None] = lambda _request: None,
    on_delete: Callable[[DeploymentRequest], None] = lambda _request: None,
    on_renew: Callable[[Deployment], None] = lambda _deployment: None,
) -> RunDependencies:
    """Return dependencies in which the API in memory is what is deployed."""

    def deploy(request: DeploymentRequest, _outputs: Path) -> Deployment:
        on_deploy(request)
        return Deployment.from_json(OUTPUTS | {"api_url": API_URL})

    @asynccontextmanager
    async def open_transport(_connections: int) -> AsyncIterator[Transport]:
        yield api

    @contextmanager
    def show_progress() -> Iterator[View]:
        yield WatchingView()

    def observe(_deployment: Deployment, _workload: Workload) -> tuple[Observer, float]:
        return observer or StackObserver(api), 0.01

    return RunDependencies(
        open_transport,
        observe,
        show_progress,
        deploy,
        delete=lambda request, _outputs: on_delete(request),
        use_fresh_environments=on_renew,
    )
