"""`harness compare`: is one run slower than another, or just noisy?"""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Final

import click
from rich.table import Table
from rich.text import Text

from harness.commands.options import json_option, state_dir_option
from harness.commands.stored import complete_run, show, store_in
from harness.errors import ExitCode
from harness.history.reader import read_history
from harness.store.folder import RunFolder
from harness.store.run_differences import RunDifferences, run_differences
from harness.timing.compare import Comparison, Outcome, RunComparison
from harness.timing.compare import compare as compare_histories
from harness.workload.document import workload_from_json

_STYLES: Final = {Outcome.SLOWER: "red", Outcome.FASTER: "green"}
_SHORT: Final = {
    Outcome.SLOWER: "slower",
    Outcome.FASTER: "faster",
    Outcome.NO_DIFFERENCE: "not shown",
    Outcome.TOO_LITTLE: "too little",
}


@click.command(
    short_help="Say whether one run is slower than another.",
    epilog=("\b\nExamples:\n  harness compare 20261123-2201 latest\n  harness compare before/ after/ --json\n"),
)
@click.argument("name_a", metavar="A", shell_complete=complete_run)
@click.argument("name_b", metavar="B", shell_complete=complete_run)
@json_option
@state_dir_option
@click.pass_context
def compare(context: click.Context, *, name_a: str, name_b: str, as_json: bool, state_dir: Path) -> None:
    """Hold run B against run A: each a run's ID, the beginning of one, `latest`, or a run's folder.

    Each ratio has a 95 % interval that takes into account that calls which follow each other hang together. It
    knows the noise within these two runs, not what else the machine did between them: repeat both to be sure.

    Exit codes: 0 no slow-down is shown, 1 B is slower, 2 it cannot be told, or the runs did different things.
    """
    store = store_in(state_dir)
    folder_a, folder_b = store.find(name_a), store.find(name_b)
    alike = run_differences(folder_a.read_record(), folder_b.read_record())
    comparison = compare_histories(
        read_history(folder_a.history_path),
        read_history(folder_b.history_path),
        warm_up_a_s=_warm_up_s(folder_a),
        warm_up_b_s=_warm_up_s(folder_b),
    )
    if as_json:
        click.echo(json.dumps({"a": folder_a.run_id, "b": folder_b.run_id, **asdict(alike), **asdict(comparison)}))
    else:
        for line in _heading(folder_a, folder_b, alike, comparison):
            show(line)
        show(_as_table(comparison.figures))
    context.exit(_exit_code(alike, comparison.outcome))


def _warm_up_s(folder: RunFolder) -> float:
    return workload_from_json(folder.read_record().workload, f"{folder.record_path}: workload").warm_up_s


def _exit_code(alike: RunDifferences, outcome: Outcome) -> ExitCode:
    if alike.obstacles or outcome is Outcome.TOO_LITTLE:
        return ExitCode.UNKNOWN
    return ExitCode.INVALID if outcome is Outcome.SLOWER else ExitCode.VALID


def _heading(a: RunFolder, b: RunFolder, alike: RunDifferences, comparison: RunComparison) -> Iterator[Text]:
    if alike.obstacles:
        yield Text("not comparable: the runs did different things", style="bold yellow")
    else:
        word = (comparison.outcome, f"bold {_STYLES.get(comparison.outcome, '')}".strip())
        yield Text.assemble(word, f": {comparison.reason}")
    yield Text(f"A is {a.run_id}, B is {b.run_id}", style="dim")
    for difference in (*alike.obstacles, *alike.others):
        yield Text(f"  {difference}", style="dim")


def _as_table(figures: tuple[Comparison, ...]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("milliseconds", no_wrap=True)
    for name in ("A", "B", "B to A", "95 % interval", "would show"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for figure in figures:
        table.add_row(
            figure.name,
            *("-" if value is None else f"{value:.4g}" for value in (figure.a, figure.b)),
            _percent(figure.ratio),
            f"{_percent(figure.interval[0])} to {_percent(figure.interval[1])}" if figure.interval else "-",
            _percent(figure.smallest_shown),
            Text(_SHORT[figure.outcome], style=_STYLES.get(figure.outcome, "")),
        )
    return table


def _percent(ratio: float | None) -> str:
    return "-" if ratio is None else f"{ratio - 1:+.0%}"
