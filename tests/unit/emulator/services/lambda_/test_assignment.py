"""How environments are lent, with LocalStack's own service around it and no process behind it."""

import itertools
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from localstack.services.lambda_.invocation import assignment
from localstack.services.lambda_.invocation.assignment import AssignmentException
from localstack.services.lambda_.invocation.execution_environment import InvalidStatusException
from localstack.services.lambda_.invocation.lambda_models import InitializationType

from emulator.services.lambda_.assignment import ExclusiveAssignmentService

FUNCTION: Any = SimpleNamespace(config=SimpleNamespace(capacity_provider_config=None))


class FakeEnvironment:
    """What the service needs of an environment; it fails as LocalStack's own does when it is lent twice."""

    numbers = itertools.count()

    def __init__(self, initialization_type: InitializationType, version_manager_id: str, **_: Any) -> None:
        self.id = str(next(self.numbers))
        self.initialization_type = initialization_type
        self.version_manager_id = version_manager_id
        self.function_version = SimpleNamespace(qualified_arn="arn")
        self.status = "new"
        self._lock = threading.Lock()

    def start(self) -> None:
        self._become("ready", "new")

    def reserve(self) -> None:
        self._become("invoking", "ready")

    def release(self) -> None:
        self._become("ready", "invoking")

    def stop(self) -> None:
        self.status = "stopped"

    def _become(self, status: str, expected: str) -> None:
        with self._lock:
            if self.status != expected:
                raise InvalidStatusException(f"{self.status} is not {expected}")
            self.status = status


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[ExclusiveAssignmentService]:
    monkeypatch.setattr(assignment, "ExecutionEnvironment", FakeEnvironment)
    service = ExclusiveAssignmentService()
    yield service
    service.stop()


def lend(service: ExclusiveAssignmentService, kind: InitializationType = InitializationType.on_demand) -> Any:
    return service.get_environment("version-1", FUNCTION, kind)


def test_an_idle_environment_is_lent_again(service: ExclusiveAssignmentService) -> None:
    with lend(service) as first:
        assert first.status == "invoking"
    with lend(service) as second:
        assert second is first


def test_each_concurrent_invocation_has_an_environment_of_its_own(service: ExclusiveAssignmentService) -> None:
    with lend(service) as first, lend(service) as second:
        assert first is not second
    assert set(service.environments["version-1"].values()) == {first, second}


def test_an_invocation_that_fails_takes_its_environment_with_it(service: ExclusiveAssignmentService) -> None:
    with pytest.raises(OSError, match="no process"), lend(service) as environment:
        raise OSError("no process")
    assert environment.status == "stopped"
    assert service.environments["version-1"] == {}


def test_an_environment_stopped_during_its_invocation_does_not_fail_it(service: ExclusiveAssignmentService) -> None:
    with lend(service) as environment:
        environment.stop()
    assert environment.status == "stopped"


def test_a_lease_for_a_provisioned_environment_needs_one(service: ExclusiveAssignmentService) -> None:
    with pytest.raises(AssignmentException), lend(service, InitializationType.provisioned_concurrency):
        pass


def test_environments_that_come_while_one_is_sought_disturb_nobody(service: ExclusiveAssignmentService) -> None:
    environments = service.environments["version-1"]

    class Busy(FakeEnvironment):
        def reserve(self) -> None:
            environments["another"] = FakeEnvironment(self.initialization_type, "version-1")
            super().reserve()

    for name in ("busy", "busy too"):
        environments[name] = Busy(InitializationType.on_demand, "version-1")
    with lend(service) as environment:
        assert environment.status == "invoking"


def test_a_new_environment_is_reserved_before_others_can_see_it(service: ExclusiveAssignmentService) -> None:
    environments = service.environments["version-1"]
    visible: list[bool] = []

    class New(FakeEnvironment):
        def reserve(self) -> None:
            visible.append(self.id in environments)
            super().reserve()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(assignment, "ExecutionEnvironment", New)
        with lend(service):
            pass
        with lend(service):
            pass
    assert visible == [False, True]
