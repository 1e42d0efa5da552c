"""The external engine: it answers or it does not."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from harness.engines import RunningEngine
from harness.engines.external import ExternalEngine
from harness.errors import MisuseError, UnavailableError


@contextmanager
def serving(status: int, body: bytes) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: Any) -> None:
            """Be quiet."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("status", "body", "version"),
    [
        (200, b'{"version": "4.14.0", "services": {}}', "4.14.0"),
        (404, b"<html>nothing here</html>", None),
        (200, b"[]", None),
        (403, b"", None),
    ],
)
def test_whatever_answers_http_is_an_engine_and_localstack_says_its_version(
    status: int, body: bytes, version: str | None
) -> None:
    with serving(status, body) as url:
        assert ExternalEngine(f"{url}/").start() == RunningEngine(url, version)


def test_an_endpoint_that_is_not_there_is_one_line() -> None:
    with pytest.raises(UnavailableError, match=r"no engine answers at http://127\.0\.0\.1:1 \(.*refused\)"):
        ExternalEngine("http://127.0.0.1:1").start()


@pytest.mark.parametrize("url", ["", "127.0.0.1:4566", "ftp://x", "http://", "http://x:99999", "http://x:0"])
def test_what_is_no_endpoint_url_is_misuse(url: str) -> None:
    with pytest.raises(MisuseError, match="is no endpoint URL"):
        ExternalEngine(url)
