"""What the engine holds in memory: idle, after 10,000 flows, and after more; and whether it still grows.

A table keeps its items, so some growth is due. What an item costs is measured apart, by writing users past the queue;
what a flow leaves beyond its item is what should be nothing. Run it by `python -m benchmarks.memory`.
"""

import json
import os
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import click
import psutil
from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.aws import StackResources, new_message_ids
from benchmarks.load import drive_flows
from harness.engines.embedded import ANY_FREE_PORT, EmbeddedEngine
from harness.errors import HarnessError, UnavailableError
from harness.stack.deployment import Deployment, DeploymentRequest, deploy

_STEP_FLOWS: Final = 10_000
_WRITE_TIMEOUT_S: Final = 120
_MEGABYTE: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Sample:
    """The engine's resident memory, once so much was done."""

    flows: int
    items_written: int
    resident_bytes: int
    functions_bytes: int
    """What the processes hold that the engine started."""


@dataclass(frozen=True, slots=True)
class Growth:
    """What is added to memory, in bytes."""

    since_flows: int
    """How many flows had been made when the growth by flows begins to count."""
    a_flow: float
    """In the second half of the steps: the first fills caches, and what is kept of functions' lines."""
    an_item: float

    @property
    def beyond_its_item(self) -> float:
        """What a flow leaves that is not its user in the table."""
        return self.a_flow - self.an_item


@click.command()
@click.option("--flows", type=click.IntRange(2, 100_000), default=30_000, show_default=True, help="How many in all.")
@click.option("--step", type=click.IntRange(1, 50_000), default=_STEP_FLOWS, show_default=True)
@click.option("--clients", type=click.IntRange(1, 100), default=20, show_default=True)
@click.option(
    "--most-s", type=click.IntRange(1, 7200), default=900, show_default=True, help="End flows after this time."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object: every sample, and the growth.")
def main(flows: int, step: int, clients: int, most_s: int, as_json: bool) -> None:
    """Measure the engine's memory while it works."""
    with tempfile.TemporaryDirectory(prefix="memory-") as folder:
        try:
            samples = measure(Path(folder), flows, step, clients, most_s)
            growth = growth_of(samples)
        except HarnessError as error:
            print(f"memory: {error}", file=sys.stderr)
            raise SystemExit(error.exit_code) from error
    if as_json:
        shown = {"a_flow": growth.a_flow, "an_item": growth.an_item, "beyond_its_item": growth.beyond_its_item}
        print(json.dumps({"samples": [asdict(sample) for sample in samples], "bytes": shown}))
        return
    Console().print(as_table(samples))
    print(
        f"After the first {growth.since_flows:,} flows, a flow adds {growth.a_flow:,.0f} bytes; an item takes "
        f"{growth.an_item:,.0f}, so {growth.beyond_its_item:,.0f} are left by the flow itself."
    )


def measure(folder: Path, flows: int, step: int, clients: int, most_s: float) -> list[Sample]:
    """Return samples: idle, after each step of flows, and last after as many items as a step has were written.

    Raises:
        HarnessError: the engine or its stack did not come up, or flows did not complete.
    """
    engine = EmbeddedEngine(folder / "engine", port=ANY_FREE_PORT, stop_with_pid=os.getpid())
    try:
        running = engine.start()
        if running.pid is None:
            raise UnavailableError("the engine does not say which process it is; its memory cannot be read")
        deployment = deploy(DeploymentRequest(running.endpoint_url), folder / "outputs.json")
        samples = [sample(running.pid, 0, 0)]
        give_up_at = time.monotonic() + most_s
        done = 0
        while done < flows and time.monotonic() < give_up_at:
            done += drive_step(deployment, clients, min(step, flows - done), give_up_at, seed=len(samples))
            samples.append(sample(running.pid, done, 0))
        written = StackResources(deployment).write_users(new_message_ids(step), most_s=_WRITE_TIMEOUT_S)
        samples.append(sample(running.pid, done, written))
    finally:
        engine.stop()
    return samples


def drive_step(deployment: Deployment, clients: int, flows: int, give_up_at: float, seed: int) -> int:
    """Make some flows, and return how many completed: all, or those begun before `give_up_at`."""
    window_s = max(1.0, give_up_at - time.monotonic())
    figures = drive_flows(deployment.api_url, clients, window_s=window_s, seed=seed, most=flows)
    if figures.not_completed:
        raise UnavailableError(f"{figures.not_completed} flows did not complete; `harness run` shows what is wrong")
    return figures.completed


def sample(pid: int, flows: int, items_written: int) -> Sample:
    """Read the memory of the engine and of what it started, and say so."""
    engine = psutil.Process(pid)
    functions_bytes = 0
    for child in engine.children(recursive=True):
        try:
            functions_bytes += child.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    taken = Sample(flows, items_written, engine.memory_info().rss, functions_bytes)
    done = f"{flows:,} flows, {items_written:,} items"
    print(f"{done}: {taken.resident_bytes / _MEGABYTE:.1f} MB", file=sys.stderr, flush=True)
    return taken


def growth_of(samples: list[Sample]) -> Growth:
    """Return what flows and items add. Pure.

    Args:
        samples: as `measure` returns them.

    Raises:
        UnavailableError: there was only one step of flows: of growth after it nothing is known.
    """
    *by_flows, with_items = samples
    if len(by_flows) < 3:  # noqa: PLR2004  - idle, the first step, and one more
        raise UnavailableError("only one step of flows was done; ask for more --flows, a smaller --step or more time")
    first, last = by_flows[len(by_flows) // 2], by_flows[-1]
    a_flow = (last.resident_bytes - first.resident_bytes) / (last.flows - first.flows)
    an_item = (with_items.resident_bytes - last.resident_bytes) / max(1, with_items.items_written)
    return Growth(first.flows, a_flow, an_item)


def as_table(samples: list[Sample]) -> Table:
    """Return the samples for a person."""
    table = Table(box=box.SIMPLE_HEAD)
    for column in ("flows", "items written", "engine, MB", "functions, MB"):
        table.add_column(column, justify="right")
    for each in samples:
        megabytes = (f"{value / _MEGABYTE:.1f}" for value in (each.resident_bytes, each.functions_bytes))
        table.add_row(f"{each.flows:,}", f"{each.items_written:,}", *megabytes)
    return table


if __name__ == "__main__":
    main()
