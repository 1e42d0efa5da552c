"""Keys from an address: fetched from a server on this machine, as they come or not at all."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from authorizer.key_source import key_source
from authorizer.keys import KeysUnknownError
from authorizer.settings import Settings
from tests.unit.authorizer.issuing import KEY_SET


@contextmanager
def served(status: int, body: bytes, **headers: str) -> Iterator[str]:
    """Have an address that answers so while the block runs."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/keys"
        finally:
            server.shutdown()
            thread.join()


def fetch(url: str) -> str:
    return key_source(Settings("i", "a", 30, "", url))()


def test_keys_come_from_their_address() -> None:
    with served(200, KEY_SET.encode()) as url:
        assert fetch(url) == KEY_SET


def test_keys_of_the_template_need_no_address() -> None:
    assert key_source(Settings("i", "a", 30, KEY_SET, ""))() == KEY_SET


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (404, b"", "HTTPError"),
        (500, b"", "HTTPError"),
        (200, b"x" * 70_000, "too long"),
        (200, b"\xff", "not text"),
    ],
)
def test_an_answer_that_is_none_is_no_key_set(status: int, body: bytes, reason: str) -> None:
    with served(status, body) as url, pytest.raises(KeysUnknownError, match=reason):
        fetch(url)


def test_an_address_that_points_elsewhere_is_not_followed() -> None:
    with (
        served(200, KEY_SET.encode()) as elsewhere,
        served(302, b"", Location=elsewhere) as url,
        pytest.raises(KeysUnknownError, match="HTTPError"),
    ):
        fetch(url)


def test_nobody_at_an_address_is_no_key_set() -> None:
    with served(200, b"") as url:
        pass
    with pytest.raises(KeysUnknownError, match="no answer"):
        fetch(url)
