"""What it costs that the API asks who calls: the stack with `NONE`, `AWS_IAM` and `JWT`, side by side on one engine.

Each round asks each stack in turn: reads over and over, then flows. A read's cost is what it takes longer than one
of the same round that nobody is asked about; a part of it is the client's, which signs, and is measured by itself.
Run it by `python -m benchmarks.authorization`.
"""

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click
from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.aws import StackResources, new_message_ids
from benchmarks.load import drive_flows, status_rate
from harness.callers import Auth, Caller, Callers
from harness.callers.of_run import callers_of_run
from harness.engines.embedded import ANY_FREE_PORT, EmbeddedEngine
from harness.errors import HarnessError
from harness.stack.deployment import Deployment, DeploymentRequest, deploy
from harness.transport import Request
from harness.workload import Workload
from harness.workload.arrival import ClosedLoop

CONNECTIONS: Final = 2
CLIENTS: Final = 10
_WARM_UP_FLOWS: Final = 20
_WRITE_S: Final = 10
_REQUESTS: Final = 2_000

type Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Contestant:
    """One deployed stack, and who may call it."""

    deployment: Deployment
    callers: Callers
    message_id: str

    def measure(self, window_s: float, seed: int) -> Figures:
        """Return a round's figures: reads and flows a second, and what the caller's own part of a call takes."""
        url = self.deployment.api_url
        rate = status_rate(
            url, self.message_id, connections=CONNECTIONS, window_s=window_s, caller=self.callers.authorized_caller
        )
        flows = drive_flows(url, CLIENTS, window_s=window_s, seed=seed, callers=self.callers)
        return {"reads/s": rate, "client, us": client_us(self.callers.authorized_caller, url), "flows/s": flows.per_s}


@click.command()
@click.option("--rounds", type=click.IntRange(1, 20), default=5, show_default=True)
@click.option(
    "--window-s", type=click.FloatRange(0.5, 60), default=5, show_default=True, help="Of reads, and of flows."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object: each figure of each round.")
def main(rounds: int, window_s: float, as_json: bool) -> None:
    """Measure some rounds, and print medians."""
    measured: dict[str, list[Figures]] = {auth: [] for auth in Auth}
    try:
        with contestants() as those:
            for number in range(1, rounds + 1):
                print(f"round {number} of {rounds}", file=sys.stderr)
                for auth, contestant in those.items():
                    measured[auth].append(contestant.measure(window_s, number))
    except HarnessError as error:
        raise SystemExit(f"authorization: {error}") from error
    if as_json:
        print(json.dumps(measured))
    else:
        Console().print(as_table(measured))


@contextmanager
def contestants() -> Iterator[Mapping[Auth, Contestant]]:
    """Have one engine with a stack of each kind, warm, while the block runs."""
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="authorization-")))
        engine = EmbeddedEngine(folder / "engine", port=ANY_FREE_PORT, stop_with_pid=os.getpid())
        held.callback(engine.stop)
        endpoint_url = engine.start().endpoint_url
        yield {auth: _contestant(endpoint_url, auth, folder, held) for auth in Auth}


def _contestant(endpoint_url: str, auth: Auth, folder: Path, held: ExitStack) -> Contestant:
    stack_name = f"users-{auth}"
    request = DeploymentRequest(endpoint_url, stack_name=stack_name, auth=auth)
    deployment = deploy(request, folder / f"{stack_name}.json")
    workload = Workload(0, 1, ClosedLoop(1), auth=auth)
    callers = held.enter_context(callers_of_run(deployment, workload))
    drive_flows(deployment.api_url, 1, window_s=_WRITE_S, seed=-1, most=_WARM_UP_FLOWS, callers=callers)
    (message_id,) = new_message_ids(1)
    StackResources(deployment).write_users([message_id], most_s=_WRITE_S)
    return Contestant(deployment, callers, message_id)


def client_us(caller: Caller, api_url: str) -> float:
    """Return how long a caller takes to make a request its own, in microseconds."""
    request = Request("GET", f"{api_url}/status/x", {"Accept": "application/json"})
    began_s = time.perf_counter()
    for _ in range(_REQUESTS):
        caller.authorized(request)
    return (time.perf_counter() - began_s) / _REQUESTS * 1e6


def more_us(rounds: Sequence[Figures], plain: Sequence[Figures]) -> float:
    """Return what a read takes longer than a plain one of its round, in the median, in microseconds. Pure."""
    pairs = zip(rounds, plain, strict=True)
    return statistics.median(1e6 / each["reads/s"] - 1e6 / other["reads/s"] for each, other in pairs)


def as_table(measured: Mapping[str, list[Figures]]) -> Table:
    """Return the medians of each kind, and what a read costs more than one that nobody is asked about."""
    medians = {
        auth: {name: statistics.median(figures[name] for figures in rounds) for name in rounds[0]}
        for auth, rounds in measured.items()
    }
    title = (
        f"medians of {len(measured[Auth.NONE])} rounds; {CONNECTIONS} connections read, {CLIENTS} clients make flows"
    )
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left")
    table.add_column("who may call", no_wrap=True)
    for column in ("reads/s", "a read more, us", "of it the client, us", "flows/s", "flows/s least..most"):
        table.add_column(column, justify="right")
    for auth, figures in medians.items():
        spread = [each["flows/s"] for each in measured[auth]]
        table.add_row(
            auth,
            f"{figures['reads/s']:.0f}",
            f"{more_us(measured[auth], measured[Auth.NONE]):.0f}",
            f"{figures['client, us']:.1f}",
            f"{figures['flows/s']:.1f}",
            f"{min(spread):.1f}..{max(spread):.1f}",
        )
    return table


if __name__ == "__main__":
    main()
