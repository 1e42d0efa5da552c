"""A function's lines are in its log group as LocalStack's own loop puts them there, and all of them at its end."""

from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from localstack.services.lambda_.invocation.logs import QUEUE_SHUTDOWN, LogItem
from localstack.services.plugins import SERVICE_PLUGINS
from moto.logs.models import LogsBackend

from emulator.services.lambda_ import log_handler
from emulator.services.lambda_.log_handler import DirectLogHandler, FunctionLogHandler, log_group_of
from emulator.services.lambda_.provider import EmbeddedLambdaService, store_logs_directly

ROLE = "arn:aws:iam::111111111111:role/consumer"


@pytest.fixture
def backend(monkeypatch: pytest.MonkeyPatch) -> Any:
    logs = LogsBackend("us-east-1", "111111111111")
    places = {("111111111111", "us-east-1"): logs}
    monkeypatch.setattr(SERVICE_PLUGINS, "require", lambda _service: None)
    monkeypatch.setattr(log_handler, "get_moto_logs_backend", lambda *place: places[place])
    return logs


def stored(backend: Any, group: str, stream: str) -> list[str]:
    return [event.message for event in backend.groups[group].streams[stream].events]


def version_of(log_group: str | None = None) -> Any:
    config = {"LogGroup": log_group} if log_group else {}
    return SimpleNamespace(
        id=SimpleNamespace(region="us-east-1", function_name="consumer"),
        config=SimpleNamespace(role=ROLE, logging_config=config),
    )


def run(*items: LogItem) -> None:
    handler = DirectLogHandler(version_of())
    for item in items:
        handler.log_queue.put(item)
    handler.stop()  # with no thread of its own there is no pill yet
    handler.log_queue.put(QUEUE_SHUTDOWN)
    handler.run_log_loop()


@pytest.mark.parametrize(("configured", "group"), [(None, "/aws/lambda/consumer"), ("own", "own")])
def test_lines_go_to_the_group_that_the_function_is_configured_with(configured: str | None, group: str) -> None:
    assert log_group_of(version_of(configured)) == group
    handler = FunctionLogHandler(version_of(configured))
    handler.add_logs(LogItem("/aws/lambda/consumer", "stream", "said\n"))
    assert handler.log_queue.get_nowait() == LogItem(group, "stream", "said\n")


def test_lines_are_stored_in_order_without_empty_ones(backend: Any) -> None:
    run(LogItem("group", "stream", "START\n\nsaid\nEND\n"), LogItem("group", "stream", "START again\n"))
    assert stored(backend, "group", "stream") == ["START\n", "said\n", "END\n", "START again\n"]


def test_what_cannot_be_stored_stops_nothing(backend: Any) -> None:
    run(LogItem("", "stream", None), LogItem("group", "stream", "said\n"))
    assert stored(backend, "group", "stream") == ["said\n"]


def test_it_is_applied_also_when_the_service_of_logs_was_loaded_before(monkeypatch: pytest.MonkeyPatch) -> None:
    import_module("localstack.services.logs.provider")  # which replaces what moto has
    monkeypatch.setattr(EmbeddedLambdaService, "log_handler", FunctionLogHandler)
    store_logs_directly()
    assert EmbeddedLambdaService.log_handler is DirectLogHandler
