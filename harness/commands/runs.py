"""`harness runs`: the runs that are stored, and removing old ones."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource
from rich.table import Table
from rich.text import Text

from harness.commands.options import json_option, state_dir_option
from harness.commands.stored import show, store_in
from harness.store.runs import StoredRun
from harness.terminal.results import STYLES
from harness.terminal.tables import table_of
from harness.timing.statistics import Quantiles


@click.group(
    short_help="List the runs that are stored.",
    invoke_without_command=True,
    epilog=("\b\nExamples:\n  harness runs\n  harness runs --json\n  harness runs prune --keep 20\n"),
)
@json_option
@state_dir_option
@click.pass_context
def runs(context: click.Context, *, as_json: bool, state_dir: Path) -> None:
    """List the runs of this checkout, the newest first."""
    if context.invoked_subcommand:
        return
    stored = store_in(state_dir).list()
    if as_json:
        click.echo(json.dumps([_as_json(run) for run in stored]))
    elif stored:
        show(_as_table(stored))
        for run in stored:
            if run.problem:
                click.echo(run.problem)
    else:
        click.echo(f"no runs in {state_dir / 'runs'}; make one with `harness run`", err=True)


@runs.command(short_help="Remove all but the newest runs.", epilog=("\b\nExamples:\n  harness runs prune --keep 20\n"))
@click.option("--keep", type=click.IntRange(min=0), metavar="N", required=True, help="How many runs stay.")
@state_dir_option
@click.pass_context
def prune(context: click.Context, *, keep: int, state_dir: Path) -> None:
    """Remove the folders of all runs but the newest. A run that may be going on stays too."""
    # What stands before `prune` is meant as well: nobody's other runs may be removed in its place.
    of_group = context.parent
    if of_group and of_group.get_parameter_source("state_dir") is not ParameterSource.DEFAULT:
        if context.get_parameter_source("state_dir") is not ParameterSource.DEFAULT:
            raise click.UsageError("--state-dir twice: say it once")
        state_dir = of_group.params["state_dir"]
    removed = store_in(state_dir).prune(keep)
    click.echo(f"{len(removed)} removed")


def _as_json(run: StoredRun) -> dict[str, Any]:
    results = run.results
    return {
        "run": run.folder.run_id,
        "folder": str(run.folder.path),
        "started_at": run.record.started_at if run.record else None,
        "verdict": results.verdict.word if results else None,
        "reason": results.verdict.reason if results else None,
        "flows": results.figures.flows.asked if results else None,
        "flows_per_s": results.figures.flows_per_s if results else None,
        "problem": run.problem or None,
    }


def _as_table(stored: Sequence[StoredRun]) -> Table:
    table = table_of("run", "verdict", "flows", "flows/s", "visible p50 ms", "p99 ms")
    for run in stored:
        if run.results is None:
            table.add_row(run.folder.run_id, Text("-", style="yellow"), "-", "-", "-", "-")
            continue
        word, figures = run.results.verdict.word, run.results.figures
        visible = figures.timings.get("visible_upper", Quantiles(0))
        table.add_row(
            run.folder.run_id,
            Text(word, style=STYLES[word]),
            str(figures.flows.asked),
            f"{figures.flows_per_s:.1f}",
            *("-" if value_ms is None else f"{value_ms:.1f}" for value_ms in (visible.p50_ms, visible.p99_ms)),
        )
    return table
