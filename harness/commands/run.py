"""`harness run`: drive flows and judge them."""

import json
import os
import re
import secrets
import shutil
from pathlib import Path
from typing import Final

import click
from rich.console import Console

from harness import report
from harness.commands.options import (
    account_option,
    json_option,
    region_option,
    stack_name_option,
    state_dir_option,
)
from harness.deployment import deploy, outputs_path
from harness.engines import Engine
from harness.engines.embedded import ANY_FREE_PORT, EmbeddedEngine, JoinedEngine, running_engine
from harness.engines.external import ExternalEngine
from harness.engines.transient import transient_state_dir
from harness.errors import ExitCode, MisuseError
from harness.flow import FlowPolicy
from harness.phases import Phases
from harness.progress import show_progress
from harness.run import RunRequest, Surroundings, perform
from harness.statistics import MAX_RECORDABLE_S
from harness.workload import Workload

_MAX_CLIENTS: Final = 1000
_MAX_FLOWS: Final = 1_000_000
_SEED_BITS: Final = 32


class PhaseMs(click.ParamType):
    """`NAME=...ms`."""

    name = "phase"

    def convert(
        self, value: str, parameter: click.Parameter | None, context: click.Context | None
    ) -> tuple[str, float]:
        """Return the name and the milliseconds."""
        if not (match := re.fullmatch(r"([a-z][a-z-]{0,30})=(\d{1,9})ms", value)):
            self.fail(f"{value!r} is not like install=3214ms", parameter, context)
        return match[1], float(match[2])


@click.command(
    short_help="Drive flows, judge them, time them.",
    epilog=(
        "\b\nExamples:\n"
        "  harness run\n"
        "  harness run --flows 1000 --clients 50 --seed 7\n"
        "  harness run --engine external --endpoint-url http://127.0.0.1:4566 --json\n"
    ),
)
@click.option(
    "--flows",
    type=click.IntRange(1, _MAX_FLOWS),
    metavar="N",
    default=100,
    show_default=True,
    help="How many users to create, poll for and retrieve.",
)
@click.option(
    "--clients",
    type=click.IntRange(1, _MAX_CLIENTS),
    metavar="N",
    default=10,
    show_default=True,
    help="How many flows at once.",
)
@click.option("--seed", type=click.IntRange(min=0), metavar="N", help="The same seed sends the same.  [default: drawn]")
@click.option(
    "--poll-interval-ms",
    type=click.IntRange(1, 60_000),
    metavar="MS",
    default=50,
    show_default=True,
    help="How long a client waits between an answer and its next poll.",
)
@click.option(
    "--flow-timeout-s",
    type=click.IntRange(1, MAX_RECORDABLE_S // 2),
    metavar="S",
    default=60,
    show_default=True,
    help="How long one flow may take, from its create to its user.",
)
@click.option(
    "--engine",
    type=click.Choice(["embedded", "external"]),
    default="embedded",
    show_default=True,
    help="A process of ours, or any endpoint.",
)
@click.option("--endpoint-url", metavar="URL", help="Where the external engine is.")
@region_option
@account_option
@stack_name_option
@click.option(
    "--phase",
    "phases_before",
    type=PhaseMs(),
    multiple=True,
    metavar="NAME=...ms",
    help="Time that was spent before, for the table of where it went.",
)
@json_option
@state_dir_option
@click.pass_context
def run(
    context: click.Context,
    *,
    flows: int,
    clients: int,
    seed: int | None,
    poll_interval_ms: int,
    flow_timeout_s: int,
    engine: str,
    endpoint_url: str | None,
    region: str,
    account: str,
    stack_name: str,
    phases_before: tuple[tuple[str, float], ...],
    as_json: bool,
    state_dir: Path,
) -> None:
    """Deploy the stack and drive flows at it: each creates a user, polls until it is visible, retrieves it.

    The engine of this checkout is used if it runs (`harness up`), and left running. Else one is started on a
    free port for this run alone, and stopped.

    Exit codes: 0 every user came back exactly as it was sent, 1 a flow failed, 2 none failed and not all are
    known, 130 Ctrl-C; 64 and up when no run could be made.
    """
    phases = Phases(dict(phases_before))
    request = RunRequest(
        workload=Workload(secrets.randbits(_SEED_BITS) if seed is None else seed, flows),
        policy=FlowPolicy(poll_interval_s=poll_interval_ms / 1000, flow_timeout_s=flow_timeout_s),
        clients=clients,
        account=account,
        region=region,
        stack_name=stack_name,
    )
    own_dir = transient_state_dir(state_dir)
    chosen, outputs_dir = _choose_engine(engine, endpoint_url, state_dir, own_dir)
    surroundings = context.find_object(Surroundings) or _real_surroundings()
    done = perform(request, chosen, outputs_path(outputs_dir, stack_name), phases, surroundings)
    if done.deployment is None:
        raise KeyboardInterrupt  # nothing was driven: there is nothing to judge
    if done.exit_code is ExitCode.VALID:
        shutil.rmtree(own_dir, ignore_errors=True)
    if as_json:
        click.echo(json.dumps(report.as_json(done)))
    else:
        Console().print(report.as_text(done), soft_wrap=True)
    context.exit(done.exit_code)


def _choose_engine(kind: str, endpoint_url: str | None, state_dir: Path, own_dir: Path) -> tuple[Engine, Path]:
    """Return the engine to run on, and the folder that the outputs of the stack on it belong in."""
    if kind == "external":
        if endpoint_url is None:
            raise MisuseError("--engine external needs --endpoint-url; give one like http://127.0.0.1:4566")
        return ExternalEngine(endpoint_url), own_dir
    if endpoint_url is not None:
        raise MisuseError("--endpoint-url is for --engine external; leave one out, or add the other")
    if running := running_engine(state_dir / "engine"):
        return JoinedEngine(running), state_dir
    return EmbeddedEngine(own_dir / "engine", port=ANY_FREE_PORT, stop_with_pid=os.getpid()), own_dir


def _real_surroundings() -> Surroundings:
    from harness.aiohttp_transport import AiohttpTransport  # noqa: PLC0415 - aiohttp is slow to import

    return Surroundings(deploy, AiohttpTransport, lambda: show_progress(Console(stderr=True)))
