"""`python -m mutants`: tries out every mutant and the sound stack on one engine, and prints a table."""

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, NoReturn

import click
from rich.console import Console
from rich.live import Live

from harness.engines import RunningEngine
from harness.engines.embedded import ANY_FREE_PORT, EmbeddedEngine
from harness.errors import ExitCode, from_foreign
from harness.running.interrupts import restore_ctrl_c
from mutants.catalogue import mutants_named
from mutants.circumstances import CIRCUMSTANCES
from mutants.mutant import Mutant, sound, unprovoked
from mutants.planting import CHECKOUT
from mutants.table import Slot, as_json, as_line, as_table, conclusion
from mutants.trial import SEED, Site, Trial, try_out, workload_of

_FOLDER: Final = CHECKOUT / ".harness" / "mutants"
_FIRST_ACCOUNT: Final = 200_000_000_000
_WIDTH: Final = 160


@dataclass(frozen=True, slots=True)
class Job:
    """One trial to make."""

    mutant: Mutant
    seed: int = SEED


@click.command(
    epilog=(
        "\b\nExamples:\n"
        "  python -m mutants\n"
        "  python -m mutants --only unescaped-name --only swallowed-exception --sound-runs 0\n"
        "  python -m mutants --json | jq '.trials[] | select(.as_expected | not)'\n"
    )
)
@click.option("--only", "names", multiple=True, metavar="NAME", help="A mutant to try out; give it again for more.")
@click.option(
    "--sound-runs",
    type=click.IntRange(0, 1000),
    default=20,
    show_default=True,
    help="How often the sound stack is tried out, each time with another seed.",
)
@click.option("--flows", type=click.IntRange(1, 100_000), default=100, show_default=True, help="In each run.")
@click.option("--at-a-time", type=click.IntRange(1, 8), default=2, show_default=True, help="How many trials at once.")
@click.option("--json", "as_json_", is_flag=True, help="Print one JSON object.")
def command(names: tuple[str, ...], sound_runs: int, flows: int, at_a_time: int, as_json_: bool) -> None:
    """Try out every planted bug, and the sound stack, on an engine of this command's own.

    Every mutant must be found by the checker that should find it. The sound stack must be called valid every time, also
    in each of the circumstances in which mutants are tried out. The runs are kept in .harness/mutants until next time.

    Exit codes: 0 all is as expected, 1 it is not, 130 Ctrl-C; 64 and up when nothing could be tried out.
    """
    jobs = jobs_of(mutants_named(names), sound_runs)
    shutil.rmtree(_FOLDER, ignore_errors=True)
    engine = EmbeddedEngine(_FOLDER / "engine", port=ANY_FREE_PORT, stop_with_pid=os.getpid())
    try:
        trials = make_trials(jobs, flows, engine.start(), at_a_time)
    finally:
        engine.stop()
    if as_json_:
        click.echo(json.dumps(as_json(trials)))
    else:
        console = Console(width=None if sys.stdout.isatty() else _WIDTH)
        console.print(as_table(trials))
        console.print(conclusion(trials), soft_wrap=True, highlight=False, markup=False)
    sys.exit(ExitCode.VALID if all(trial.as_expected for trial in trials) else ExitCode.INVALID)


def jobs_of(mutants: Sequence[Mutant], sound_runs: int) -> list[Job]:
    """Return all that is to be done: the mutants, then the sound stack, in every circumstance and with many seeds."""
    jobs = [Job(mutant) for mutant in mutants]
    if sound_runs:
        # A client's bug is none of the stack's, which is sound as long as nothing provokes it.
        jobs += [Job(unprovoked(mutant)) for mutant in mutants if mutant.client]
        jobs += [Job(sound(circumstance)) for circumstance in CIRCUMSTANCES]
        jobs += [Job(sound(), SEED + number) for number in range(sound_runs)]
    return jobs


def make_trials(jobs: Sequence[Job], flows: int, engine: RunningEngine, at_a_time: int) -> list[Trial]:
    """Make the trials, some at once, and show how far they are; return them in the order of the jobs."""
    slots: list[Slot] = [job.mutant for job in jobs]
    pool = ThreadPoolExecutor(at_a_time)
    try:
        numbers: dict[Future[Trial], int] = {}
        for number, job in enumerate(jobs):
            site = Site(engine, f"{_FIRST_ACCOUNT + number}", _FOLDER / "runs")
            workload = workload_of(job.mutant, job.seed, flows)
            numbers[pool.submit(try_out, job.mutant, workload, site)] = number
        with _watching(slots) as show:
            for done in as_completed(numbers):
                slots[numbers[done]] = done.result()
                show(done.result())
    finally:
        # Without waiting: after Ctrl-C the engine is stopped next, which ends what is under way.
        pool.shutdown(wait=False, cancel_futures=True)
    return [slot for slot in slots if isinstance(slot, Trial)]


def main() -> None:
    """Run the command; whatever goes wrong is one line and an exit code."""
    restore_ctrl_c()
    try:
        command.main(prog_name="python -m mutants", standalone_mode=False)
    except click.ClickException as error:
        _end(f"{error.format_message()} See `python -m mutants --help`.", ExitCode.MISUSE)
    except (click.Abort, KeyboardInterrupt):
        _end("interrupted", ExitCode.INTERRUPTED)
    except Exception as error:  # noqa: BLE001  - a person gets one line, whatever happened
        known = from_foreign(error)
        _end(str(known), known.exit_code)


@contextmanager
def _watching(slots: Sequence[Slot]) -> Iterator[Callable[[Trial], None]]:
    """Show each trial as it ends: in a table that fills up on a terminal, as a line elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda trial: click.echo(as_line(trial), err=True)
        return
    with Live(as_table(slots), console=console, transient=True) as live:
        yield lambda _: live.update(as_table(slots))


def _end(message: str, exit_code: ExitCode) -> NoReturn:
    click.echo(f"mutants: {message}", err=True)
    sys.exit(exit_code)
