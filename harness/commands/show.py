"""`harness show`: what is known of a stored run, or of one of its flows."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from harness.commands.options import json_option, state_dir_option
from harness.commands.stored import facts_of, run_argument, show, store_in
from harness.errors import MisuseError
from harness.history import FlowHistory
from harness.history.reader import read_history
from harness.judging.results_document import results_to_json
from harness.store.folder import RunFolder
from harness.store.record import record_to_json
from harness.terminal.results import flow_as_text, results_as_text


@click.command(
    name="show",
    short_help="Show a stored run, or one of its flows.",
    epilog=(
        "\b\nExamples:\n"
        "  harness show\n"
        "  harness show 20261123-2201 --json\n"
        "  harness show latest --flow 17                 call by call\n"
    ),
)
@run_argument
@click.option("--flow", "flow_number", type=click.IntRange(min=0), metavar="N", help="Show this flow, call by call.")
@json_option
@state_dir_option
def show_run(*, name: str, flow_number: int | None, as_json: bool, state_dir: Path) -> None:
    """Show the results of RUN: its ID, the beginning of one, `latest`, or a run's folder."""
    folder = store_in(state_dir).find(name)
    if flow_number is not None:
        flow = _find_flow(folder, flow_number)
        if as_json:
            click.echo(json.dumps(asdict(flow)))
        else:
            show(flow_as_text(flow))
        return
    record, results = folder.read_record(), folder.read_results()
    if as_json:
        shown = {"folder": str(folder.path), "run": record_to_json(record), "results": results_to_json(results)}
        click.echo(json.dumps(shown))
        return
    show(results_as_text(results, facts=list(facts_of(record)), phases_ms=record.phases_ms))
    click.echo(f"{folder.path}")


def _find_flow(folder: RunFolder, number: int) -> FlowHistory:
    for flow in read_history(folder.history_path).flows:
        if flow.number == number:
            return flow
    raise MisuseError(f"{folder.history_path}: there is no flow {number}; `harness show {folder.run_id}` names some")
