"""The bootstrap's command line: what a person types, sees, and gets as exit code."""

import argparse
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn, TextIO

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from infra.dependencies import HERE as HERE_SYSTEM
from infra.dependencies import PLATFORMS
from infra.deploy import deploy
from infra.engine import Engine, account_on_aws
from infra.errors import BootstrapError, FilesError, MisuseError, from_botocore, one_line
from infra.options import Options
from infra.progress import Lines
from infra.remove import remove

HERE = Path(__file__).parent
OURS = HERE.parent / "authorizer"
EMULATED_ACCOUNT = "000000000000"


def main(arguments: Sequence[str]) -> int:
    """Deploy or delete as asked, and return the exit code. Ctrl-C is the caller's."""
    where = "AWS"
    try:
        options = parse(arguments)
        where = options.endpoint_url or where
        _run(options)
    except BootstrapError as error:
        return _complain(error)
    except (BotoCoreError, ClientError, ResponseParserError) as error:
        return _complain(from_botocore(error, where))
    except OSError as error:
        return _complain(FilesError(one_line(str(error))))
    except Exception as error:  # noqa: BLE001 - a person gets one line, whatever happened
        return _complain(BootstrapError(f"internal error: {type(error).__name__}: {one_line(str(error))}"))
    return 0


def read_arguments(lines: TextIO) -> list[str] | None:
    """Return the arguments in one line of JSON, a list of strings; None where there is no line."""
    line = lines.readline()
    return [str(argument) for argument in json.loads(line)] if line else None


def parse(arguments: Sequence[str]) -> Options:
    """Read the arguments; `--help` prints and exits.

    Raises:
        MisuseError: when they make no sense.
    """
    parser = _Parser(
        prog="infra/bootstrap",
        description="Deploy the stack, or bring it to what the sources say. Without a change, do nothing.",
    )
    add = parser.add_argument
    add(
        "--endpoint-url",
        metavar="URL",
        type=_endpoint_url,
        help="the engine; without it: AWS, after a question",
    )
    add("--region", default="us-east-1", help="on AWS, too, whatever the surroundings say (default: %(default)s)")
    add(
        "--account",
        default=EMULATED_ACCOUNT,
        help="twelve digits, with --endpoint-url (default: %(default)s)",
    )
    add("--stack-name", default="users-api", help="(default: %(default)s)")
    add("--parameter", metavar="KEY=VALUE", action="append", default=[], help="a parameter of the template")
    add("--source-dir", type=Path, default=HERE, help="where template.yaml is (default: beside the bootstrap)")
    add("--consumer-dir", type=Path, default=HERE.parent / "consumer", help="the function's package")
    add(
        "--authorizer-dir",
        metavar="DIR",
        type=Path,
        help="the package of the function that says who may call (default: beside the function's, or else ours)",
    )
    add(
        "--packages-for",
        choices=[HERE_SYSTEM, *PLATFORMS],
        help="what the authorizer's packages run on (default: with --endpoint-url here, else the template's"
        " Architecture)",
    )
    add("--outputs", metavar="FILE", type=Path, help="(default: .harness/stacks/STACK_NAME.json)")
    add("--timeout-s", type=float, default=300, help="how long the stack may take (default: %(default)s)")
    add("--delete", action="store_true", help="remove the stack and all else that was made for it")
    add("--yes", action="store_true", help="do not ask before touching AWS")
    add("--json", action="store_true", help="print one JSON object instead of lines")
    given = parser.parse_args(arguments)
    if not re.fullmatch(r"\d{12}", given.account):
        raise MisuseError(f"--account {given.account}: an account is twelve digits")
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,49}", given.stack_name):
        raise MisuseError(f"--stack-name {given.stack_name}: a letter, then up to 49 letters, digits and hyphens")
    return Options(
        endpoint_url=given.endpoint_url,
        region=given.region,
        account_id=given.account,
        stack_name=given.stack_name,
        parameters=dict(_key_and_value(each) for each in given.parameter),
        source_dir=given.source_dir,
        consumer_dir=given.consumer_dir,
        authorizer_dir=given.authorizer_dir or _authorizer_beside(given.consumer_dir),
        outputs_path=given.outputs or Path(".harness/stacks") / f"{given.stack_name}.json",
        timeout_s=given.timeout_s,
        delete=given.delete,
        assume_yes=given.yes,
        as_json=given.json,
        packages_for=given.packages_for,
    )


def _authorizer_beside(consumer_dir: Path) -> Path:
    """Return the authorizer that belongs to a function: a copy of all of it has one beside it."""
    beside = consumer_dir.parent / OURS.name
    return beside if beside.is_dir() else OURS


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise MisuseError(f"{message}; see --help")


def _endpoint_url(text: str) -> str:
    if not re.fullmatch(r"https?://[^/\s?#]+/?", text):
        raise argparse.ArgumentTypeError(f"{text} is not like http://127.0.0.1:4566")
    return text.rstrip("/")


def _key_and_value(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not key or not equals:
        raise MisuseError(f"--parameter {text}: it is KEY=VALUE")
    return key, value


def _run(options: Options) -> None:
    account_id = options.account_id
    if options.endpoint_url is None:
        account_id = _account_to_touch(options)
    engine = Engine(options.endpoint_url, options.region, account_id)
    if options.delete:
        _print_removed(options, remove(options, engine, Lines()))
        return
    progress = Lines()
    outputs = deploy(options, engine, progress)
    done = "deployed" if outputs.changed else "no change"
    progress.note(f"{options.stack_name}: {done}, outputs in {options.outputs_path}")
    sys.stdout.write(f"{outputs.as_json if options.as_json else outputs.api_url}\n")


def _account_to_touch(options: Options) -> str:
    """Ask whether AWS may be touched; return the account that it will be."""
    if not options.assume_yes and not sys.stdin.isatty():
        raise MisuseError("without --endpoint-url this goes to AWS: say --yes, or name an engine")
    account_id = account_on_aws(options.region)
    if not options.assume_yes:
        what = "Delete" if options.delete else "Deploy"
        sys.stderr.write(f"{what} stack {options.stack_name} in {options.region} of AWS account {account_id}? [y/N] ")
        sys.stderr.flush()
        if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
            raise MisuseError("nothing was done")
    return account_id


def _print_removed(options: Options, removed: Sequence[str]) -> None:
    if options.as_json:
        sys.stdout.write(json.dumps({"stack_name": options.stack_name, "removed": removed}) + "\n")
    elif removed:
        sys.stdout.write("".join(f"removed {each}\n" for each in removed))
    else:
        sys.stdout.write(f"{options.stack_name}: nothing to remove\n")


def _complain(error: BootstrapError) -> int:
    sys.stderr.write(f"bootstrap: {error}\n")
    return error.exit_code
