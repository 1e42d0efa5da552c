"""What is said of runs that were made again, for a person at a terminal. No I/O."""

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from harness.replaying.rates import Rate, Share
from harness.replaying.sameness import Sameness
from harness.terminal.results import STYLES
from harness.terminal.tables import table_of


def sameness_as_text(found: Sequence[Sameness]) -> RenderableType:
    """Return what two runs have in common, and what they do not, each with its details."""
    table = table_of("made again")
    table.add_column("", no_wrap=True)
    table.add_column("", overflow="fold")
    for each in found:
        table.add_row(each.what, _word(each.same), Text(each.said))
    details = [Text(f"  {each.what}: {detail}", style="dim") for each in found for detail in each.details]
    return Group(table, *details)


def rate_as_text(rate: Rate) -> RenderableType:
    """Return how often it failed, how sure that is, and what was broken."""
    return Group(*_rate_lines(rate))


def _word(same: bool | None) -> Text:
    if same is None:
        return Text("cannot be told", style="yellow")
    return Text("the same", style="green") if same else Text("not the same", style="red")


def _rate_lines(rate: Rate) -> Iterator[Text]:
    if not rate.tries:
        yield Text("nothing was tried")
        return
    style = f"bold {STYLES[rate.word]}"
    yield Text.assemble((f"failed {rate.invalid.count} of {rate.tries} times", style), f": {_sure(rate.invalid, rate)}")
    if rate.unknown.count:
        yield Text(f"unknown {rate.unknown.count} of {rate.tries} times: {_sure(rate.unknown, rate)}")
    for name, share in rate.broken.items():
        yield Text(f"  {name} was broken {share.count} times: {_sure(share, rate)}")


def _sure(share: Share, rate: Rate) -> str:
    low, high = share.interval
    measured = f"{share.count / rate.tries:.0%}"
    return f"{measured}, and with 95 % confidence between {low:.1%} and {high:.1%}"
