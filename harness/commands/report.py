"""`harness report`: a run as a page to look at."""

import webbrowser
from pathlib import Path

import click

from harness.commands.options import state_dir_option
from harness.commands.stored import run_argument, store_in
from harness.history.reader import read_history
from harness.html_report.writing import write_report


@click.command(
    short_help="Write a run's report again, and say where it is.",
    epilog=(
        "\b\nExamples:\n"
        "  harness report                 of the latest run\n"
        "  harness report --open          and look at it\n"
        "  harness report 20261123-2201   of the run whose ID begins so\n"
    ),
)
@run_argument
@click.option("--open", "is_opened", is_flag=True, help="Open it in this machine's browser.")
@state_dir_option
def report(*, name: str, is_opened: bool, state_dir: Path) -> None:
    """Write the HTML report of RUN again from its history and its results, and print the file's path.

    RUN is a run's ID, the beginning of one, `latest`, or a run's folder. The file needs no network.
    """
    folder = store_in(state_dir).find(name)
    record, results = folder.read_record(), folder.read_results()
    write_report(folder, record, results, read_history(folder.history_path))
    click.echo(folder.report_path)
    if is_opened and not webbrowser.open(folder.report_path.resolve().as_uri()):
        click.echo("no browser could be started; open the file by hand", err=True)
