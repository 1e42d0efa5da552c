"""The `harness` command: a group of subcommands, and the border where every error becomes one line.

It reads two environment variables: HARNESS_DEBUG (any text: an internal error shows its traceback) and, by
way of rich, NO_COLOR.
"""

import os
import sys
from typing import Any

import click

from harness.commands.bundle import bundle
from harness.commands.check import check
from harness.commands.compare import compare
from harness.commands.completion import completion
from harness.commands.engine import down, logs, up
from harness.commands.replay import replay
from harness.commands.report import report
from harness.commands.run import run
from harness.commands.runs import runs
from harness.commands.show import show_run
from harness.commands.shrink import shrink
from harness.commands.stack import deploy, status
from harness.errors import ExitCode, InternalError, from_foreign


class BorderGroup(click.Group):
    """A group that ends the process with the right exit code and, if anything is wrong, one line."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command line; click's own exit codes and tracebacks are replaced by ours."""
        try:
            sys.exit(super().main(*args, **kwargs | {"standalone_mode": False}))
        except click.exceptions.NoArgsIsHelpError as error:
            error.show()
            sys.exit(ExitCode.MISUSE)
        except click.ClickException as error:
            asked = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "harness"
            _end(f"{error.format_message()} See `{asked} --help`.", ExitCode.MISUSE)
        except (click.Abort, KeyboardInterrupt):
            _end("interrupted", ExitCode.INTERRUPTED)
        except BrokenPipeError:
            # Whoever read our output has what it wanted. Python would complain while it flushes at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(ExitCode.INPUT_OUTPUT)
        except Exception as error:
            known = from_foreign(error)
            if isinstance(known, InternalError) and os.environ.get("HARNESS_DEBUG"):
                raise
            _end("; ".join([str(known), *getattr(known, "__notes__", [])]), known.exit_code)


def _end(message: str, exit_code: ExitCode) -> None:
    click.echo(f"harness: {message}", err=True)
    sys.exit(exit_code)


@click.group(
    "harness",
    cls=BorderGroup,
    epilog=(
        "\b\nExamples:\n"
        "  harness run                      an engine for this run alone: deploy, drive, judge, stop\n"
        "  harness up && harness deploy     an engine that stays, with the stack on it\n"
        "  harness status --json            where it is\n"
        "  harness down                     stop it\n"
    ),
)
@click.version_option(package_name="serverless-async-api")
def main() -> None:
    """Drive create-poll-retrieve flows at an asynchronous API on this machine, and judge them.

    HARNESS_DEBUG=1 shows the traceback of an internal error, NO_COLOR=1 leaves the colors out.
    """


for command in (
    run,
    runs,
    show_run,
    report,
    compare,
    check,
    replay,
    shrink,
    bundle,
    up,
    deploy,
    status,
    logs,
    down,
    completion,
):
    main.add_command(command)
