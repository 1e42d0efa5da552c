"""`harness bundle`: a run in one file, for somebody else."""

import json
import os
from pathlib import Path

import click
from rich.text import Text

from harness.bundling.cleaning import Cleaner
from harness.bundling.contents import FILES, listing_to_json
from harness.bundling.packing import Bundle, make_bundle
from harness.commands.options import json_option, state_dir_option
from harness.commands.stored import run_argument, show, store_in
from harness.terminal.tables import table_of


@click.command(
    short_help="Pack a run into one file, without secrets.",
    epilog=(
        "\b\nExamples:\n"
        "  harness bundle\n"
        "  harness bundle 20261123-2201 -o for-ada.zip\n"
        "  harness replay for-ada.zip                     what Ada does with it; or `unzip`, then `harness check`\n"
    ),
)
@run_argument
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="What to write.  [default: RUN.zip, here]",
)
@json_option
@state_dir_option
def bundle(*, name: str, output: Path | None, as_json: bool, state_dir: Path) -> None:
    """Pack RUN into one zip file that a colleague can give to `harness replay`.

    In it are the run's record, history, results and report, the engine's log, and what was deployed. Credentials,
    Authorization headers, signed URLs, users in URLs, values of this environment that are named like secrets, and
    paths of home folders are taken out, and it says where. Secrets have many forms: look into what you give away.
    """
    folder = store_in(state_dir).find(name)
    made = make_bundle(folder, output or Path(f"{folder.run_id}.zip"), _cleaner)
    if as_json:
        listing = listing_to_json(made.listing)
        click.echo(json.dumps({"file": str(made.path), "size_bytes": made.size_bytes} | listing))
        return
    _show(made)


def _cleaner() -> Cleaner:
    return Cleaner(os.environ, {str(Path.home()): "~", str(Path.cwd()): "(here)"})


def _show(made: Bundle) -> None:
    table = table_of("in it", "bytes", "taken out")
    table.add_column("what it is")
    for name, file in made.listing.files.items():
        table.add_row(name, f"{file.size_bytes:,}", str(file.cleaned or "-"), FILES[name])
    show(table)
    show(Text(f"{made.path}: {made.size_bytes:,} bytes; a colleague replays it by `harness replay {made.path.name}`"))
