"""Services are loaded one after the other: one that fails does not keep the others out, and a stop ends it."""

import threading

import pytest
from localstack.runtime import events

from emulator.launch import services_ahead


def test_one_that_fails_leaves_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[str] = []

    def load(name: str) -> None:
        loaded.append(name)
        if name == "s3":
            raise ZeroDivisionError

    monkeypatch.setattr(services_ahead, "_load", load)
    services_ahead.load()
    assert loaded == list(services_ahead.SERVICES)


def test_an_engine_that_stops_loads_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    stopping = threading.Event()
    loaded: list[str] = []

    def load(name: str) -> None:
        loaded.append(name)
        stopping.set()

    monkeypatch.setattr(events, "infra_stopping", stopping)
    monkeypatch.setattr(services_ahead, "_load", load)
    services_ahead.load()
    assert loaded == [services_ahead.SERVICES[0]]
