"""What a person reads."""

import io
from dataclasses import replace

from rich.console import Console, RenderableType

from harness.operations import FlowEnding, Meaning
from harness.terminal.results import flow_as_text, results_as_text
from tests.unit.harness.literal_results import LOST, MET, MISSED, results, with_faults
from tests.unit.harness.timing.histories import create, flow, plain_flow, poll


def printed(what: RenderableType) -> str:
    console = Console(file=io.StringIO(), width=160, color_system=None)
    console.print(what, soft_wrap=True)
    assert isinstance(console.file, io.StringIO)
    return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines())


def rows(what: RenderableType) -> list[str]:
    """The lines, with one space between any two words."""
    return [" ".join(line.split()) for line in printed(what).splitlines()]


def test_the_verdict_comes_first_and_then_what_a_reader_must_know() -> None:
    lines = printed(results_as_text(results(), facts=["seed 7"])).splitlines()
    assert lines[:2] == ["invalid: because", "cut off in line 7"]
    assert lines[2].endswith(", seed 7")


def test_every_check_has_its_verdict_and_its_evidence_up_to_a_bound() -> None:
    shown = printed(results_as_text(results()))
    assert "no-create-lost invalid 7 of 100 are nowhere" in rows(results_as_text(results()))
    assert "no-create-lost: No acknowledged create is lost.\n  flow 0: message m-0 is nowhere\n" in shown
    assert "flow 4: message m-4 is nowhere\n  ... and 2 more\n" in shown
    assert "flow 5" not in shown


def test_thresholds_say_what_was_measured() -> None:
    shown = rows(results_as_text(results(thresholds=(MISSED, MET))))
    assert "visible.p99<2s invalid measured 2.5 s" in shown
    assert "errors<1% valid measured 0.5%" in shown


def test_figures_are_there_and_only_those_that_were_measured() -> None:
    shown = printed(results_as_text(results()))
    assert "create to visible, at most" in shown
    assert "p99.9" in shown
    assert "server:" not in shown


def test_what_was_broken_on_purpose_is_a_table_with_flows_that_were_hit_and_not() -> None:
    shown = rows(results_as_text(with_faults(results())))
    heading = shown.index("broken on purpose active, s could hit hit flows hit recovered after")
    assert shown[heading + 2 : heading + 5] == [
        "gsi-lag 0.0-4.2 100 100 97 unknown: nothing became visible after it",
        "deaths (crashes) 1.0-2.0, 3.0-? ? ? 3 0.75 s",
        "late (kills) never 0 0 0 -",
    ]
    assert "create to visible, at most: hit 97 400.0 900.0 1900 1990 2002" in shown
    assert "create to visible, at most: not hit 3 30.0 31.0 32.0 32.0 32.0" in shown
    assert not [row for row in rows(results_as_text(results())) if "hit" in row]


def test_flows_that_were_not_started_are_counted() -> None:
    shown = rows(results_as_text(results()))
    heading = shown.index("flows asked completed failed unreachable interrupted not started")
    assert shown[heading + 2] == "3 2 0 0 0 1"


def test_errors_and_warm_up_are_said_where_there_are_some() -> None:
    plain = results()
    figures = replace(plain.figures, errors=3, warm_up_s=1.5)
    shown = printed(results_as_text(replace(plain, figures=figures)))
    assert "3 errors of 8 calls, the first 1.5 s left out" in shown
    assert "errors of" not in printed(results_as_text(plain))


def test_what_looks_like_markup_is_text() -> None:
    hostile = replace(LOST, reason="[bold]not[/bold]", claim="[/]")
    assert "[bold]not[/bold]" in printed(results_as_text(results(hostile)))


def test_a_flow_is_shown_call_by_call() -> None:
    late = create(1.0, 1.35, started_s=1.1)
    wrong = replace(poll(1.4, 1.5, Meaning.UNEXPECTED), status=500, seen="500 [red]oops \x1b[2J", request_id="r-1")
    failed = replace(
        flow(late, wrong, ending=FlowEnding.FAILED), reason="a status is wrong", payload={"name": "\u202e"}
    )
    lines = rows(flow_as_text(failed))
    assert lines[0] == "flow 0: failed: a status is wrong"
    assert lines[1] == r"sent {'name': '\u202e'}"
    assert lines[-2] == "0.100 100.0 250.0 create ok - accepted"
    assert lines[-1] == r"0.400 0.0 100.0 status fail 500 unexpected: 500 [red]oops \x1b[2J (request r-1)"


def test_a_flow_that_had_to_be_rejected_or_never_ended_says_so() -> None:
    shown = printed(flow_as_text(replace(plain_flow(0), acceptable=False, ending=None)))
    assert "flow 0: not ended in this history" in shown
    assert "had to be rejected" in shown
