"""Progress: plain lines where there is no terminal, a bar where there is one."""

import io
import re

from rich.console import Console

from harness.api_client import NewUser
from harness.flow import FlowEnding, FlowResult
from harness.progress import show_progress
from harness.tally import Tally
from harness.workload import FlowPlan


def tally_of(asked: int, *endings: FlowEnding) -> Tally:
    tally = Tally(asked)
    for ending in endings:
        tally.add(FlowResult(FlowPlan(0, NewUser("Ada", "a@example.com")), ending, "", (), None))
    return tally


def shown_on(*, is_terminal: bool) -> str:
    shown = io.StringIO()
    with show_progress(Console(file=shown, force_terminal=is_terminal, width=80)) as view:
        view.tick(tally_of(10))
        view.tick(tally_of(10, FlowEnding.COMPLETED, FlowEnding.FAILED, FlowEnding.UNREACHABLE))
    return shown.getvalue()


def test_without_a_terminal_each_tick_is_a_line() -> None:
    first, second = shown_on(is_terminal=False).splitlines()
    assert re.fullmatch(r"flows: 0 of 10 ended after \d+\.\d s", first)
    assert re.fullmatch(r"flows: 3 of 10 ended after \d+\.\d s, 1 failed, 1 not answered", second)


def test_on_a_terminal_there_is_a_bar_that_goes_away() -> None:
    shown = shown_on(is_terminal=True)
    assert "3/10" in shown
    assert "1 failed" in shown
    assert shown.endswith("\x1b[2K")  # the line is cleared
