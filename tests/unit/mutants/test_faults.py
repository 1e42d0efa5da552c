"""What an engine is told of a fault, and that it is told again when the trial is over."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from harness.errors import UnavailableError
from harness.faults import Fault, FixedDelay, FlowRange
from mutants.faults import broken_on_purpose, definition_of

FAULT = Fault(
    "gsi-lag",
    "lag",
    rate=0.5,
    times=2,
    limit=9,
    operations=frozenset({"PutItem"}),
    flows=FlowRange(1, 3),
    delay=FixedDelay(7),
)


@contextmanager
def engine() -> Iterator[tuple[str, list[tuple[str, str, Any]]]]:
    """An engine that takes everything, and what it was told."""
    told: list[tuple[str, str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def _take(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            told.append((self.command, self.path, json.loads(body) if body else None))
            self.send_response(200)
            self.end_headers()

        do_PUT = do_DELETE = _take  # noqa: N815 - the names that are looked for

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", told
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_definition_says_everything_that_decides_what_is_hit() -> None:
    assert definition_of(FAULT, seed=5) == {
        "kind": "gsi-lag",
        "seed": 5,
        "rate": 0.5,
        "times": 2,
        "limit": 9,
        "ttl_s": 300,
        "scope": {"operations": ["PutItem"], "flows": [1, 3]},
        "delay": {"fixed_ms": 7},
    }


def test_faults_are_set_in_the_account_and_healed_also_when_the_trial_fails() -> None:
    def fail() -> None:
        raise ZeroDivisionError

    with engine() as (url, told):
        with pytest.raises(ZeroDivisionError), broken_on_purpose(url, "000000000001", [FAULT], 5):
            fail()
        path = "/_emulator/faults/000000000001/lag"
        assert told == [("PUT", path, definition_of(FAULT, 5)), ("DELETE", path, None)]


def test_without_faults_an_engine_is_told_nothing() -> None:
    with engine() as (url, told), broken_on_purpose(url, "000000000001", [], 5):
        pass
    assert told == []


def test_an_engine_that_cannot_be_told_is_one_line() -> None:
    with engine() as (url, _):
        pass
    with pytest.raises(UnavailableError, match="is this an engine of ours"), broken_on_purpose(url, "1", [FAULT], 5):
        pass
