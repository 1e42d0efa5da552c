"""Progress: plain lines where there is no terminal, a bar where there is one."""

import io
import re
from dataclasses import replace

from rich.console import Console

from harness.faults.watching import FaultStanding
from harness.history import QueueDepths
from harness.operations import FlowEnding
from harness.running.live_counts import Progress
from harness.running.recording import Standing
from harness.terminal.progress import Prefixed, show_progress
from harness.timing.statistics import Quantiles

BEGUN = Standing(
    "flows",
    Progress(
        asked=10,
        begun=4,
        not_started=0,
        endings=dict.fromkeys(FlowEnding, 0),
        calls=7,
        errors=0,
        duration_s=0.5,
        create=Quantiles(3, p50_ms=4.2, p99_ms=9.9),
        visible=Quantiles(0),
    ),
    depths=None,
)
FURTHER = Standing(
    "waiting for quiet",
    replace(
        BEGUN.progress,
        endings={**dict.fromkeys(FlowEnding, 0), FlowEnding.COMPLETED: 2, FlowEnding.FAILED: 1},
        not_started=5,
        errors=3,
        visible=Quantiles(2, p50_ms=61, p99_ms=80),
    ),
    QueueDepths(visible=1, in_flight=2, delayed=0, dead_lettered=7),
)


BROKEN = replace(
    BEGUN,
    faults=(
        FaultStanding("crashes", is_active=True, fired=4),
        FaultStanding("pauses", is_active=False, fired=1),
        FaultStanding("lag2", is_active=True, fired=31),
    ),
)


def shown_on(*standings: Standing, is_terminal: bool) -> str:
    shown = io.StringIO()
    with show_progress(Console(file=shown, force_terminal=is_terminal, width=200)) as view:
        for standing in standings:
            view.show(standing)
    return shown.getvalue()


def test_without_a_terminal_each_change_is_a_line() -> None:
    first, second = shown_on(BEGUN, BEGUN, FURTHER, is_terminal=False).splitlines()
    assert re.fullmatch(
        r" +0\.\d s  flows: 0 of 10 ended, 4 in flight, 0/s, create 4/10 ms, visible -, 0 errors", first
    )
    assert re.fullmatch(
        r" +0\.\d s  waiting for quiet: 3 of 10 ended, 1 in flight, 4/s, create 4/10 ms, visible 61/80 ms, queue 3, "
        r"3 errors, 1 failed, 5 not started",
        second,
    )


def test_on_a_terminal_there_is_a_bar_that_goes_away() -> None:
    shown = shown_on(BEGUN, FURTHER, is_terminal=True)
    assert "8/10" in shown
    assert "1 failed" in shown
    assert shown.endswith("\x1b[2K")  # the line is cleared


def test_what_is_broken_is_told_with_its_hits_and_apart_from_what_is_over() -> None:
    told = "broken: crashes hit 4, lag2 hit 31; over: pauses hit 1"
    [line] = shown_on(BROKEN, is_terminal=False).splitlines()
    assert line.endswith(f"0 errors; {told}")
    on_terminal = shown_on(BROKEN, is_terminal=True)
    assert told in on_terminal
    assert on_terminal.endswith("\x1b[2K")  # both lines are cleared


def test_nothing_is_said_of_faults_where_none_is_set() -> None:
    assert "broken" not in shown_on(BEGUN, is_terminal=True) + shown_on(BEGUN, is_terminal=False)


def test_a_run_that_is_a_part_of_something_says_of_what() -> None:
    shown = io.StringIO()
    with show_progress(Console(file=shown, force_terminal=False, width=200)) as view:
        Prefixed(view, "round 3, 90 s left").show(BEGUN)
    assert "s  round 3, 90 s left: flows: 0 of 10 ended" in shown.getvalue()
