"""A metric that goes nowhere has no thread; every other thread is started as before."""

import threading
from typing import Any

import pytest

from emulator.patches import invocation_metrics
from emulator.patches.invocation_metrics import METRIC_THREAD, start_thread

NAME = f"{METRIC_THREAD}consumer:$LATEST"


@pytest.fixture
def ran() -> threading.Event:
    return threading.Event()


def test_a_metric_that_nobody_takes_is_not_begun(ran: threading.Event, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invocation_metrics, "is_api_enabled", lambda _service: False)
    assert start_thread(lambda *_: ran.set(), name=NAME) is None
    assert not ran.is_set()


@pytest.mark.parametrize(("name", "enabled"), [(NAME, True), ("another", False), (None, False)])
def test_anything_else_is_begun(
    name: str | None, enabled: bool, ran: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invocation_metrics, "is_api_enabled", lambda _service: enabled)

    def work(*_: Any) -> None:
        ran.set()

    start_thread(work, name=name).join(10)
    assert ran.is_set()
