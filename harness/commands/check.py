"""`harness check`: judge a stored history again."""

import json
from dataclasses import replace
from pathlib import Path

import click

from harness.checking import Agreement
from harness.commands.notations import Duration
from harness.commands.options import json_option, state_dir_option
from harness.commands.stored import facts_of, run_argument, show, store_in
from harness.errors import MisuseError
from harness.history.reader import read_history
from harness.html_report.writing import write_report
from harness.judging.judge import judge_run
from harness.judging.results import Results
from harness.judging.results_document import results_to_json
from harness.replaying.again import request_again
from harness.running.request import agreement_of
from harness.shape.users import USERS_API
from harness.store.folder import RunFolder
from harness.store.record import RunRecord
from harness.terminal.results import results_as_text
from harness.timing.thresholds import Threshold, parse_threshold
from harness.workload import Deadlines


@click.command(
    short_help="Judge a stored history again.",
    epilog=(
        "\b\nExamples:\n"
        "  harness check\n"
        "  harness check latest --require 'visible.p99<2s' --require 'errors<1%'\n"
        "  harness check 20261123-2201 --write           keep what comes of it\n"
        "  harness check somebody-elses/history.jsonl --visible-within 5s\n"
    ),
)
@run_argument
@click.option(
    "--require",
    "requirements",
    multiple=True,
    metavar="THRESHOLD",
    help="Besides what the run itself required; like visible.p99<2s. Repeat it for more.",
)
@click.option(
    "--visible-within",
    "visible_within_s",
    type=Duration(),
    metavar="DURATION",
    help="Within what a create must be visible.  [default: as the run had it]",
)
@click.option("--write", "keeps", is_flag=True, help="Keep the results in the run's folder, in place of its own.")
@json_option
@state_dir_option
@click.pass_context
def check(
    context: click.Context,
    *,
    name: str,
    requirements: tuple[str, ...],
    visible_within_s: float | None,
    keeps: bool,
    as_json: bool,
    state_dir: Path,
) -> None:
    """Judge RUN from its history alone: its ID, the beginning of one, `latest`, a run's folder, or a history file.

    A history file without a run's folder around it is taken for one of the users API, without a contract.

    Exit codes: 0 valid, 1 invalid or a threshold missed, 2 unknown; 64 and up when there is nothing to judge.
    """
    required = tuple(parse_threshold(text) for text in requirements)
    path = Path(name)
    if path.is_file() and not (path.parent / "run.json").exists():
        if keeps:
            raise MisuseError(f"{path} is in no run's folder, so that --write has no place to write to; leave it out")
        agreement = Agreement(USERS_API, Deadlines().visible_within_s)
        results = _judge(path, agreement, visible_within_s, required)
        facts = [str(path), f"held against {USERS_API.name}"]
    else:
        folder = RunFolder(path.parent.resolve()) if path.is_file() else store_in(state_dir).find(name)
        record = folder.read_record()
        results = _judge_run(folder, record, visible_within_s, required)
        facts = list(facts_of(record))
        if keeps:
            folder.write_results(results, record)
            write_report(folder, record, results, read_history(folder.history_path))
    if as_json:
        click.echo(json.dumps(results_to_json(results)))
    else:
        show(results_as_text(results, facts=facts))
    context.exit(results.verdict.exit_code)


def _judge_run(
    folder: RunFolder, record: RunRecord, visible_within_s: float | None, required: tuple[Threshold, ...]
) -> Results:
    request = request_again(record, str(folder.record_path))
    required = (*request.thresholds, *required)
    return _judge(folder.history_path, agreement_of(request), visible_within_s, required, request.workload.warm_up_s)


def _judge(
    history: Path,
    agreement: Agreement,
    visible_within_s: float | None,
    required: tuple[Threshold, ...],
    warm_up_s: float = 0,
) -> Results:
    if visible_within_s is not None:
        agreement = replace(agreement, visible_within_s=visible_within_s)
    return judge_run(read_history(history), agreement, thresholds=required, warm_up_s=warm_up_s)
