"""Docker, wherever it is: the daemon's socket, a rootless one, Podman's, or what DOCKER_HOST says."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import docker  # type: ignore[import-untyped]  # it has no types
import requests
from docker.errors import APIError, DockerException  # type: ignore[import-untyped]  # as above

from harness.errors import UnavailableError

# A request to the daemon, not what it makes a container do.
_ANSWER_TIMEOUT_S: Final = 60
_SYSTEM_SOCKETS: Final = ("/var/run/docker.sock", "/run/podman/podman.sock")
_USER_SOCKETS: Final = ("docker.sock", "podman/podman.sock")
_WAY_OUT: Final = "start Docker, set DOCKER_HOST, or use the engine that needs none: --engine embedded"


def connect(environment: Mapping[str, str], system_sockets: Sequence[str] = _SYSTEM_SOCKETS) -> Any:
    """Return a `docker.DockerClient` of a daemon that answers.

    Args:
        environment: DOCKER_HOST, DOCKER_TLS_VERIFY and DOCKER_CERT_PATH are heeded, as Docker's own client heeds them.
            Without DOCKER_HOST: the first socket that is there, of the system's Docker, of this user's rootless one
            and Podman below XDG_RUNTIME_DIR, and of the system's Podman.
        system_sockets: Docker's and Podman's.

    Raises:
        UnavailableError: there is none.
    """
    host = environment.get("DOCKER_HOST") or _first_socket(environment, system_sockets)
    if host is None:
        raise UnavailableError(f"no Docker on this machine: neither DOCKER_HOST nor a socket; {_WAY_OUT}")
    try:
        client = docker.from_env(environment={**environment, "DOCKER_HOST": host}, timeout=_ANSWER_TIMEOUT_S)
        client.ping()
    except (DockerException, requests.RequestException) as error:
        raise UnavailableError(f"no Docker answers at {host} ({_cause(error)}); {_WAY_OUT}") from error
    return client


@contextmanager
def asking(what: str) -> Iterator[None]:
    """Turn what Docker refuses in the block into one line that begins with `what`.

    Raises:
        UnavailableError: it refused, or went away.
    """
    try:
        yield
    except APIError as error:
        said = " ".join(str(error.explanation or error).split())
        raise UnavailableError(f"{what}: Docker says: {said}") from error
    except (DockerException, requests.RequestException) as error:
        raise UnavailableError(f"{what}: Docker does not answer ({_cause(error)}); {_WAY_OUT}") from error


def _first_socket(environment: Mapping[str, str], system_sockets: Sequence[str]) -> str | None:
    docker_socket, podman_socket = map(Path, system_sockets)
    of_user = environment.get("XDG_RUNTIME_DIR")
    user_sockets = [Path(of_user) / name for name in _USER_SOCKETS] if of_user else []
    found = next((path for path in (docker_socket, *user_sockets, podman_socket) if path.exists()), None)
    return f"unix://{found}" if found else None


def _cause(error: BaseException) -> str:
    """Return the innermost reason, which is the one that a person can do something about."""
    while inner := error.__cause__ or error.__context__:
        error = inner
    return " ".join(str(error).split())
