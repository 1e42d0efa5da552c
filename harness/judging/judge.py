"""From what happened to what is said of it: a history, what it is held against, what is required. Pure."""

from collections import Counter
from collections.abc import Sequence

from harness.checking import Agreement, CheckResult
from harness.checking.catalogue import check_all
from harness.checking.evidence_text import one_line
from harness.checking.fault_exemptions import exempt_flows
from harness.history import History
from harness.judging.results import Results
from harness.operations import FlowEnding
from harness.timing.measure import measure
from harness.timing.thresholds import Threshold, evaluate
from harness.verdicts import ThresholdResult, Verdict, VerdictWord


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


def overall(results: Sequence[CheckResult], history: History, exempt: int = 0) -> Verdict:
    """Return the verdict on a run: it is valid only if every claim is, and every flow that was asked for completed.

    Args:
        results: what the checkers say.
        history: what they say it of.
        exempt: how many flows need not have completed; see `harness.checking.fault_exemptions`.
    """
    completed = sum(flow.ending is FlowEnding.COMPLETED for flow in history.flows)
    flows = f"{completed} of {history.asked} flows completed"
    flows += f", {exempt} ended by faults that hit them" if exempt else ""
    words = Counter(result.verdict for result in results)
    if broken := [result.name for result in results if result.verdict is VerdictWord.INVALID]:
        return Verdict(VerdictWord.INVALID, f"{flows}; broken: {', '.join(broken)}")
    if words[VerdictWord.UNKNOWN] or not completed or completed + exempt < history.asked or not history.complete:
        why = [f"{result.name}: {result.reason}" for result in results if result.verdict is VerdictWord.UNKNOWN]
        rest = f"; not known: {'; '.join(why)}" if why else ""
        return Verdict(VerdictWord.UNKNOWN, one_line(f"{flows}, nothing is shown to be wrong{rest}"))
    return Verdict(VerdictWord.VALID, f"{flows}; every result came back exactly as it was sent")


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
