"""`harness replay`: make a stored run again, once or often."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any, Final

import click

from harness.commands.engine_choice import progressing_dependencies
from harness.commands.options import json_option
from harness.commands.replay_options import AgainOptions, Ground, again_options, find_run, ground_of, read_evidence
from harness.commands.run import show_run
from harness.commands.stored import show, store_in
from harness.errors import ExitCode, HarnessError
from harness.replaying.again import request_again
from harness.replaying.as_text import rate_as_text, sameness_as_text
from harness.replaying.failure import broken_in
from harness.replaying.rates import Rate, Share, Try, rate_of
from harness.replaying.sameness import StoredEvidence, sameness
from harness.running.dependencies import RunDependencies
from harness.running.phases import Phases
from harness.running.request import RunRequest
from harness.running.run import Run, make_run, perform
from harness.running.site import Place, Site
from harness.store.runs import RunStore
from harness.verdicts import VerdictWord

_MOST_TIMES: Final = 1000
_EXIT_CODES: Final = {
    VerdictWord.VALID: ExitCode.VALID,
    VerdictWord.INVALID: ExitCode.INVALID,
    VerdictWord.UNKNOWN: ExitCode.UNKNOWN,
}


@click.command(
    short_help="Make a stored run again, and say what was the same.",
    epilog=(
        "\b\nExamples:\n"
        "  harness replay latest\n"
        "  harness replay 20261123-2201 --clients 1       the same flows and faults, one after the other\n"
        "  harness replay latest --times 20               how often does it fail?\n"
        "  harness replay users-20261123.zip              a bundle of somebody else: deploys the code that is in it\n"
        "  harness replay latest --code kept              what was deployed then, whatever is here now\n"
    ),
)
@again_options
@click.option(
    "--clients",
    type=click.IntRange(1, 1000),
    metavar="N",
    help="So many clients at once, in a closed loop.  [default: as the run had it]",
)
@click.option(
    "--times",
    type=click.IntRange(1, _MOST_TIMES),
    default=1,
    show_default=True,
    metavar="N",
    help="So often, each on a clean stack, to know how often it fails.",
)
@json_option
@click.pass_context
def replay(
    context: click.Context,
    /,
    *,
    name: str,
    clients: int | None,
    times: int,
    as_json: bool,
    **options: Any,
) -> None:
    """Make RUN again from its record: the same payloads, times, faults, parameters and requirements.

    RUN is a run's ID, the beginning of one, `latest`, a run's folder, or a file that `harness bundle` made. What is
    deployed is what is here now, so that a fix can be tried; a bundle brings its own code, which runs on this
    machine: replay bundles of people whom you trust. The engine of this checkout is used if it runs. The new run is
    kept beside the old one.

    With --times, each try begins as if it were the first. It says how often it failed, and within what the true
    rate is with 95 % confidence; Ctrl-C ends it with what was done until then.

    Exit codes: those of the new run (0 valid, 1 invalid, 2 unknown, 130 Ctrl-C), of several the worst.
    """
    folder, again = find_run(name, AgainOptions(**options))
    before = read_evidence(folder)
    request = request_again(before.record, str(folder.record_path), clients=clients)
    request = replace(request, arguments=tuple(sys.argv[1:]))
    dependencies = context.find_object(RunDependencies) or progressing_dependencies()
    store = store_in(again.state_dir)
    with ground_of(folder, before.record, again) as ground:
        if times == 1:
            exit_code = _replay_once(request, before, ground, store, dependencies, as_json=as_json)
        else:
            exit_code = _replay_often(request, times, ground, store, dependencies, as_json=as_json)
    context.exit(exit_code)


def _replay_once(
    request: RunRequest,
    before: StoredEvidence,
    ground: Ground,
    store: RunStore,
    dependencies: RunDependencies,
    *,
    as_json: bool,
) -> ExitCode:
    phases = Phases({})
    if isinstance(ground.where, Site):
        done = perform(request, ground.where, store, phases, dependencies)
    else:
        done = make_run(request, Place(ground.where, "none"), store, phases, dependencies)
    found = sameness(before, StoredEvidence(done.record, done.history, done.results))
    if not as_json:
        show(f"{before.record.run_id} was made again as {done.record.run_id}")
        show(sameness_as_text(found))
    show_run(
        done, as_json=as_json, more={"replay_of": before.record.run_id, "sameness": [asdict(each) for each in found]}
    )
    return done.exit_code


def _replay_often(
    request: RunRequest, times: int, ground: Ground, store: RunStore, dependencies: RunDependencies, *, as_json: bool
) -> ExitCode:
    tries: list[Try] = []
    failure: HarnessError | None = None
    interrupted = False
    try:
        with ground.trials(dependencies) as try_out:
            for number in range(1, times + 1):
                run = try_out(request, store)
                if run.interrupted:
                    interrupted = True
                    break
                tries.append(Try(run.record.run_id, run.verdict.word, broken_in(run.results)))
                _say_how_it_stands(tries, number, times, run)
    except KeyboardInterrupt:
        interrupted = True
    except HarnessError as error:
        failure = error
    if failure and not tries:
        raise failure
    rate = rate_of(tries)
    if as_json:
        click.echo(json.dumps(_as_json(str(request.replay_of), times, tries, rate, interrupted=interrupted)))
    else:
        show(rate_as_text(rate))
        _name_runs(tries)
    if failure:
        raise failure
    return ExitCode.INTERRUPTED if interrupted else _EXIT_CODES[rate.word]


def _say_how_it_stands(tries: Sequence[Try], number: int, times: int, run: Run) -> None:
    broken = f" ({', '.join(sorted(tries[-1].broken))})" if tries[-1].broken else ""
    failed = sum(each.word is VerdictWord.INVALID for each in tries)
    click.echo(f"try {number} of {times}: {run.verdict.word}{broken}; {failed} failed so far", err=True)


def _name_runs(tries: Sequence[Try]) -> None:
    for word in (VerdictWord.INVALID, VerdictWord.UNKNOWN):
        if found := next((each for each in tries if each.word is word), None):
            click.echo(f"the first that is {word}: harness show {found.run_id}")


def _as_json(run_id: str, asked: int, tries: Sequence[Try], rate: Rate, *, interrupted: bool) -> dict[str, Any]:
    def share(counted: Share) -> dict[str, Any]:
        part = counted.count / rate.tries if rate.tries else None
        return {"count": counted.count, "rate": part, "interval_95": list(counted.interval)}

    return {
        "replay_of": run_id,
        "asked": asked,
        "interrupted": interrupted,
        "tries": [{"run": each.run_id, "verdict": each.word, "broken": sorted(each.broken)} for each in tries],
        "invalid": share(rate.invalid),
        "unknown": share(rate.unknown),
        "broken": {name: share(counted) for name, counted in rate.broken.items()},
    }
