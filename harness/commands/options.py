"""Options that several subcommands share."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click

from harness.callers import Auth
from harness.stack.deployment import DEFAULT_ACCOUNT, DEFAULT_REGION, DEFAULT_STACK_NAME

DEFAULT_STATE_DIR: Final = Path(".harness")


class AccountId(click.ParamType):
    """Twelve digits."""

    name = "account"

    def convert(self, value: str, parameter: click.Parameter | None, context: click.Context | None) -> str:
        """Return the value if it is an account."""
        if len(value) != len(DEFAULT_ACCOUNT) or not (value.isascii() and value.isdigit()):
            self.fail(f"{value!r} is not twelve digits", parameter, context)
        return value


class RenamedOption(click.Option):
    """An option with a new name. Its former names still work, and no help text shows them."""

    def __init__(self, *arguments: Any, former: Sequence[str], **attributes: Any) -> None:
        super().__init__(*arguments, **attributes)
        self._former = former

    def add_to_parser(self, parser: Any, ctx: click.Context) -> None:  # the parser's class is private to click
        """Have the parser accept the former names as well."""
        shown = self.opts
        self.opts = [*shown, *self._former]
        super().add_to_parser(parser, ctx)
        self.opts = shown


state_dir_option = click.option(
    "--state-dir",
    type=click.Path(file_okay=False, path_type=Path),
    default=DEFAULT_STATE_DIR,
    show_default=True,
    help="Where this checkout keeps its engine and the outputs of its stacks.",
)
account_option = click.option(
    "--account",
    type=AccountId(),
    default=DEFAULT_ACCOUNT,
    show_default=True,
    help="The AWS account on the engine. Accounts share nothing.",
)
region_option = click.option(
    "--region", default=DEFAULT_REGION, show_default=True, help="The AWS region on the engine."
)
stack_name_option = click.option(
    "--stack-name", default=DEFAULT_STACK_NAME, show_default=True, help="CloudFormation's name for the stack."
)
source_dir_option = click.option(
    "--source-dir",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Where template.yaml is.  [default: our own, in infra]",
)
consumer_dir_option = click.option(
    "--consumer-dir",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="The function's package.  [default: our own, consumer]",
)
auth_option = click.option(
    "--auth",
    type=click.Choice([each.value for each in Auth]),
    help="Who may call: everybody, whose calls are signed (iam), or who has a token of this machine's issuer (jwt). "
    "See docs/security.md.  [default: none]",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")
