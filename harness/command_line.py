"""The `harness` command: a group of subcommands, and the border where every error becomes one line.

It reads two environment variables: HARNESS_DEBUG (any text: an internal error shows its traceback) and, by
way of rich, NO_COLOR.
"""

import importlib
import os
import sys
from collections.abc import Mapping
from typing import Any, Final

import click

from harness.errors import ExitCode, InternalError, from_foreign
from harness.running.interrupts import restore_ctrl_c

COMMANDS: Final[Mapping[str, str]] = {
    "run": "run:run",
    "show": "show:show_run",
    "report": "report:report",
    "compare": "compare:compare",
    "check": "check:check",
    "replay": "replay:replay",
    "shrink": "shrink:shrink",
    "bundle": "bundle:bundle",
    "soak": "soak:soak",
    "runs": "runs:runs",
    "fault": "fault:fault",
    "up": "engine:up",
    "deploy": "stack:deploy",
    "status": "stack:status",
    "logs": "engine:logs",
    "down": "engine:down",
    "token": "token:token",
    "completion": "completion:completion",
}
"""By name: the module below `harness.commands`, and what it is called there."""


class BorderGroup(click.Group):
    """A group that ends the process with the right exit code and, if anything is wrong, one line.

    A command is imported when it is asked for: `harness up` need not wait for what draws a report.
    """

    def list_commands(self, context: click.Context) -> list[str]:
        """Return all names."""
        del context
        return sorted(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Return a command; None where there is none of that name."""
        del context
        if name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[name].partition(":")
        command: click.Command = getattr(importlib.import_module(f"harness.commands.{module}"), attribute)
        return command

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command line; click's own exit codes and tracebacks are replaced by ours."""
        restore_ctrl_c()
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
