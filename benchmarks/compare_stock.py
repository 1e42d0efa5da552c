"""Stock LocalStack against our engine: every figure of the table in README.md, in one run.

Rounds alternate: stock, ours, stock, ours. One engine is alive at a time, for there are two cores, and the
other one's pollers and collectors would be in the figures. Before the first round each engine is started and
deployed to once, unmeasured, so that every round is a warm one. Run it by `python -m benchmarks.compare_stock`.

The stock engine is the same LocalStack in host mode with our process executor and moto behind DynamoDB, everything
else as shipped (see `benchmarks/stock`).
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click
from rich.console import Console

from benchmarks.aws import StackResources, new_message_ids
from benchmarks.comparison import OURS, STOCK, as_json, as_table, compare
from benchmarks.effort import OURS_FULL, OURS_QUICK, STOCK_FULL, STOCK_QUICK, Effort
from benchmarks.load import create_rate, drive_flows, status_rate
from benchmarks.stock.engine import StockEngine
from harness.engines import Engine
from harness.engines.embedded import ANY_FREE_PORT, EmbeddedEngine
from harness.errors import HarnessError, UnavailableError
from harness.stack.deployment import Deployment, DeploymentRequest, bootstrap_ahead, deploy

_CONNECTIONS: Final = 2
_WIDTH: Final = 180
_WARM_UP_FLOWS: Final = 3
_WARM_UP_S: Final = 30


@dataclass(frozen=True, slots=True)
class Contestant:
    """One of the two engines: how to make it, where it lives, and how much of everything it gets."""

    name: str
    make: Callable[[Path], Engine]
    folder: Path
    effort: Effort


@click.command()
@click.option("--rounds", type=click.IntRange(1, 20), default=5, show_default=True)
@click.option("--quick", is_flag=True, help="One short round: shows that it works, not how fast anything is.")
@click.option("--json", "as_json_", is_flag=True, help="Print one JSON object: each figure of each round.")
def main(rounds: int, quick: bool, as_json_: bool) -> None:
    """Measure both engines in turn, and print medians, spread and ratios."""
    rounds = 1 if quick else rounds
    with tempfile.TemporaryDirectory(prefix="compare-stock-") as folder:
        contestants = make_contestants(Path(folder), quick=quick)
        try:
            measured = measure(contestants, rounds)
        except HarnessError as error:
            print(f"compare_stock: {error}", file=sys.stderr)
            raise SystemExit(error.exit_code) from error
    compared = compare(measured)
    if as_json_:
        print(json.dumps(as_json(measured, compared)))
        return
    Console(width=None if sys.stdout.isatty() else _WIDTH).print(as_table(compared, title(contestants, rounds)))


def make_contestants(folder: Path, *, quick: bool) -> tuple[Contestant, ...]:
    """Return stock and ours, in the order in which they are measured."""
    stock, ours = (STOCK_QUICK, OURS_QUICK) if quick else (STOCK_FULL, OURS_FULL)
    return (
        Contestant(STOCK, StockEngine, folder / STOCK, stock),
        Contestant(OURS, embedded_engine, folder / OURS, ours),
    )


def embedded_engine(folder: Path) -> Engine:
    """Return our engine, on any free port."""
    return EmbeddedEngine(folder / "engine", port=ANY_FREE_PORT, stop_with_pid=os.getpid())


def measure(contestants: tuple[Contestant, ...], rounds: int) -> dict[str, list[dict[str, float]]]:
    """Return the figures of every round of every contestant.

    Raises:
        HarnessError: an engine or its stack did not come up, or did not answer as it should.
    """
    measured: dict[str, list[dict[str, float]]] = {each.name: [] for each in contestants}
    for each in contestants:
        say(f"{each.name}: warming the caches")
        OneRound(each, seed=0).come_up()
    for number in range(1, rounds + 1):
        for each in contestants:
            say(f"round {number} of {rounds}: {each.name}")
            measured[each.name].append(OneRound(each, seed=number).run())
    return measured


class OneRound:
    """One engine, from its start to its stop."""

    def __init__(self, contestant: Contestant, seed: int) -> None:
        self._contestant = contestant
        self._effort = contestant.effort
        self._engine = contestant.make(contestant.folder)
        self._seed = seed
        self._figures: dict[str, float] = {}

    def come_up(self) -> None:
        """Start, deploy and stop: what that leaves in caches is what makes the next start a warm one."""
        try:
            self._bring_up()
        finally:
            self._engine.stop()

    def run(self) -> dict[str, float]:
        """Return every figure. The order keeps the table small until its growth is measured."""
        try:
            deployment = self._bring_up()
            message_id = self._warm_up(deployment)
            self._measure_status(deployment, message_id)
            self._measure_flows(deployment)
            self._measure_creates(deployment)
            self._measure_drain(deployment)
            self._measure_growth(deployment)
        finally:
            self._engine.stop()
        return self._figures

    def _bring_up(self) -> Deployment:
        began_s = time.monotonic()
        with bootstrap_ahead() as deploy_ahead:  # as `harness run` does
            deployment = self._deploy(self._engine.start().endpoint_url, "users-api", deploy_ahead)
        self._note("up_s", time.monotonic() - began_s)
        return deployment

    def _deploy(
        self,
        endpoint_url: str,
        stack_name: str,
        deploy_by: Callable[[DeploymentRequest, Path], Deployment] = deploy,
    ) -> Deployment:
        request = DeploymentRequest(endpoint_url, stack_name=stack_name)
        return deploy_by(request, self._contestant.folder / f"{stack_name}.json")

    def _warm_up(self, deployment: Deployment) -> str:
        """Make the first flows, which import and start things, and a user whose message ID is returned."""
        drive_flows(deployment.api_url, 1, window_s=_WARM_UP_S, seed=-1, most=_WARM_UP_FLOWS)
        return self._write_users(deployment, 1)

    def _write_users(self, deployment: Deployment, count: int) -> str:
        """Write users and return the message ID of the first."""
        message_ids = list(new_message_ids(count))
        written = StackResources(deployment).write_users(message_ids, most_s=self._effort.most_users_written_s)
        if not written:
            raise UnavailableError(f"{deployment.table_name}: no user could be written in time")
        if written < count:
            say(f"  only {written} of {count} users were written in time")
        return message_ids[0]

    def _measure_status(self, deployment: Deployment, message_id: str) -> None:
        self._note("status_per_s", self._status_rate(deployment, message_id))

    def _status_rate(self, deployment: Deployment, message_id: str) -> float:
        window_s = self._effort.window_s
        return status_rate(deployment.api_url, message_id, connections=_CONNECTIONS, window_s=window_s)

    def _measure_flows(self, deployment: Deployment) -> None:
        for clients in (1, 10, 50):
            flows = drive_flows(deployment.api_url, clients, window_s=self._effort.window_s, seed=self._seed)
            self._note(f"flows_{clients}_per_s", flows.per_s)
            self._note(f"visible_{clients}_p50_ms", flows.visible.p50_ms or 0)
            self._note(f"visible_{clients}_p99_ms", flows.visible.p99_ms or 0)
            self._note(f"flows_{clients}_not_completed", flows.not_completed)
            # What flows that were given up left behind is not to be done during the next measurement.
            StackResources(deployment).purge_queue()

    def _measure_creates(self, deployment: Deployment) -> None:
        rate = create_rate(deployment.api_url, connections=_CONNECTIONS, window_s=self._effort.window_s)
        self._note("create_per_s", rate)
        StackResources(deployment).purge_queue()

    def _measure_drain(self, deployment: Deployment) -> None:
        effort = self._effort
        rate = StackResources(deployment).drain_rate(effort.drained_messages, most_s=effort.most_drain_s)
        self._note("drain_per_s", rate)

    def _measure_growth(self, deployment: Deployment) -> None:
        """Compare the time of a status in a small and in a large table: of a stack of their own, so that it is known.

        Sizes are what is written; nothing else writes to that table.
        """
        effort = self._effort
        growing = self._deploy(deployment.endpoint_url or "", "growing")
        message_id = self._write_users(growing, effort.small_table_users)
        small = self._status_rate(growing, message_id)
        self._note("small_table_per_s", small)
        self._write_users(growing, effort.large_table_users - effort.small_table_users)
        large = self._status_rate(growing, message_id)
        self._note("large_table_per_s", large)
        self._note("growth_ratio", small / large)

    def _note(self, key: str, value: float) -> None:
        self._figures[key] = value
        say(f"  {self._contestant.name} {key} {value:.4g}")


def title(contestants: tuple[Contestant, ...], rounds: int) -> str:
    """Return what the table is of."""
    sizes = "; ".join(
        f"{each.name}: {each.effort.large_table_users:,} users in the large table, "
        f"{each.effort.drained_messages:,} messages drained"
        for each in contestants
    )
    return f"Medians of {rounds} rounds (least..most). {sizes}"


def say(line: str) -> None:
    """Show progress."""
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
