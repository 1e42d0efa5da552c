"""A function's lines are in its log group as LocalStack's own loop puts them there, and all of them at its end."""

from importlib import import_module
from typing import Any

import pytest
from localstack.services.lambda_.invocation.logs import QUEUE_SHUTDOWN, LogHandler, LogItem
from localstack.services.plugins import SERVICE_PLUGINS
from moto.logs.models import LogsBackend

from emulator.launch.speedups import NAMES, apply_changes, require_known_code
from emulator.patches import function_logs
from emulator.patches.function_logs import run_log_loop

ROLE = "arn:aws:iam::111111111111:role/consumer"


@pytest.fixture
def backend(monkeypatch: pytest.MonkeyPatch) -> Any:
    logs = LogsBackend("us-east-1", "111111111111")
    places = {("111111111111", "us-east-1"): logs}
    monkeypatch.setattr(SERVICE_PLUGINS, "require", lambda _service: None)
    monkeypatch.setattr(function_logs, "get_moto_logs_backend", lambda *place: places[place])
    return logs


def stored(backend: Any, group: str, stream: str) -> list[str]:
    return [event.message for event in backend.groups[group].streams[stream].events]


def run(*items: LogItem) -> None:
    handler = LogHandler(ROLE, "us-east-1")
    for item in items:
        handler.log_queue.put(item)
    handler.stop()  # with no thread of its own there is no pill yet
    handler.log_queue.put(QUEUE_SHUTDOWN)
    run_log_loop(handler)


def test_lines_are_stored_in_order_without_empty_ones(backend: Any) -> None:
    run(LogItem("group", "stream", "START\n\nsaid\nEND\n"), LogItem("group", "stream", "START again\n"))
    assert stored(backend, "group", "stream") == ["START\n", "said\n", "END\n", "START again\n"]


def test_what_cannot_be_stored_stops_nothing(backend: Any) -> None:
    run(LogItem("", "stream", None), LogItem("group", "stream", "said\n"))
    assert stored(backend, "group", "stream") == ["said\n"]


def test_it_is_applied_also_when_the_service_of_logs_was_loaded_before(monkeypatch: pytest.MonkeyPatch) -> None:
    import_module("localstack.services.logs.provider")  # which replaces what moto has
    monkeypatch.setattr(LogHandler, "run_log_loop", LogHandler.run_log_loop)
    require_known_code()
    apply_changes("lambda", set(NAMES) - {"function-logs"})
    assert LogHandler.run_log_loop is run_log_loop
