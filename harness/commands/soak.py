"""`harness soak`: many short runs under faults drawn at random, to see whether a stack survives all of them."""

import json
import secrets
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

import click
from rich.console import Console

from harness.commands.engine_choice import OWN_ENGINE_KINDS, own_engine, progressing_dependencies
from harness.commands.notations import Duration, FaultKinds
from harness.commands.options import consumer_dir_option, json_option, source_dir_option, state_dir_option
from harness.commands.run import QUICK_REDELIVERY
from harness.commands.stored import show, store_in
from harness.engines.transient import transient_state_dir
from harness.errors import ExitCode
from harness.faults import Fault
from harness.faults.catalogue import kind_named
from harness.replaying.trials import trials_on_stack
from harness.running.dependencies import RunDependencies
from harness.running.recording import View
from harness.running.request import RunRequest
from harness.running.site import Site
from harness.soaking.as_text import round_as_text, soak_as_json, soak_as_text
from harness.soaking.drawing import DEFAULT_FLOWS, LEAST_FLOWS, draw_round
from harness.soaking.round_maker import RoundMaker
from harness.soaking.rounds import Round
from harness.soaking.soak import Bounds, Standing, make_rounds
from harness.soaking.summary import Ended
from harness.stack.contracts import users_api_contract
from harness.stack.deployment import DEFAULT_ACCOUNT, DEFAULT_REGION, DEFAULT_STACK_NAME, outputs_path
from harness.store.runs import RunStore
from harness.terminal.progress import Prefixed, show_nothing
from harness.workload import Workload
from model.faults.catalogue import KINDS

_MOST_FLOWS: Final = 10_000
_MOST_ROUNDS: Final = 10_000
_SEED_BITS: Final = 32
_VISIBILITY_TIMEOUT: Final = "VisibilityTimeoutSeconds"
_USUAL_VISIBILITY_TIMEOUT_S: Final = 30.0
"""The template's own."""


@click.command(
    short_help="Many runs under faults at random: does anything not survive?",
    epilog=(
        "\b\nExamples:\n"
        "  harness soak\n"
        "  harness soak --for 1min --seed 7\n"
        "  harness soak --kinds gsi-lag,duplicates,crashes --rounds 5\n"
        "  harness soak --source-dir my-stack --consumer-dir my-stack/consumer\n"
    ),
)
@click.option(
    "--for",
    "within_s",
    type=Duration(),
    default="10min",
    show_default=True,
    metavar="DURATION",
    help="How long; no round is begun that seems to end later.",
)
@click.option(
    "--rounds", "most_rounds", type=click.IntRange(1, _MOST_ROUNDS), metavar="N", help="So many rounds at the most."
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    metavar="N",
    help="The same seed makes the same rounds, one after the other.  [default: drawn]",
)
@click.option(
    "--kinds",
    "chosen",
    type=FaultKinds(),
    metavar="KINDS",
    help="The kinds of faults, with commas between.  [default: all: `harness fault kinds`]",
)
@click.option(
    "--flows",
    "most_flows",
    type=click.IntRange(LEAST_FLOWS, _MOST_FLOWS),
    default=DEFAULT_FLOWS,
    show_default=True,
    metavar="N",
    help="So many flows in a round at the most, and half as many at the least.",
)
@click.option("--keep-all", is_flag=True, help="Keep the runs of rounds that were valid, too.")
@click.option(
    "--engine",
    type=click.Choice(OWN_ENGINE_KINDS),
    default="embedded",
    show_default=True,
    help="A process of ours, or the same in Docker.",
)
@click.option(
    "--parameter",
    "parameters",
    multiple=True,
    metavar="KEY=VALUE",
    help=f"A parameter of the template; repeat it for more.  [default: {' '.join(QUICK_REDELIVERY)}]",
)
@source_dir_option
@consumer_dir_option
@json_option
@state_dir_option
@click.pass_context
def soak(
    context: click.Context,
    /,
    *,
    within_s: float,
    most_rounds: int | None,
    seed: int | None,
    chosen: tuple[Fault, ...] | None,
    most_flows: int,
    keep_all: bool,
    engine: str,
    parameters: tuple[str, ...],
    source_dir: Path | None,
    consumer_dir: Path | None,
    as_json: bool,
    state_dir: Path,
) -> None:
    """Make run after run on the stack, each under some kinds of faults, with all else drawn too, and judge each.

    The kinds are dealt like cards: each has its turn before any comes again. What is drawn depends on the seed and on
    the round's number alone, and a sound stack survives it. The engine is one of this command's own, since some
    faults stop it as a whole. A round that is not valid is kept, with the command that repeats it, and the next one
    is made. Ctrl-C ends it with what was done.

    Exit codes: 0 all rounds are valid and each kind hit something; 1 a round is invalid; 2 one is unknown, or a kind
    never hit anything, which proves nothing; 130 Ctrl-C; 64 and up when a round could not be made.
    """
    began_s = time.monotonic()
    seed = secrets.randbits(_SEED_BITS) if seed is None else seed
    kinds = tuple(kind_named(fault.kind) for fault in chosen) if chosen else KINDS
    own_dir = transient_state_dir(state_dir)
    parameters = parameters or QUICK_REDELIVERY
    redelivery_s = _redelivery_s(parameters)
    site = Site(
        own_engine(engine, own_dir),
        engine,
        DEFAULT_ACCOUNT,
        DEFAULT_REGION,
        DEFAULT_STACK_NAME,
        outputs_path(own_dir, DEFAULT_STACK_NAME),
        parameters,
        source_dir,
        consumer_dir,
    )
    progress = _Progress(context.find_object(RunDependencies) or progressing_dependencies(), Console(stderr=True))
    request = RunRequest(Workload(seed, most_flows), users_api_contract(), arguments=tuple(sys.argv[1:]))
    with trials_on_stack(site, progress.dependencies, own_dir, cleans_up=False) as try_out:
        maker = RoundMaker(request, try_out, RunStore(own_dir / "runs"), store_in(state_dir), keeps_all=keep_all)

        def make_round(standing: Standing) -> Round | None:
            progress.begins(standing)
            workload = draw_round(kinds, seed, standing.number, redelivery_s, most_flows)
            done = maker.make(standing.number, workload)
            progress.ended(done)
            return done

        names = tuple(kind.name for kind in kinds)
        soak_result, failure = make_rounds(
            make_round, Bounds(within_s, began_s, most_rounds), seed, names, time.monotonic
        )
    if as_json:
        click.echo(json.dumps(soak_as_json(soak_result)))
    else:
        show(soak_as_text(soak_result))
    if failure:
        raise failure
    shutil.rmtree(own_dir, ignore_errors=True)  # not after an error: the engine's log is there
    context.exit(ExitCode.INTERRUPTED if soak_result.ended is Ended.INTERRUPTED else soak_result.verdict.exit_code)


def _redelivery_s(parameters: Sequence[str]) -> float:
    """Return how long the stack's queue hides a message that failed."""
    given = dict(text.split("=", 1) for text in parameters if "=" in text)
    value = given.get(_VISIBILITY_TIMEOUT, "")
    return float(value) if value.isdecimal() else _USUAL_VISIBILITY_TIMEOUT_S


class _Progress:
    """Shows on standard error how it stands: the round that goes on, on a terminal, and what came of each."""

    def __init__(self, dependencies: RunDependencies, console: Console) -> None:
        self.dependencies = replace(dependencies, show_progress=self._show if console.is_terminal else show_nothing)
        self._show_run = dependencies.show_progress
        self._console = console
        self._words = ""

    def begins(self, standing: Standing) -> None:
        """Remember which round goes on."""
        self._words = f"round {standing.number}, {standing.left_s:.0f} s left"

    def ended(self, done: Round | None) -> None:
        """Say what came of it."""
        if done:
            self._console.print(round_as_text(done), soft_wrap=True, highlight=False)

    @contextmanager
    def _show(self) -> Iterator[View]:
        with self._show_run() as view:
            yield Prefixed(view, self._words)
