"""What the Lambda service does otherwise than LocalStack's, without a function that runs."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from localstack.aws.api.lambda_ import InvocationType
from localstack.services.lambda_.invocation.lambda_models import RequestEntityTooLargeException
from localstack.services.lambda_.invocation.lambda_service import LambdaService

from emulator.services.lambda_.assignment import ExclusiveAssignmentService
from emulator.services.lambda_.log_handler import DirectLogHandler, FunctionLogHandler
from emulator.services.lambda_.outcome import MAX_EVENT_BYTES, MAX_REQUEST_BYTES
from emulator.services.lambda_.provider import EmbeddedLambdaProvider, EmbeddedLambdaService
from tests.unit.emulator.services.lambda_.test_log_handler import version_of


@pytest.fixture
def service() -> Iterator[EmbeddedLambdaService]:
    service = EmbeddedLambdaService()
    yield service
    service.stop()


def test_environments_are_lent_exclusively(service: EmbeddedLambdaService) -> None:
    assert isinstance(service.assignment_service, ExclusiveAssignmentService)


def test_a_version_that_never_ran_can_be_stopped(service: EmbeddedLambdaService) -> None:
    service.stop_version("arn:of:nothing")


@pytest.mark.parametrize(
    ("kind", "limit"),
    [
        (InvocationType.RequestResponse, MAX_REQUEST_BYTES),
        (None, MAX_REQUEST_BYTES),
        (InvocationType.Event, MAX_EVENT_BYTES),
    ],
)
def test_a_payload_that_is_too_large_is_refused_and_one_that_is_not_goes_on(
    kind: InvocationType | None, limit: int, service: EmbeddedLambdaService, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[dict[str, Any]] = []
    monkeypatch.setattr(LambdaService, "invoke", lambda _self, **arguments: seen.append(arguments))

    service.invoke(payload=b"x" * limit, invocation_type=kind, function_name="f")
    with pytest.raises(RequestEntityTooLargeException, match=f"{limit + 1} byte payload"):
        service.invoke(payload=b"x" * (limit + 1), invocation_type=kind, function_name="f")

    assert seen == [{"payload": b"x" * limit, "invocation_type": kind, "function_name": "f"}]


def test_a_version_has_the_log_handler_of_the_service_before_it_starts(
    service: EmbeddedLambdaService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "update_version_state", lambda **_: None)
    seen: list[Any] = []
    manager: Any = SimpleNamespace(function_version=version_of())
    manager.start = lambda: seen.append(manager.log_handler)

    for handler in (FunctionLogHandler, DirectLogHandler):
        monkeypatch.setattr(EmbeddedLambdaService, "log_handler", handler)
        service._start_lambda_version(manager)

    assert list(map(type, seen)) == [FunctionLogHandler, DirectLogHandler]


def test_the_provider_has_the_service_also_when_its_state_was_reset() -> None:
    provider = EmbeddedLambdaProvider()
    first = provider.lambda_service
    assert isinstance(first, EmbeddedLambdaService)
    assert provider.router.lambda_service is first

    provider.on_before_state_reset()
    provider.on_after_state_reset()

    assert isinstance(provider.lambda_service, EmbeddedLambdaService)
    assert provider.lambda_service is not first
    assert provider.router.lambda_service is provider.lambda_service
    provider.lambda_service.stop()
