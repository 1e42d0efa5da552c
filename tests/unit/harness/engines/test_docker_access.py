"""Where Docker is looked for, and what is said when it is not there. Sockets of the test's own, no Docker."""

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingUnixStreamServer

import pytest

from harness.engines.docker_access import connect
from harness.errors import UnavailableError


class _Ping(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = b'{"ApiVersion": "1.41"}' if self.path.endswith("/version") else b"OK"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def address_string(self) -> str:
        return "a socket"

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def serve() -> Iterator["Serve"]:
    servers = Serve()
    yield servers
    servers.close()


class Serve:
    """`serve(path)` is a daemon that answers at that socket."""

    def __init__(self) -> None:
        self._servers: list[ThreadingUnixStreamServer] = []

    def __call__(self, path: Path) -> str:
        path.parent.mkdir(parents=True, exist_ok=True)
        server = ThreadingUnixStreamServer(str(path), _Ping)
        self._servers.append(server)
        threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        return f"unix://{path}"

    def close(self) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()


def sockets(folder: Path) -> tuple[str, str]:
    return str(folder / "docker.sock"), str(folder / "podman.sock")


def test_docker_host_comes_before_every_socket(serve: Serve, tmp_path: Path) -> None:
    host = serve(tmp_path / "named.sock")
    serve(tmp_path / "docker.sock")
    client = connect({"DOCKER_HOST": host}, sockets(tmp_path))
    assert client.api.base_url == "http+docker://localhost"
    assert client.api._custom_adapter.socket_path == str(tmp_path / "named.sock")
    client.close()


@pytest.mark.parametrize(
    ("there", "chosen"),
    [
        (["docker.sock", "user/docker.sock", "podman.sock"], "docker.sock"),
        (["user/docker.sock", "user/podman/podman.sock"], "user/docker.sock"),
        (["user/podman/podman.sock", "podman.sock"], "user/podman/podman.sock"),
        (["podman.sock"], "podman.sock"),
    ],
)
def test_without_it_the_first_socket_that_is_there_is_taken_rootless_and_podman_among_them(
    serve: Serve, tmp_path: Path, there: list[str], chosen: str
) -> None:
    for name in there:
        serve(tmp_path / name)
    client = connect({"XDG_RUNTIME_DIR": str(tmp_path / "user")}, sockets(tmp_path))
    assert client.api._custom_adapter.socket_path == str(tmp_path / chosen)
    client.close()


def test_no_docker_is_one_line_that_names_the_engine_that_needs_none(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError) as caught:
        connect({}, sockets(tmp_path))
    assert "no Docker on this machine" in str(caught.value)
    assert "--engine embedded" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_socket_where_nobody_listens_is_one_line_with_the_reason(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "docker.sock"))
    with pytest.raises(UnavailableError) as caught:
        connect({}, sockets(tmp_path))
    assert f"no Docker answers at unix://{tmp_path / 'docker.sock'}" in str(caught.value)
    assert "Connection refused" in str(caught.value)
    assert "--engine embedded" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("host", ["nonsense://", "tcp://127.0.0.1:9"])
def test_a_docker_host_that_leads_nowhere_is_one_line(tmp_path: Path, host: str) -> None:
    with pytest.raises(UnavailableError, match="no Docker answers at") as caught:
        connect({"DOCKER_HOST": host}, sockets(tmp_path))
    assert "\n" not in str(caught.value)
