"""`harness fault`: what is broken on purpose in the engine of this checkout, or of any endpoint that has faults."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import click
from rich.table import Table
from rich.text import Text

from harness.commands.notations import Duration
from harness.commands.options import account_option, json_option, state_dir_option
from harness.commands.stored import show
from harness.engines.checkout import require_running_engine
from harness.engines.external import check_url
from harness.errors import MisuseError
from harness.faults.catalogue import check_settable
from harness.faults.control import FaultControl
from harness.faults.notation import fault_of_words
from harness.terminal.tables import table_of

_SHOWN_FIRINGS: Final = 20
_STYLES: Final = {"active": "bold yellow", "healed": "green", "expired": "green", "limited": "green"}

_endpoint_option = click.option("--endpoint-url", metavar="URL", help="Which engine.  [default: this checkout's]")

type Ask[T] = Callable[[FaultControl], Awaitable[T]]


@click.group(
    short_help="Break something on purpose, and heal it.",
    epilog=(
        "\b\nExamples:\n"
        "  harness fault kinds\n"
        "  harness fault set gsi-lag delay=0ms-2s\n"
        "  harness fault set api-500 rate=0.2 operations='POST /users' --ttl 5min\n"
        "  harness fault list\n"
        "  harness fault show gsi-lag\n"
        "  harness fault heal --all\n"
    ),
)
def fault() -> None:
    """Break something in the running engine on purpose, see what it hit, and heal it.

    In a run, `harness run --faults` does all of that by itself; this is for driving the API by hand, or by other tools.
    """


@fault.command("kinds", short_help="What can be broken.", epilog="\b\nExamples:\n  harness fault kinds\n")
@_endpoint_option
@account_option
@json_option
@state_dir_option
def kinds(*, endpoint_url: str | None, account: str, as_json: bool, state_dir: Path) -> None:
    """List the kinds of faults that the engine has, with what they do if nobody says more."""
    found = _ask(endpoint_url, account, state_dir, lambda control: control.kinds())
    if as_json:
        click.echo(json.dumps({"kinds": list(found)}))
        return
    table = Table(box=None, pad_edge=False)
    for column in ("kind", "place", "share", "delay", "what it does"):
        table.add_column(column, no_wrap=column != "what it does")
    for kind in found:
        table.add_row(kind["name"], kind["place"], f"{kind['rate']:g}", delay_in_words(kind["delay"]), kind["what"])
    show(table)


@fault.command(
    "set",
    short_help="Break something, or go on breaking it.",
    epilog="\b\nExamples:\n  harness fault set duplicates rate=0.5\n  harness fault set gsi-lag delay=0ms-2s\n",
)
@click.argument("kind")
@click.argument("words", nargs=-1, metavar="[KEY=VALUE]...")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Decides which things are hit.")
@click.option("--ttl", "ttl_s", type=Duration(), default="1min", show_default=True, help="It heals after so long.")
@_endpoint_option
@account_option
@json_option
@state_dir_option
def set_fault(
    *,
    kind: str,
    words: tuple[str, ...],
    seed: int,
    ttl_s: float,
    endpoint_url: str | None,
    account: str,
    as_json: bool,
    state_dir: Path,
) -> None:
    """Set a fault. Set again just as it is, it keeps its counts, and its time to live begins anew.

    KEY=VALUE is rate=0.2, times=2, limit=100, delay=200ms or 0ms-2s or exponential:300ms-3s, flows=0-99,
    operations=PutItem, resources=users-api-users or name=lag2.
    """
    wanted = fault_of_words(kind, list(words))
    check_settable(wanted)
    _ask(endpoint_url, account, state_dir, lambda control: control.set(wanted, seed, ttl_s))
    _print([_one(endpoint_url, account, state_dir, wanted.name)], as_json=as_json)


@fault.command(
    "list", short_help="What is broken, and what was.", epilog="\b\nExamples:\n  harness fault list --json\n"
)
@_endpoint_option
@account_option
@json_option
@state_dir_option
def list_faults(*, endpoint_url: str | None, account: str, as_json: bool, state_dir: Path) -> None:
    """List the account's faults, those that have ended lately too."""
    found = _ask(endpoint_url, account, state_dir, lambda control: control.all_as_told())
    if not found and not as_json:
        click.echo(
            f"nothing is broken on purpose in account {account}; `harness fault kinds` says what can be", err=True
        )
        return
    _print(found, as_json=as_json)


@fault.command(
    "show", short_help="One fault, and what it hit.", epilog="\b\nExamples:\n  harness fault show gsi-lag --json\n"
)
@click.argument("name")
@_endpoint_option
@account_option
@json_option
@state_dir_option
def show_fault(*, name: str, endpoint_url: str | None, account: str, as_json: bool, state_dir: Path) -> None:
    """Show a fault and the first things that it hit."""
    found = _one(endpoint_url, account, state_dir, name)
    firings, _ = _ask(endpoint_url, account, state_dir, lambda control: control.firings(name, 0))
    if as_json:
        hits = [{"flow": hit.flow, "identity": hit.identity, "operation": hit.operation} for hit in firings]
        click.echo(json.dumps({**found, "hits": hits}))
        return
    _print([found], as_json=False)
    for hit in firings[:_SHOWN_FIRINGS]:
        waited = f", {hit.delay_ms:.0f} ms" if hit.delay_ms else ""
        click.echo(f"  hit {hit.operation} of {hit.identity}, attempt {hit.attempt}{waited}")
    if len(firings) > _SHOWN_FIRINGS:
        click.echo(f"  ... and {len(firings) - _SHOWN_FIRINGS} more")


@fault.command(
    "heal",
    short_help="Heal one, or all.",
    epilog="\b\nExamples:\n  harness fault heal gsi-lag\n  harness fault heal --all\n",
)
@click.argument("name", required=False)
@click.option("--all", "heals_all", is_flag=True, help="All of the account.")
@_endpoint_option
@account_option
@json_option
@state_dir_option
def heal(
    *, name: str | None, heals_all: bool, endpoint_url: str | None, account: str, as_json: bool, state_dir: Path
) -> None:
    """End a fault. What it held back comes out, and what lagged catches up."""
    if (name is None) != heals_all:
        raise MisuseError("which one? give a name, or --all; `harness fault list` has them")
    if name is not None:
        names = [_one(endpoint_url, account, state_dir, name)["name"]]
    else:
        told = _ask(endpoint_url, account, state_dir, lambda control: control.all_as_told())
        names = [each["name"] for each in told if each["state"] == "active"]

    async def heal_them(control: FaultControl) -> None:
        for each in names:
            await control.heal(each)

    _ask(endpoint_url, account, state_dir, heal_them)
    _print([_one(endpoint_url, account, state_dir, each) for each in names], as_json=as_json)


def delay_in_words(delay: Mapping[str, float] | None) -> str:
    """Return a delay as a person writes it; nothing where there is none."""
    match delay:
        case {"fixed_ms": fixed_ms}:
            return f"{fixed_ms:g}ms"
        case {"mean_ms": mean_ms, "most_ms": most_ms}:
            return f"exponential:{mean_ms:g}ms-{most_ms:g}ms"
        case {"least_ms": least_ms, "most_ms": most_ms}:
            return f"{least_ms:g}ms-{most_ms:g}ms"
        case _:
            return ""


def _print(faults: Sequence[Mapping[str, Any]], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"faults": list(faults)}))
        return
    table = table_of("fault", "kind", "state", "share", "times", "delay", "could hit", "hit", "heals in")
    for each in faults:
        expires_in_s = each["expires_in_s"]
        table.add_row(
            each["name"],
            each["kind"],
            Text(each["state"], style=_STYLES.get(each["state"], "")),
            f"{each['rate']:g}",
            str(each["times"]),
            delay_in_words(each["delay"]),
            str(each["eligible"]),
            str(each["fired"]),
            "" if expires_in_s is None else f"{expires_in_s:.0f} s",
        )
    show(table)


def _one(endpoint_url: str | None, account: str, state_dir: Path, name: str) -> Mapping[str, Any]:
    for found in _ask(endpoint_url, account, state_dir, lambda control: control.all_as_told()):
        if found["name"] == name:
            return found
    raise MisuseError(f"no fault is called {name} in account {account}; `harness fault list` has those that are")


def _ask[T](endpoint_url: str | None, account: str, state_dir: Path, ask: Ask[T]) -> T:
    """Ask the engine that is meant."""
    from harness.faults.asking import ask_engine  # noqa: PLC0415 - aiohttp is slow to import

    url = check_url(endpoint_url) if endpoint_url else require_running_engine(state_dir / "engine").endpoint_url
    return ask_engine(url, account, ask)
