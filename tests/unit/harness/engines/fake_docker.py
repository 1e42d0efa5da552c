"""Docker, as far as the container engine asks it: containers in a dictionary, and an engine's health on their ports."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests
from docker.errors import APIError, ImageNotFound, NotFound  # type: ignore[import-untyped]  # it has no types


class _Health(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"version": "4.14.0"}')

    def log_message(self, *_: object) -> None:
        pass


class FakeContainer:
    def __init__(self, docker: "FakeDocker", name: str, options: dict[str, Any]) -> None:
        self.docker = docker
        self.name = name
        self.options = options
        self.labels: dict[str, str] = options["labels"]
        self.status = "created"
        self.attrs = {"State": {"StartedAt": "2026-11-23T19:00:00.123456789Z"}}
        self.told: list[str] = []
        self.server: ThreadingHTTPServer | None = None

    @property
    def address(self) -> tuple[str, int]:
        (address,) = self.options["ports"].values()
        return address  # type: ignore[no-any-return]  # what the engine gave

    def start(self) -> None:
        self.docker.before_start(self)
        self.status = self.docker.status_after_start
        if self.status == "running":
            self.server = ThreadingHTTPServer(self.address, _Health)
            threading.Thread(target=self.server.serve_forever, args=[0.01], daemon=True).start()

    def stop(self, timeout: int) -> None:
        self.told.append(f"stop within {timeout} s")
        self._end()

    def restart(self, timeout: int) -> None:
        self.stop(timeout)
        self.start()

    def kill(self) -> None:
        self._end()

    def pause(self) -> None:
        self.status = "paused"

    def unpause(self) -> None:
        self.status = "running"

    def remove(self, *, force: bool, v: bool) -> None:
        assert force
        assert v
        self._end()
        del self.docker.all[self.name]

    def logs(self, *, tail: int = 0, stream: bool = False, follow: bool = False) -> Any:
        assert stream or tail
        lines = [b"first\n", b"last words\n"]
        return iter([*lines, b"followed\n"] if follow else lines) if stream else b"".join(lines)

    def _end(self) -> None:
        self.status = "exited"
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
        self.server = None


class FakeDocker:
    """A `docker.DockerClient` with one image."""

    def __init__(self, image: str) -> None:
        self.image = image
        self.all: dict[str, FakeContainer] = {}
        self.before_start: Callable[[FakeContainer], None] = lambda _container: None
        self.status_after_start = "running"
        self.is_gone = False

    @property
    def containers(self) -> "FakeDocker":
        if self.is_gone:
            raise requests.ConnectionError("Connection refused")
        return self

    def create(self, image: str, command: list[str], *, name: str, **options: Any) -> FakeContainer:
        if image != self.image:
            raise ImageNotFound(f"No such image: {image}")
        assert name not in self.all, "Docker has each name once"
        self.all[name] = FakeContainer(self, name, options | {"command": command})
        return self.all[name]

    def get(self, name: str) -> FakeContainer:
        if name not in self.all:
            raise NotFound(f"No such container: {name}")
        return self.all[name]

    def list(self, *, all: bool, filters: dict[str, str]) -> list[FakeContainer]:  # noqa: A002 - Docker's name
        assert all
        return [each for each in self.all.values() if filters["label"] in each.labels]

    def close(self) -> None:
        for each in [*self.all.values()]:
            each.remove(force=True, v=True)


def port_is_busy(_container: FakeContainer) -> None:
    raise APIError("500 Server Error", explanation="Bind for 127.0.0.1:4566 failed: port is already allocated")


def fake_docker(image: str) -> Iterator[FakeDocker]:
    docker = FakeDocker(image)
    yield docker
    docker.close()
