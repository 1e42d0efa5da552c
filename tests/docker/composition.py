"""A compose project of a test's own, and what Docker knows of it."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).parents[2]
IMAGE = os.environ.get("IMAGE", "serverless-async-api:0.1.0")
_TIMEOUT_S = 150
_PROJECT_LABEL = "com.docker.compose.project"

type Done = subprocess.CompletedProcess[str]


def docker(*arguments: str, timeout_s: float = _TIMEOUT_S) -> Done:
    return subprocess.run(["docker", *arguments], capture_output=True, text=True, timeout=timeout_s, check=False)


def docker_text(*arguments: str) -> str:
    """What a command that succeeds prints."""
    done = docker(*arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def in_image(program: str) -> str:
    """What a Python program prints in a container of the image, which has no network."""
    return docker_text("run", "--rm", "--network", "none", "--entrypoint", "python3", IMAGE, "-c", program)


def run_harness(*arguments: str, timeout_s: float = _TIMEOUT_S) -> Done:
    return subprocess.run(harness_command(*arguments), capture_output=True, text=True, timeout=timeout_s, check=False)


def harness_command(*arguments: str) -> list[str]:
    return [sys.executable, "-c", "from harness.command_line import main; main()", *arguments]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@dataclass(frozen=True)
class Project:
    """One compose project, with names and a port that nobody else has."""

    name: str
    files: Sequence[str] = ("docker-compose.yml",)
    settings: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)

    def compose(self, *arguments: str) -> Done:
        """Run `docker compose`, as a person would, and return how it ended."""
        files = [word for file in self.files for word in ("--file", str(CHECKOUT / file))]
        command = ["docker", "compose", "--project-name", self.name, "--progress", "plain", *files, *arguments]
        environment = os.environ | {"PORT": str(self.port), "IMAGE": IMAGE, **self.settings}
        return subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S, env=environment, check=False)

    def up(self) -> None:
        done = self.compose("up", "--wait", "--no-build")
        assert done.returncode == 0, done.stderr + self.compose("logs").stdout

    def down(self) -> None:
        done = self.compose("--profile", "verify", "down", "--volumes", "--timeout", "5")
        assert done.returncode == 0, done.stderr

    def container(self, service: str) -> str:
        """The name of a service's container."""
        return f"{self.name}-{service}-1"

    def inspect(self, service: str) -> dict[str, Any]:
        (found,) = json.loads(docker_text("inspect", self.container(service)))
        return dict(found)

    def outputs(self) -> dict[str, Any]:
        """What the bootstrap wrote."""
        return dict(json.loads(docker_text("exec", self.container("engine"), "cat", "/stack/outputs.json")))

    @property
    def endpoint_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def leftovers(self) -> list[str]:
        """Everything of the project that Docker still has."""
        mine = f"label={_PROJECT_LABEL}={self.name}"
        return [
            *docker_text("ps", "--all", "--quiet", "--filter", mine).split(),
            *docker_text("volume", "ls", "--quiet", "--filter", mine).split(),
            *docker_text("network", "ls", "--quiet", "--filter", mine).split(),
        ]
