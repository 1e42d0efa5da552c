"""The engine of a checkout, whichever kind it is: what `harness up` started, and every other command works with."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from harness.engines import RunningEngine, embedded
from harness.errors import UnavailableError

if TYPE_CHECKING:
    from harness.engines.container import ContainerEngine


def running_engine(engine_dir: Path) -> RunningEngine | None:
    """Return the engine that runs in this folder, or None.

    Raises:
        UnavailableError: it is a container, and Docker or the engine in it does not answer.
    """
    if running := embedded.running_engine(engine_dir):
        return running
    container = container_of(engine_dir)
    return container.running() if container else None


def require_running_engine(engine_dir: Path) -> RunningEngine:
    """Return the engine that runs in this folder.

    Raises:
        UnavailableError: none does; the text says how to start one.
    """
    running = running_engine(engine_dir)
    if running is None:
        raise UnavailableError(f"no engine runs in {engine_dir}; start one with `harness up`")
    return running


def container_of(engine_dir: Path) -> "ContainerEngine | None":
    """Return the container engine of this folder, if one was started and not stopped.

    Raises:
        UnavailableError: Docker does not answer.
    """
    return make_container(engine_dir) if (engine_dir / "container.json").exists() else None


def make_container(
    engine_dir: Path, *, port: int = embedded.DEFAULT_PORT, owner_pid: int | None = None
) -> "ContainerEngine":
    """Return a container engine on the Docker that this process's environment names.

    Args:
        engine_dir: see `ContainerEngine`, as for the others.
        port: where to publish it.
        owner_pid: the process that it belongs to, if any.

    Raises:
        UnavailableError: Docker does not answer.
    """
    from harness.engines.container import ContainerEngine  # noqa: PLC0415 - Docker's client is slow to import
    from harness.engines.docker_access import connect  # noqa: PLC0415 - as above

    return ContainerEngine(engine_dir, connect(os.environ), port=port, owner_pid=owner_pid)
