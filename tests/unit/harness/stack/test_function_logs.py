"""The function's log lines, from a small server that speaks CloudWatch Logs' protocol."""

import itertools
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from harness.observation import ObservationError
from harness.stack import function_logs
from harness.stack.deployment import Deployment
from tests.unit.harness.stack.test_deployment import OUTPUTS

type Answer = Callable[[dict[str, Any]], tuple[int, dict[str, Any]]]


@contextmanager
def logs_at(answer: Answer) -> Iterator[Deployment]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.headers["X-Amz-Target"] == "Logs_20140328.FilterLogEvents"
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            assert request["logGroupName"] == "/aws/lambda/consumer"
            status, body = answer(request)
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_arguments: Any) -> None:
            """Be quiet."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            url = f"http://127.0.0.1:{server.server_port}"
            yield Deployment.from_json(OUTPUTS | {"endpoint_url": url})
        finally:
            server.shutdown()
            thread.join()


def event(identity: str, timestamp_ms: int) -> dict[str, Any]:
    return {
        "eventId": identity,
        "timestamp": timestamp_ms,
        "message": f"line {identity}\n",
        "logStreamName": "s",
    }


def test_every_page_is_read() -> None:
    def answer(request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if "nextToken" not in request:
            return 200, {"events": [event("a", 1), event("b", 2)], "nextToken": "t"}
        return 200, {"events": [event("c", 3)]}

    with logs_at(answer) as deployment:
        lines = list(function_logs.function_log_lines(deployment, follow=False))
    assert lines == ["line a", "line b", "line c"]


def test_what_comes_later_is_followed_and_nothing_is_shown_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(function_logs, "_LOOK_AGAIN_S", 0.001)
    batches = [
        [event("a", 10)],
        [event("a", 10), event("b", 10)],
        [],
        [event("a", 10), event("b", 10), event("c", 12)],
    ]
    asked_since: list[int] = []

    def answer(request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        asked_since.append(request["startTime"])
        return 200, {"events": batches[min(len(asked_since), len(batches)) - 1]}

    with logs_at(answer) as deployment:
        lines = list(itertools.islice(function_logs.function_log_lines(deployment, follow=True), 3))
    assert lines == ["line a", "line b", "line c"]
    assert asked_since == [0, 10, 10, 10]


def test_a_function_that_never_ran_has_no_lines() -> None:
    missing = {"__type": "ResourceNotFoundException", "message": "The specified log group does not exist."}
    with logs_at(lambda _request: (400, missing)) as deployment:
        assert list(function_logs.function_log_lines(deployment, follow=False)) == []


def test_a_refusal_is_one_line() -> None:
    denied = {"__type": "AccessDeniedException", "message": "no"}
    with (
        logs_at(lambda _request: (400, denied)) as deployment,
        pytest.raises(ObservationError, match="log group"),
    ):
        list(function_logs.function_log_lines(deployment, follow=False))


def test_an_engine_that_is_gone_is_one_line() -> None:
    deployment = Deployment.from_json(OUTPUTS | {"endpoint_url": "http://127.0.0.1:1"})
    with pytest.raises(ObservationError, match="does not answer"):
        list(function_logs.function_log_lines(deployment, follow=False))
