"""Where a flow's time goes in the engine: its threads sampled from outside while flows are driven at it.

The sampler is py-spy, a program that reads another process's stacks; it is not among the project's packages
(`pip install py-spy` anywhere on PATH). Run it by `python -m benchmarks.profile`.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click
from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.components import WAITING, hottest, shares
from benchmarks.load import FlowFigures, drive_flows
from harness.engines.embedded import ANY_FREE_PORT, EmbeddedEngine
from harness.errors import HarnessError, UnavailableError
from harness.stack.deployment import DeploymentRequest, deploy

_SAMPLES_A_SECOND: Final = 200
_MARGIN_S: Final = 30
_WARM_UP_FLOWS: Final = 20
_HOTTEST: Final = 15


@dataclass(frozen=True, slots=True)
class Profile:
    """What was sampled, and what was done meanwhile."""

    collapsed: list[str]
    flows: FlowFigures
    seconds: float


@click.command()
@click.option("--seconds", type=click.IntRange(2, 300), default=15, show_default=True)
@click.option("--clients", type=click.IntRange(1, 100), default=10, show_default=True)
@click.option(
    "--keep", type=click.Path(path_type=Path), help="Write the sampled stacks to this file, for a flame graph."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object: the share of each component.")
def main(seconds: int, clients: int, keep: Path | None, as_json: bool) -> None:
    """Drive flows, sample the engine, and print where the time went."""
    with tempfile.TemporaryDirectory(prefix="profile-") as folder:
        try:
            profile = take(Path(folder), seconds, clients)
        except HarnessError as error:
            print(f"profile: {error}", file=sys.stderr)
            raise SystemExit(error.exit_code) from error
    if keep:
        keep.write_text("".join(profile.collapsed))
    by_component = shares(profile.collapsed)
    if as_json:
        print(json.dumps({"flows_per_s": profile.flows.per_s, "shares": by_component}))
        return
    Console().print(components_table(by_component, profile, clients))
    Console().print(functions_table(hottest(profile.collapsed, _HOTTEST)))


def take(folder: Path, seconds: int, clients: int) -> Profile:
    """Return what an engine does while flows are driven at it.

    Raises:
        UnavailableError: there is no sampler, or it may not read the engine.
        HarnessError: the engine or its stack did not come up, or no flow completed.
    """
    sampler = shutil.which("py-spy")
    if sampler is None:
        raise UnavailableError("py-spy is not on PATH; install it (`pip install py-spy`) and run this again")
    engine = EmbeddedEngine(folder / "engine", port=ANY_FREE_PORT, stop_with_pid=os.getpid())
    try:
        running = engine.start()
        deployment = deploy(DeploymentRequest(running.endpoint_url), folder / "outputs.json")
        drive_flows(deployment.api_url, 1, window_s=_MARGIN_S, seed=0, most=_WARM_UP_FLOWS)
        stacks = folder / "stacks"
        command = [sampler, "record", "--pid", str(running.pid), "--duration", str(seconds), "--nonblocking"]
        command += ["--rate", str(_SAMPLES_A_SECOND), "--format", "raw", "--output", str(stacks)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as sampling:
            try:
                flows = drive_flows(deployment.api_url, clients, window_s=seconds, seed=1)
                said, _ = sampling.communicate(timeout=_MARGIN_S)
            except BaseException:
                sampling.kill()
                raise
        if sampling.returncode != 0 or not stacks.exists():
            last = (said.strip().splitlines() or ["nothing"])[-1]
            raise UnavailableError(f"py-spy could not sample pid {running.pid}; it said: {last}")
        return Profile(stacks.read_text().splitlines(keepends=True), flows, seconds)
    finally:
        engine.stop()


def components_table(by_component: dict[str, float], profile: Profile, clients: int) -> Table:
    """Return each component's share of the work, and what that is of a flow's time were all of it work."""
    busy = 1 - by_component.get(WAITING, 0)
    title = f"{profile.flows.completed} flows by {clients} clients, {profile.flows.per_s:.1f} a second"
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left")
    table.add_column("component")
    table.add_column("share of work", justify="right")
    table.add_column("ms a flow", justify="right")
    for component, share in by_component.items():
        if component != WAITING:
            table.add_row(component, f"{share / busy:.1%}", f"{share / busy * 1000 / profile.flows.per_s:.2f}")
    return table


def functions_table(functions: list[tuple[str, float]]) -> Table:
    """Return the functions in which the samples ended."""
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("function")
    table.add_column("share", justify="right")
    for function, share in functions:
        table.add_row(function, f"{share:.1%}")
    return table


if __name__ == "__main__":
    main()
