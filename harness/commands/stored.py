"""What the commands that read stored runs share: finding a run, and saying in words what it was."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
from click.shell_completion import CompletionItem
from rich.console import Console, RenderableType

from harness.commands.options import DEFAULT_STATE_DIR
from harness.store.record import RunRecord
from harness.store.runs import LATEST, RunStore

_FILE_COLUMNS: Final = 120


def complete_run(context: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Return the runs whose IDs begin so, the newest first, for a shell."""
    names = [LATEST, *store_in(context.params.get("state_dir") or DEFAULT_STATE_DIR).names()]
    return [CompletionItem(name) for name in names if name.startswith(begun)]


run_argument = click.argument("name", metavar="[RUN]", default=LATEST, shell_complete=complete_run)


def store_in(state_dir: Path) -> RunStore:
    """Return the runs of a checkout."""
    return RunStore(state_dir / "runs")


def facts_of(record: RunRecord) -> Iterator[str]:
    """Return what to say of a run besides its results."""
    yield f"run {record.run_id}"
    yield f"seed {record.workload.get('seed')}"
    engine = record.engine
    version = f" {engine.version}" if engine.version else ""
    yield f"{engine.kind} engine{version} at {engine.endpoint_url or 'AWS'}"


def show(what: RenderableType) -> None:
    """Print for a person; where nobody but a file looks, a table is as wide as it needs to be."""
    console = Console()
    if not console.is_terminal:
        console.width = _FILE_COLUMNS
    console.print(what, soft_wrap=True, highlight=False)
