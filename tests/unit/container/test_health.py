"""What counts as healthy: an answer that only the deployed stack gives."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from container.health import problem

type Serve = Callable[[int, dict[str, str]], Path]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """`serve(status, headers)` is an API that always answers so; returns an outputs file that names it."""
    servers: list[ThreadingHTTPServer] = []

    def serve_it(status: int, headers: dict[str, str]) -> Path:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                assert self.path.startswith("/api/v1/status/")
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        outputs = tmp_path / "outputs.json"
        outputs.write_text(json.dumps({"api_url": f"http://127.0.0.1:{server.server_port}/api/v1"}))
        return outputs

    yield serve_it
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_pending_answer_is_healthy(serve: Serve) -> None:
    assert problem(serve(404, {"Retry-After": "1"})) is None


@pytest.mark.parametrize(("status", "headers"), [(404, {}), (200, {"Retry-After": "1"}), (500, {}), (403, {})])
def test_an_engine_without_the_stack_is_not(serve: Serve, status: int, headers: dict[str, str]) -> None:
    assert problem(serve(status, headers)) == f"the API answers {status}, but not as the deployed stack does"


def test_before_the_bootstrap_it_is_not(tmp_path: Path) -> None:
    assert problem(tmp_path / "outputs.json") == "not deployed yet"


@pytest.mark.parametrize("content", ["", "[]", "{}"])
def test_a_file_that_is_no_outputs_file_is_not(tmp_path: Path, content: str) -> None:
    (tmp_path / "outputs.json").write_text(content)
    assert str(problem(tmp_path / "outputs.json")).endswith("is no outputs file of the bootstrap")


def test_an_api_that_does_not_answer_is_not(tmp_path: Path) -> None:
    (tmp_path / "outputs.json").write_text(json.dumps({"api_url": "http://127.0.0.1:9/api/v1"}))
    assert "does not answer" in str(problem(tmp_path / "outputs.json"))
