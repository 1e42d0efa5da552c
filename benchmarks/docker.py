"""What Docker costs: the image, its build, `up --wait`, and flows a second in a container against the embedded engine.

Both engines serve the same stack on this machine, in turns, so that what else runs here slows both. Needs a Docker with
compose and buildx, and the base image. Run it by `python -m benchmarks.docker`.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import click

from benchmarks.load import drive_flows
from harness.deployment import DeploymentRequest, deploy
from harness.engines import Engine
from harness.engines.checkout import make_container
from harness.engines.container import IMAGE
from harness.engines.embedded import ANY_FREE_PORT, EmbeddedEngine
from harness.errors import HarnessError, UnavailableError

_CHECKOUT: Final = Path(__file__).parents[1]
_COMMAND_TIMEOUT_S: Final = 900
_WARM_UP_S: Final = 3.0
# What the image is made of, and so what a build has to see.
SOURCES: Final = (
    ".dockerignore", "Dockerfile", "authorizer", "consumer", "container", "emulator", "harness", "infra", "model",
    "pyproject.toml", "runtime.lock", "tools",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DockerFigures:
    """All figures of one run. Seconds, bytes, flows a second; of several rounds the median."""

    image_bytes: int
    base_bytes: int
    build_cold_s: float
    """No layer is there; the packages may be in the builder's cache of downloads."""
    build_after_edit_s: float
    """Of the consumer."""
    up_s: float
    """`docker compose up --wait`, from nothing but the image."""
    container_flows_per_s: float
    embedded_flows_per_s: float

    @property
    def ratio(self) -> float:
        """The container's flows for each of the embedded engine's."""
        return self.container_flows_per_s / self.embedded_flows_per_s


@click.command()
@click.option("--base", default="python:3.13-slim", show_default=True, envvar="BASE", help="The base image.")
@click.option("--clients", type=click.IntRange(1, 200), default=10, show_default=True)
@click.option("--window-s", type=click.FloatRange(1, 120), default=10, show_default=True, help="Of one measurement.")
@click.option("--rounds", type=click.IntRange(1, 20), default=3, show_default=True, help="Of both engines in turn.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of lines.")
def main(*, base: str, clients: int, window_s: float, rounds: int, as_json: bool) -> None:
    """Measure what Docker costs."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            cold_s, edited_s = build_times(Path(folder), base)
        up_s = time_up()
        per_s = flows_per_s(clients, window_s, rounds)
        figures = DockerFigures(image_bytes(IMAGE), image_bytes(base), cold_s, edited_s, up_s, *per_s)
    except HarnessError as error:
        click.echo(f"benchmarks.docker: {error}", err=True)
        sys.exit(error.exit_code)
    print(json.dumps(asdict(figures)) if as_json else as_text(figures))


def as_text(figures: DockerFigures) -> str:
    """Return the figures for a person, a line each."""
    own_bytes = figures.image_bytes - figures.base_bytes
    lines = {
        "image": f"{figures.image_bytes / 1e6:.0f} MB, {own_bytes / 1e6:.0f} MB of it on top of the base",
        "build, cold": f"{figures.build_cold_s:.1f} s",
        "build, consumer edited": f"{figures.build_after_edit_s:.1f} s",
        "up --wait": f"{figures.up_s:.1f} s",
        "flows/s, container": f"{figures.container_flows_per_s:.1f}",
        "flows/s, embedded": f"{figures.embedded_flows_per_s:.1f}",
        "container / embedded": f"{figures.ratio:.2f}",
    }
    return "\n".join(f"{name:24}{value}" for name, value in lines.items())


def build_times(folder: Path, base: str) -> tuple[float, float]:
    """Build a copy of the checkout in `folder` without a cached layer, then again with the consumer edited."""
    for name in SOURCES:
        source = _CHECKOUT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    build = ["tools/docker-build", "--quiet"]
    environment = {"BASE": base, "IMAGE": f"{IMAGE}-measured"}
    cold_s = timed([*build, "--no-cache"], folder, environment)
    with (folder / "consumer" / "handler.py").open("a") as handler:
        handler.write(f"# edited {time.time_ns()}\n")
    edited_s = timed(build, folder, environment)
    timed(["docker", "image", "rm", f"{IMAGE}-measured"], folder, {})
    return cold_s, edited_s


def time_up() -> float:
    """Return how long `up --wait` takes with nothing there but the image."""
    compose = ["docker", "compose", "--project-name", f"benchmark-{os.getpid()}"]
    environment = {"IMAGE": IMAGE, "PORT": os.environ.get("PORT", "4566")}
    try:
        return timed([*compose, "up", "--wait", "--no-build"], _CHECKOUT, environment)
    finally:
        timed([*compose, "down", "--volumes"], _CHECKOUT, environment)


def flows_per_s(clients: int, window_s: float, rounds: int) -> tuple[float, float]:
    """Return the medians of the container engine and of the embedded one, measured in turns."""
    with tempfile.TemporaryDirectory() as folder:
        own, owner = Path(folder), os.getpid()
        engines: list[Engine] = [make_container(own / "container", port=ANY_FREE_PORT, owner_pid=owner)]
        engines.append(EmbeddedEngine(own / "embedded", port=ANY_FREE_PORT, stop_with_pid=owner))
        try:
            urls = [deployed(engine, own / f"{number}.json") for number, engine in enumerate(engines)]
            for url in urls:
                drive_flows(url, clients, window_s=_WARM_UP_S, seed=0)
            measured = [
                [drive_flows(url, clients, window_s=window_s, seed=seed).per_s for url in urls]
                for seed in range(1, rounds + 1)
            ]
        finally:
            for engine in engines:
                engine.stop()
    container, embedded = (statistics.median(column) for column in zip(*measured, strict=True))
    return container, embedded


def deployed(engine: Engine, outputs: Path) -> str:
    """Start the engine, deploy to it, and return the API's URL."""
    return deploy(DeploymentRequest(engine.start().endpoint_url), outputs).api_url


def image_bytes(image: str) -> int:
    """Return the size of an image, all its layers together."""
    command = ["docker", "image", "inspect", "--format", "{{.Size}}", image]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def timed(command: Sequence[str], folder: Path, environment: dict[str, str]) -> float:
    """Run a command in a folder; return its seconds.

    Raises:
        UnavailableError: it failed; the text has its last line.
    """
    started = time.monotonic()
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=_COMMAND_TIMEOUT_S,
        check=False,
    )
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip() or "nothing").splitlines()[-1]
        raise UnavailableError(f"{' '.join(command)}: exit code {done.returncode}: {said}")
    return time.monotonic() - started


if __name__ == "__main__":
    main()
