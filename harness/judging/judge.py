"""From what happened to what is said of it: a history, what it is held against, what is required. Pure."""

from collections.abc import Sequence

from harness.checking import Agreement, VerdictWord
from harness.checking.catalogue import check_all, overall
from harness.checking.fault_exemptions import exempt_flows
from harness.history import History
from harness.judging.results import Results, ThresholdResult, Verdict
from harness.timing.measure import measure
from harness.timing.thresholds import Threshold, evaluate


def judge_run(
    history: History, agreement: Agreement, *, thresholds: Sequence[Threshold] = (), warm_up_s: float = 0
) -> Results:
    """Return all that can be said of a run.

    Args:
        history: what happened.
        agreement: what the API promises.
        thresholds: what is required of the figures. One that is missed makes the run invalid.
        warm_up_s: what was meant to start earlier is judged, and left out of the figures.
    """
    checks = tuple(check_all(history, agreement))
    figures = measure(history, warm_up_s)
    held = evaluate(thresholds, figures)
    return Results(
        verdict=with_thresholds(overall(checks, history, exempt_flows(history, agreement)), held),
        checks=checks,
        thresholds=held,
        figures=figures,
        notes=tuple(history.problems),
    )


def with_thresholds(verdict: Verdict, thresholds: Sequence[ThresholdResult]) -> Verdict:
    """Return the verdict of checkers and thresholds together: the worse of the two, with the reasons of both."""
    missed = [f"{held.text} ({held.reason})" for held in thresholds if held.verdict is VerdictWord.INVALID]
    if missed:
        what = f"missed what was required: {', '.join(missed)}"
        return Verdict(VerdictWord.INVALID, f"{what}; {verdict.reason}")
    unknown = [held.text for held in thresholds if held.verdict is VerdictWord.UNKNOWN]
    if unknown and verdict.word is not VerdictWord.INVALID:
        return Verdict(VerdictWord.UNKNOWN, f"nothing was measured for {', '.join(unknown)}; {verdict.reason}")
    return verdict
