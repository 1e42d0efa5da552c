"""Measures our driver and Locust side by side: `python -m benchmarks.driver`.

Rounds alternate: Locust, ours, Locust, ours. Each client is a new process against a new server, and makes the same
number of the same flows with as many users. A round has two parts: every answer at once, which shows what a call costs
the client, and every answer held for 20 ms, which shows how far what the client measures is from the truth. Memory is
looked at once, over a longer run. Installing Locust, in a folder of its own, comes first and takes seconds.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click
import requests
from rich.console import Console

from benchmarks.driver.figures import (
    CLIENTS,
    LOCUST,
    TO_REACH_PER_CORE,
    ClientFigures,
    as_json,
    as_table,
    error,
    growth,
    speed,
)
from harness.errors import HarnessError, UnavailableError

_CHECKOUT: Final = Path(__file__).parents[2]
_LOCUST_DIR: Final = _CHECKOUT / ".harness" / "locust"
_POLL_INTERVAL_S: Final = 0.001
_CLIENT_TIMEOUT_S: Final = 900
_SERVER_TIMEOUT_S: Final = 30
_WIDTH: Final = 120


@dataclass(frozen=True, slots=True)
class Part:
    """What a client is to do."""

    flows: int
    users: int
    delay_ms: float = 0
    flows_early: int = 1
    """When its memory is looked at first."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How much of everything is done."""

    fast: Part
    held: Part
    long: Part


FULL: Final = Effort(
    fast=Part(flows=8000, users=20),
    held=Part(flows=800, users=10, delay_ms=20),
    long=Part(flows=60_000, users=20, flows_early=20_000),
)
QUICK: Final = Effort(
    fast=Part(flows=1000, users=20),
    held=Part(flows=100, users=10, delay_ms=20),
    long=Part(flows=3000, users=20, flows_early=1000),
)


@click.command()
@click.option("--rounds", type=click.IntRange(1, 20), default=3, show_default=True)
@click.option("--quick", is_flag=True, help="One short round: shows that it works, not how fast anything is.")
@click.option("--json", "as_json_", is_flag=True, help="Print one JSON object: each figure of each round.")
def main(rounds: int, quick: bool, as_json_: bool) -> None:
    """Measure both clients in turn, and print medians and spread."""
    effort, rounds = (QUICK, 1) if quick else (FULL, rounds)
    try:
        install_locust()
        measured = measure(effort, rounds)
    except HarnessError as failure:
        print(f"driver: {failure}", file=sys.stderr)
        raise SystemExit(failure.exit_code) from failure
    if as_json_:
        print(json.dumps(as_json(measured)))
        return
    Console(width=None if sys.stdout.isatty() else _WIDTH).print(as_table(measured, title(effort, rounds)))


def install_locust() -> None:
    """See to it that Locust is there, exactly as it is locked.

    Raises:
        UnavailableError: it could not be installed; the line above says why.
    """
    done = subprocess.run([_CHECKOUT / "tools" / "install-locust", _LOCUST_DIR], check=False)
    if done.returncode != 0:
        raise UnavailableError("Locust could not be installed; see above")


def measure(effort: Effort, rounds: int) -> dict[str, list[dict[str, float]]]:
    """Return the figures of every round of every client; the first round also has the memory's.

    Raises:
        UnavailableError: a client did not do all that it should, or the server did not come up.
    """
    measured: dict[str, list[dict[str, float]]] = {client: [] for client in CLIENTS}
    for number in range(1, rounds + 1):
        for client in CLIENTS:
            say(f"round {number} of {rounds}: {client}")
            figures = speed(run_part(client, effort.fast)[0]) | error(*run_part(client, effort.held))
            measured[client].append(figures)
    for client in CLIENTS:
        say(f"memory: {client}")
        measured[client][0] |= growth(run_part(client, effort.long)[0])
    return measured


def run_part(client: str, part: Part) -> tuple[ClientFigures, dict[str, dict[str, float]]]:
    """Return what the client says, and how long the server held what it was asked.

    Raises:
        UnavailableError: a call failed, or something else came back than was sent.
    """
    with tempfile.TemporaryDirectory(prefix="driver-") as folder, serving(part.delay_ms) as url:
        path = Path(folder) / "figures.json"
        if client == LOCUST:
            run_locust(url, part, path)
        else:
            run_ours(url, part, path)
        figures = ClientFigures.from_json(json.loads(path.read_text()))
        held: dict[str, dict[str, float]] = requests.get(f"{url}/held", timeout=_SERVER_TIMEOUT_S).json()
    if figures.errors:
        raise UnavailableError(f"{client}: {figures.errors} errors in {figures.calls} calls; what it cost is no figure")
    return figures, held


@contextmanager
def serving(delay_ms: float) -> Iterator[str]:
    """Have a server while the block runs; it ends when its standard input does, also when we are killed."""
    command = [sys.executable, "-m", "benchmarks.driver.server", "--delay-ms", str(delay_ms)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=_CHECKOUT) as server:
        assert server.stdin  # noqa: S101 - both are pipes
        assert server.stdout  # noqa: S101 - as above
        port = server.stdout.readline().strip()
        if not port:
            raise UnavailableError("the fixed server did not come up; its last words are above")
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.stdin.close()


def run_ours(url: str, part: Part, figures: Path) -> None:
    """Run our driver."""
    command = [sys.executable, "-m", "benchmarks.driver.ours", "--url", url, "--figures", str(figures)]
    command += ["--flows", str(part.flows), "--users", str(part.users), "--sample-at", str(part.flows_early)]
    command += ["--poll-interval-s", str(_POLL_INTERVAL_S)]
    run_client(command, {})


def run_locust(url: str, part: Part, figures: Path) -> None:
    """Run Locust: one process, all users at once, without its web page."""
    users = str(part.users)
    command = [str(_LOCUST_DIR / "bin" / "locust"), "--locustfile", str(Path(__file__).with_name("locustfile.py"))]
    command += ["--headless", "--users", users, "--spawn-rate", users, "--host", url]
    command += ["--only-summary", "--loglevel", "ERROR"]
    run_client(
        command,
        {
            "FLOWS": str(part.flows),
            "SAMPLE_AT": str(part.flows_early),
            "POLL_INTERVAL_S": str(_POLL_INTERVAL_S),
            "FIGURES": str(figures),
        },
    )


def run_client(command: list[str], environment: dict[str, str]) -> None:
    """Run a client to its end; what it says is shown if it fails."""
    # PATH alone: neither client shall find settings that were meant for something else.
    surroundings = {"PATH": "/usr/bin:/bin", **environment}
    done: subprocess.CompletedProcess[Any] = subprocess.run(
        command, check=False, capture_output=True, text=True, cwd=_CHECKOUT, env=surroundings, timeout=_CLIENT_TIMEOUT_S
    )
    if done.returncode != 0:
        print(done.stdout + done.stderr, file=sys.stderr)
        raise UnavailableError(f"{Path(command[0]).name} ended with {done.returncode}; see above")


def title(effort: Effort, rounds: int) -> str:
    """Return what the table is of."""
    fast, held, long = effort.fast, effort.held, effort.long
    return (
        f"Medians of {rounds} rounds (least..most). At once: {fast.flows:,} flows by {fast.users} users.\n"
        f"Held: {held.flows:,} flows by {held.users} users, {held.delay_ms:g} ms. "
        f"Memory: from {long.flows_early:,} to {long.flows:,} flows.\n"
        f"To reach: {TO_REACH_PER_CORE:,} calls a second and core."
    )


def say(line: str) -> None:
    """Show progress."""
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
