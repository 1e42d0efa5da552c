"""Ready is a state: the gateway answers, and can serve what we need. An open port is not enough."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from emulator.errors import UnavailableError
from emulator.launch.port import listen
from emulator.launch.readiness import NoHealthError, ask_services, unable, wait_until_ready

HEALTHY = {"sqs": "available", "lambda": "running", "sns": "disabled"}
type Answer = Callable[[], tuple[int, bytes]]


def health(services: dict[str, str]) -> tuple[int, bytes]:
    return 200, json.dumps({"services": services, "version": "4.14.0"}).encode()


@contextmanager
def engine_that_answers(answer: Answer) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            assert self.path == "/_localstack/health"
            status, body = answer()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def in_s(seconds: float) -> float:
    return time.monotonic() + seconds


def test_an_engine_that_can_serve_what_is_needed_is_ready() -> None:
    with engine_that_answers(lambda: health(HEALTHY)) as endpoint_url:
        wait_until_ready(endpoint_url, ["sqs", "lambda"], in_s(10))


def test_an_engine_that_is_not_there_yet_is_awaited() -> None:
    answers = iter([(503, b""), (200, b"not health"), (200, b"[]"), health(HEALTHY)])
    with engine_that_answers(lambda: next(answers)) as endpoint_url:
        wait_until_ready(endpoint_url, ["sqs"], in_s(10))
    assert list(answers) == []


@pytest.mark.parametrize("state", ["disabled", "error", "stopped"])
def test_a_service_that_cannot_serve_is_named_at_once(state: str) -> None:
    with engine_that_answers(lambda: health({"sqs": "running", "dynamodb": state})) as endpoint_url:
        began = time.monotonic()
        with pytest.raises(UnavailableError, match=rf"dynamodb \({state}\), kms \(missing\)$"):
            wait_until_ready(endpoint_url, ["sqs", "dynamodb", "kms"], in_s(60))
        assert time.monotonic() - began < 10


def test_a_port_that_is_open_and_silent_is_not_ready() -> None:
    with listen("127.0.0.1", 0) as listener:
        endpoint_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with pytest.raises(UnavailableError, match="last seen: /_localstack/health did not answer within"):
            wait_until_ready(endpoint_url, ["sqs"], in_s(0.2))


def test_when_the_deadline_passes_the_last_that_was_seen_is_said() -> None:
    with (
        engine_that_answers(lambda: (500, b"")) as endpoint_url,
        pytest.raises(UnavailableError, match="last seen: /_localstack/health answered 500"),
    ):
        wait_until_ready(endpoint_url, ["sqs"], in_s(0.2))


def test_nobody_there_is_no_health() -> None:
    with listen("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(NoHealthError, match="refused"):
        ask_services(f"http://127.0.0.1:{port}", timeout_s=1)


def test_services_that_cannot_serve_are_listed_with_their_state() -> None:
    assert unable(HEALTHY, ["sqs", "lambda"]) == []
    assert unable(HEALTHY, ["sqs", "sns", "s3"]) == ["sns (disabled)", "s3 (missing)"]
