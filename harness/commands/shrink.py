"""`harness shrink`: the smallest run that still fails, and a test that shows it."""

import json
import sys
import time
from dataclasses import replace
from typing import Any, Final

import click

from harness.commands.engine_choice import progressing_dependencies
from harness.commands.notations import Duration
from harness.commands.options import json_option
from harness.commands.replay_options import KEPT, AgainOptions, again_options, find_run, ground_of, read_evidence
from harness.commands.stored import show, store_in
from harness.errors import ExitCode
from harness.judging.results import Results
from harness.replaying.again import request_again
from harness.replaying.failure import failure_to_keep, flows_of_evidence
from harness.replaying.outcome import Outcome, size_of
from harness.replaying.regression_test import write_test
from harness.replaying.shrinking import Ended, Standing
from harness.replaying.shrinking import shrink as shrink_workload
from harness.replaying.smallest import Candidates
from harness.running.dependencies import RunDependencies
from harness.running.run import Run
from harness.store.folder import RunFolder
from harness.store.runs import RunStore

_MOST_TRIES: Final = 100


@click.command(
    short_help="Find the smallest run that still fails.",
    epilog=(
        "\b\nExamples:\n"
        "  harness shrink latest\n"
        "  harness shrink 20261123-2201 --within 10min --tries 5     for a bug that shows now and then\n"
        "  harness shrink latest --keep no-create-lost               whatever else was broken\n"
        "  harness shrink users-20261123.zip                         a bundle of somebody else\n"
    ),
)
@again_options
@click.option(
    "--within",
    "within_s",
    type=Duration(),
    default="5min",
    show_default=True,
    metavar="DURATION",
    help="How long it may take.",
)
@click.option(
    "--tries",
    type=click.IntRange(1, _MOST_TRIES),
    default=2,
    show_default=True,
    metavar="N",
    help="A smaller run counts as failing when one of N attempts does.",
)
@click.option(
    "--keep",
    "chosen",
    multiple=True,
    metavar="CHECKER",
    help="What must stay broken; repeat it for more.  [default: all that the run breaks]",
)
@json_option
@click.pass_context
def shrink(
    context: click.Context,
    /,
    *,
    name: str,
    within_s: float,
    tries: int,
    chosen: tuple[str, ...],
    as_json: bool,
    **options: Any,
) -> None:
    """Leave out of RUN what its failure does not need: flows, faults, clients, kinds of payloads.

    RUN is a run's ID, the beginning of one, `latest`, a run's folder, or a file that `harness bundle` made. Each
    smaller run is really made, and it fails when the same claims are broken. Flows keep their numbers, and with
    them what they send and what faults hit them. It ends with the folder of the smallest run that failed, and with
    a test of a few lines in it that shows the same. Ctrl-C, or the end of the time, ends it with what was found.

    Exit codes: 1 the smallest failing run is kept; 2 it does not fail any more; 130 Ctrl-C; 64 and up when
    nothing could be tried.
    """
    began_s = time.monotonic()
    folder, again = find_run(name, AgainOptions(**options))
    original = read_evidence(folder)
    failure = failure_to_keep(original.results, chosen, original.record.run_id)
    request = replace(request_again(original.record, str(folder.record_path)), arguments=tuple(sys.argv[1:]))
    dependencies = context.find_object(RunDependencies) or progressing_dependencies()
    click.echo(f"what must stay broken: {', '.join(sorted(failure))}", err=True)
    with ground_of(folder, original.record, again) as ground:
        with ground.trials(dependencies) as try_out:
            progress = _Progress()
            candidates = Candidates(request, failure, try_out, RunStore(ground.own_dir / "runs"), progress.ran)
            found = shrink_workload(
                request.workload,
                candidates.fails,
                hints=_hints(original.results, failure),
                tries=tries,
                within_s=within_s - (time.monotonic() - began_s),
                clock=time.monotonic,
                on_attempt=progress.begins,
            )
        kept = _keep(candidates.last_failed, store_in(again.state_dir)) if found.smallest else None
    test = write_test(kept, failure, with_kept_code=again.code == KEPT) if kept else None
    outcome = Outcome(original.record.run_id, request.workload, failure, found, kept.path if kept else None, test)
    if as_json:
        click.echo(json.dumps(outcome.as_json()))
    else:
        show(outcome.as_text())
    if found.ended is Ended.INTERRUPTED:
        context.exit(ExitCode.INTERRUPTED)
    context.exit(ExitCode.INVALID if kept else ExitCode.UNKNOWN)


def _hints(results: Results, failure: frozenset[str]) -> list[tuple[int, ...]]:
    """Return flows that are likely to be enough: the first that shows each claim broken, then all that do."""
    shown = {name: flows for name, flows in flows_of_evidence(results).items() if name in failure and flows}
    firsts = {flows[0] for flows in shown.values()}
    return [tuple(firsts), tuple({number for flows in shown.values() for number in flows})]


def _keep(run: Run | None, store: RunStore) -> RunFolder | None:
    """Take the run of the smallest workload into the store of all runs."""
    if run is None:
        return None
    folder = store.adopt(RunFolder(run.folder))
    folder.write_results(run.results, run.record)  # JUnit says where the folder is
    return folder


class _Progress:
    """Says on standard error how it stands, a line an attempt."""

    def __init__(self) -> None:
        self._line = ""

    def begins(self, standing: Standing) -> None:
        """Remember what is tried."""
        left = f"{max(0, standing.left_s):.0f} s left"
        self._line = f"attempt {standing.attempts + 1}, {left}: {size_of(standing.candidate)}"

    def ran(self, _run: Run, has_failed: bool) -> None:
        """Say what came of it."""
        click.echo(f"{self._line}: {'fails' if has_failed else 'does not fail'}", err=True)
