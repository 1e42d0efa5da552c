"""The container engine: the embedded engine's image, in Docker. What is deployed to it comes from here, as ever."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import psutil
from docker.errors import APIError, ImageNotFound, NotFound  # type: ignore[import-untyped]  # it has no types
from filelock import FileLock

from harness.engines import RunningEngine
from harness.engines.docker_access import asking
from harness.engines.embedded import ANY_FREE_PORT, DEFAULT_PORT
from harness.engines.external import ExternalEngine
from harness.errors import UnavailableError

# What docker-compose.yml builds.
IMAGE: Final = "serverless-async-api:0.1.0"
OWNER_LABEL: Final = "serverless-async-api.owner-pid"
_LOOPBACK: Final = "127.0.0.1"
_START_TIMEOUT_S: Final = 60
_STOP_TIMEOUT_S: Final = 5
_POLL_S: Final = 0.1
_PORTS_TO_TRY: Final = 5
_LAST_LINES: Final = 5


@dataclass(frozen=True)
class ContainerRecord:
    """What is known of a folder's container from before it is made."""

    name: str
    endpoint_url: str


class ContainerEngine:
    """An engine in a container. It implements `harness.engines.Engine`.

    Its port is published on 127.0.0.1 only, and is the same inside: the engine's URLs work on both sides.

    Args:
        engine_dir: the engine's folder: the record of its container. One container a folder: if one runs, `start`
            joins it. Nothing of it is mounted.
        docker: a `docker.DockerClient`.
        port: where to publish it; `ANY_FREE_PORT` takes one that is free.
        image: what to run; it is never pulled.
        owner_pid: the process that the engine belongs to. What a dead process left is removed by the next start.
    """

    def __init__(
        self,
        engine_dir: Path,
        docker: Any,
        *,
        port: int = DEFAULT_PORT,
        image: str = IMAGE,
        owner_pid: int | None = None,
    ) -> None:
        self._engine_dir = engine_dir
        self._docker = docker
        self._port = port
        self._image = image
        self._owner_pid = owner_pid
        self._name = f"serverless-async-api-{sha256(str(engine_dir.absolute()).encode()).hexdigest()[:12]}"

    def start(self) -> RunningEngine:
        """See `harness.engines.Engine.start`."""
        self._engine_dir.mkdir(parents=True, exist_ok=True)
        with FileLock(self._engine_dir / "container.lock"):
            running = self.running()
            if running is not None:
                return running
            self._remove_leftovers()
            try:
                return self._start()
            except BaseException:  # Ctrl-C included: nothing stays behind
                self.stop()
                raise

    def stop(self) -> None:
        """See `harness.engines.Engine.stop`. The container is removed, with all that was in it."""
        with asking(f"container {self._name}"):
            if container := self._found():
                container.stop(timeout=_STOP_TIMEOUT_S)
                self._remove(container)
        self._record_path.unlink(missing_ok=True)

    def running(self) -> RunningEngine | None:
        """Return the engine of this folder if its container runs and it answers; None: no container runs.

        Raises:
            UnavailableError: it runs, and does not answer.
        """
        record = read_container_record(self._engine_dir)
        with asking(f"container {self._name}"):
            container = self._found()
        if record is None or container is None or container.status not in {"running", "paused"}:
            return None
        return self._answering(record, container)

    def pause(self) -> None:
        """Freeze all its processes. Connections stay open, and nobody answers."""
        self._tell("pause")

    def unpause(self) -> None:
        """Let them go on."""
        self._tell("unpause")

    def kill(self) -> None:
        """End it as a power cut would: all that was deployed and stored is gone. `restart` brings back an empty one."""
        self._tell("kill")

    def restart(self) -> RunningEngine:
        """Stop it if it runs, start it again, and wait until it answers: with nothing deployed.

        Raises:
            UnavailableError: it does not answer in time, or there is no container to start again.
        """
        record = read_container_record(self._engine_dir)
        if record is None:
            raise UnavailableError(f"no container of {self._engine_dir} to restart; start one first")
        self._tell("restart", timeout=_STOP_TIMEOUT_S)
        return self._wait_until_ready(record)

    def logs(self, *, follow: bool = False) -> Iterator[str]:
        """Return what it has printed so far, piece by piece; with `follow` until the container ends."""
        with asking(f"container {self._name}"):
            for piece in self._container().logs(stream=True, follow=follow):
                yield piece.decode(errors="replace")

    @property
    def _record_path(self) -> Path:
        return _record_path(self._engine_dir)

    def _start(self) -> RunningEngine:
        is_any = self._port == ANY_FREE_PORT
        for _ in range(_PORTS_TO_TRY if is_any else 1):
            port = _free_port() if is_any else self._port
            record = ContainerRecord(self._name, f"http://{_LOOPBACK}:{port}")
            with asking(f"image {self._image}"):
                try:
                    container = self._create(port)
                except ImageNotFound as error:
                    what = f"there is no image {self._image}; build it with `docker compose build`"
                    raise UnavailableError(f"{what}, or use --engine embedded") from error
            try:
                container.start()
            except APIError as error:
                self._remove(container)
                if not _is_busy_port(error):
                    raise UnavailableError(f"container {self._name}: Docker says: {error.explanation}") from error
                continue  # somebody was faster
            self._record_path.write_text(json.dumps(asdict(record)))
            return self._wait_until_ready(record)
        raise UnavailableError(f"{_LOOPBACK}:{self._port} is taken; stop what has it, or give another port by --port")

    def _create(self, port: int) -> Any:
        command = ["python3", "-m", "emulator", "start", "--all-interfaces", "--port", str(port)]
        return self._docker.containers.create(
            self._image,
            [*command, "--state-dir", "/tmp/engine"],  # noqa: S108 - a tmpfs of its own
            name=self._name,
            labels={OWNER_LABEL: str(self._owner_pid or "")},
            ports={f"{port}/tcp": (_LOOPBACK, port)},
            init=True,
            read_only=True,
            cap_drop=["ALL"],
            security_opt=["no-new-privileges:true"],
            tmpfs={"/tmp": "exec"},  # noqa: S108 - as above
            healthcheck={"test": ["NONE"]},  # the image's asks for a stack that the bootstrap beside it deployed
        )

    def _wait_until_ready(self, record: ContainerRecord) -> RunningEngine:
        deadline = time.monotonic() + _START_TIMEOUT_S
        seen = "nothing"
        while time.monotonic() < deadline:
            with asking(f"container {self._name}"):
                container = self._container()
                if container.status not in {"created", "running", "restarting"}:
                    last_words = " / ".join(container.logs(tail=_LAST_LINES).decode(errors="replace").splitlines())
                    raise UnavailableError(f"the engine's container ended while it started: {last_words}")
            try:
                return self._answering(record, container)
            except UnavailableError as error:
                seen = str(error)
            time.sleep(_POLL_S)
        raise UnavailableError(f"the engine's container was not ready in {_START_TIMEOUT_S} s; last seen: {seen}")

    def _answering(self, record: ContainerRecord, container: Any) -> RunningEngine:
        answering = ExternalEngine(record.endpoint_url).start()
        if answering.version is None:
            raise UnavailableError(f"{record.endpoint_url} answers, but not as an engine")
        started_at = str(container.attrs["State"]["StartedAt"])
        return RunningEngine(record.endpoint_url, answering.version, started_at=started_at)

    def _tell(self, what: str, **arguments: Any) -> None:
        with asking(f"container {self._name}"):
            getattr(self._container(), what)(**arguments)

    def _container(self) -> Any:
        container = self._found()
        if container is None:
            raise UnavailableError(f"no container {self._name} runs for {self._engine_dir}; start one first")
        return container

    def _found(self) -> Any | None:
        try:
            return self._docker.containers.get(self._name)
        except NotFound:
            return None

    def _remove_leftovers(self) -> None:
        """Remove this folder's dead container, and those of sessions that died before they could."""
        with asking("containers of earlier engines"):
            if container := self._found():
                self._remove(container)
            for container in self._docker.containers.list(all=True, filters={"label": OWNER_LABEL}):
                owner = container.labels.get(OWNER_LABEL, "")
                if owner.isdigit() and not psutil.pid_exists(int(owner)):
                    self._remove(container)

    def _remove(self, container: Any) -> None:
        with suppress(NotFound):
            container.remove(force=True, v=True)


def read_container_record(engine_dir: Path) -> ContainerRecord | None:
    """Return what `start` wrote down of the container of this folder, or None."""
    try:
        return ContainerRecord(**json.loads(_record_path(engine_dir).read_text()))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        path = _record_path(engine_dir)
        raise UnavailableError(f"{path} is no container's record; remove it, and the container") from error


def _record_path(engine_dir: Path) -> Path:
    return engine_dir / "container.json"


def _free_port() -> int:
    with socket.create_server((_LOOPBACK, 0)) as listener:
        return int(listener.getsockname()[1])


def _is_busy_port(error: APIError) -> bool:
    said = str(error.explanation)
    return "port is already allocated" in said or "address already in use" in said
