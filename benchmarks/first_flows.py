"""How long the stack takes to come up, what it costs in memory, and how its first flows do.

Each round has an engine of its own: start, deploy, deploy again without a change, drive flows, stop. Run it
by `python -m benchmarks.first_flows`. On a machine that is busy with
something else its figures mean little.
"""

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import psutil
from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.kept_flows import drive_and_keep
from harness.engines import RunningEngine
from harness.engines.embedded import ANY_FREE_PORT, EmbeddedEngine
from harness.errors import HarnessError, UnavailableError
from harness.history import History
from harness.operations import FlowEnding
from harness.stack.deployment import Deployment, DeploymentRequest, deploy
from harness.timing import Figures as FlowFigures
from harness.timing.measure import measure
from harness.workload import Workload
from harness.workload.arrival import ClosedLoop
from harness.workload.payloads import PayloadMix
from harness.workload.polling import FixedInterval

type Figures = dict[str, float]
"""From "what, unit" to the value of one round."""

MIX = PayloadMix(unicode_share=0, hostile_share=0.2, limit_share=0, invalid_share=0)
POLLING = FixedInterval(0.05)
MEGABYTE = 1_000_000


@click.command()
@click.option("--rounds", type=click.IntRange(1, 20), default=5, show_default=True)
@click.option("--flows", type=click.IntRange(1, 10_000), default=100, show_default=True)
@click.option("--clients", type=click.IntRange(1, 100), default=10, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object: each figure of each round.")
def main(rounds: int, flows: int, clients: int, as_json: bool) -> None:
    """Measure some rounds, and print the median, the least and the most of every figure."""
    measured: list[Figures] = []
    for number in range(rounds):
        print(f"round {number + 1} of {rounds}", file=sys.stderr)
        with tempfile.TemporaryDirectory(prefix="first-flows-") as folder:
            try:
                workload = Workload(
                    number, flows, ClosedLoop(clients), payloads=MIX, polling=POLLING, confirming_polls=0
                )
                measured.append(measure_round(Path(folder), workload, clients))
            except HarnessError as error:
                raise SystemExit(f"first_flows: {error}") from error
    figures = {name: [round_[name] for round_ in measured] for name in measured[0]}
    if as_json:
        print(json.dumps({"flows": flows, "clients": clients, "figures": figures}))
    else:
        Console().print(as_table(figures, f"{flows} flows by {clients} clients, {rounds} rounds"))


def measure_round(folder: Path, workload: Workload, clients: int) -> Figures:
    """Return the figures of one round.

    Raises:
        HarnessError: the engine or the stack did not come up, or a flow did not complete: what a stack
            that is not sound costs is no figure.
    """
    figures: Figures = {}
    engine = EmbeddedEngine(folder / "engine", port=ANY_FREE_PORT, stop_with_pid=os.getpid())
    try:
        with timed(figures, "engine start, s"):
            running = engine.start()
        figures |= resident_memory(running, "idle")
        request = DeploymentRequest(running.endpoint_url)
        with timed(figures, "first deploy, s"):
            deployment = deploy(request, folder / "outputs.json")
        with timed(figures, "deploy without a change, s"):
            deploy(request, folder / "outputs.json")
        with timed(figures, "flows, s"):
            driven = drive_flows(workload, deployment, clients)
        figures |= flow_figures(driven) | resident_memory(running, "after the flows")
    finally:
        with timed(figures, "engine stop, s"):
            engine.stop()
    return figures


@contextmanager
def timed(figures: Figures, name: str) -> Iterator[None]:
    """Add the seconds that the block takes."""
    began_s = time.perf_counter()
    yield
    figures[name] = time.perf_counter() - began_s


def drive_flows(workload: Workload, deployment: Deployment, clients: int) -> FlowFigures:
    """Drive the workload, and return what was measured if every flow completed."""
    flows = drive_and_keep(workload, deployment.api_url, clients)
    for flow in flows:
        if flow.ending is not FlowEnding.COMPLETED:
            raise UnavailableError(f"flow {flow.number}: {flow.reason}; `harness run` shows what is wrong")
    return measure(History(flows, asked=workload.flows))


def flow_figures(driven: FlowFigures) -> Figures:
    """Return the throughput and the quantiles of each timing."""
    figures: Figures = {"flows a second": driven.flows_per_s}
    for name, quantiles in driven.timings.items():
        for quantile, value_ms in quantiles.to_json().items():
            if quantile != "count" and value_ms is not None:
                figures[f"{name} {quantile.removesuffix('_ms')}, ms"] = value_ms
    return figures


def resident_memory(engine: RunningEngine, when: str) -> Figures:
    """Return what the engine holds in memory, and what the processes that it started (functions) hold."""
    process = psutil.Process(engine.pid)
    children_bytes = 0
    for child in process.children(recursive=True):
        try:
            children_bytes += child.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return {
        f"engine's memory {when}, MB": process.memory_info().rss / MEGABYTE,
        f"functions' memory {when}, MB": children_bytes / MEGABYTE,
    }


def as_table(figures: dict[str, list[float]], title: str) -> Table:
    """Return a table of medians, least and most."""
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left")
    table.add_column("figure", no_wrap=True)
    for column in ("median", "least", "most"):
        table.add_column(column, justify="right")
    for name, values in figures.items():
        shown = (statistics.median(values), min(values), max(values))
        table.add_row(name, *(f"{value:.3g}" if value < 1 else f"{value:.1f}" for value in shown))
    return table


if __name__ == "__main__":
    main()
