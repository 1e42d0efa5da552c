"""`harness token`: a token of this machine's issuer, for who calls the API by hand."""

import json
from typing import Final

import click

from harness.callers.local_issuer import ISSUER, SCOPES, SUBJECT, local_issuer
from harness.commands.notations import Duration
from harness.commands.options import json_option
from harness.errors import MisuseError
from harness.stack.deployment import DEFAULT_STACK_NAME

_LONGEST_S: Final = 24 * 3600


@click.command(
    short_help="Print a token that a stack deployed with --auth jwt lets in.",
    epilog=(
        "\b\nExamples:\n"
        "  harness deploy --auth jwt\n"
        '  curl -H "Authorization: Bearer $(harness token)" "$api/users/nobody"\n'
        "  harness token --sub ada --scope users:read --expires-in 5min\n"
        "  harness token --expires-in=-1min      one that has expired\n"
    ),
)
@click.option("--sub", "subject", default=SUBJECT, show_default=True, help="Whose it is: createdBy says so.")
@click.option(
    "--scope",
    default=" ".join(SCOPES),
    show_default=True,
    help="What it allows, separated by spaces: users:write to create, users:read to poll and fetch.",
)
@click.option(
    "--expires-in", "lifetime", default="60min", show_default=True, help="Like 30s or 60min; -1min: it has expired."
)
@click.option(
    "--stack-name", default=DEFAULT_STACK_NAME, show_default=True, help="The stack that it is for: its audience."
)
@click.option("--jwks", "shows_keys", is_flag=True, help="Print the issuer's public keys instead (a JSON Web Key Set).")
@json_option
def token(*, subject: str, scope: str, lifetime: str, stack_name: str, shows_keys: bool, as_json: bool) -> None:
    """Print a token that this machine's issuer signs.

    Its private key is made when it is first needed, in your own state folder, and leaves it never. A stack trusts the
    issuer only if it was deployed with `--auth jwt`, and then until it is deployed otherwise.
    """
    issuer = local_issuer()
    if shows_keys:
        click.echo(issuer.key_set())
        return
    made = issuer.token(stack_name, subject=subject, scopes=scope.split(), lifetime_s=_seconds(lifetime))
    shown = {"token": made, "issuer": ISSUER, "audience": stack_name, "subject": subject, "scope": scope}
    click.echo(json.dumps(shown) if as_json else made)


def _seconds(text: str) -> int:
    """Return a lifetime, which may be over already."""
    seconds = int(Duration().convert(text.removeprefix("-"), None, None))
    if seconds > _LONGEST_S:
        raise MisuseError(
            f"--expires-in {text}: a token that is good for longer than a day is a password; make it less"
        )
    return -seconds if text.startswith("-") else seconds
