"""All checkers, how they are run, and what they amount to together."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from harness.checking import Agreement, CheckResult, VerdictWord
from harness.checking.answers import AnswersAsAgreed
from harness.checking.check import Check
from harness.checking.completion import EveryFlowCompleted, OnlyInvalidRejected
from harness.checking.conservation import AllAccountedFor, DeadLettersArePoison, NoCreateLost
from harness.checking.context import CheckContext
from harness.checking.equality import ResultNeverChanges, RetrievedAsSent, StoredAsSent
from harness.checking.evidence_text import one_line
from harness.checking.faults_fired import FaultsFired
from harness.checking.origins import IndefiniteOnceOrNot, NothingMadeUp, OneMessageOneResult, RejectedLeftNoTrace
from harness.checking.unauthorized_callers import (
    CreatedByCaller,
    UnauthorizedCallersLeftNoTrace,
    UnauthorizedCallersRefused,
)
from harness.checking.visibility import RetrieveAfterVisible, VisibleInTime, VisibleStaysVisible
from harness.history import FlowHistory, History
from harness.judging.results import Verdict
from harness.operations import FlowEnding

type Checker = type[Check]

CHECKERS: Final[tuple[Checker, ...]] = (
    EveryFlowCompleted,
    NoCreateLost,
    NothingMadeUp,
    OneMessageOneResult,
    RetrievedAsSent,
    StoredAsSent,
    VisibleStaysVisible,
    ResultNeverChanges,
    RetrieveAfterVisible,
    VisibleInTime,
    IndefiniteOnceOrNot,
    AllAccountedFor,
    DeadLettersArePoison,
    OnlyInvalidRejected,
    RejectedLeftNoTrace,
    UnauthorizedCallersRefused,
    UnauthorizedCallersLeftNoTrace,
    CreatedByCaller,
    AnswersAsAgreed,
    FaultsFired,
)


def check_all(
    history: History, agreement: Agreement, checkers: Sequence[Checker] = CHECKERS
) -> tuple[CheckResult, ...]:
    """Hold every claim against a history, in one pass over its flows.

    Args:
        history: what happened.
        agreement: what it is held against.
        checkers: the claims. One that cannot apply is left out of what is returned; one that crashes is *unknown*.
    """
    context = CheckContext(history, agreement)
    examinations = [_Examination(checker, context) for checker in checkers]
    for flow in history.flows:
        for examination in examinations:
            examination.see(flow)
    results = (examination.result() for examination in examinations)
    return tuple(result for result in results if result)


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


class _Examination:
    """One checker at work, which may crash at any step, and then does nothing more."""

    def __init__(self, checker: Checker, context: CheckContext) -> None:
        self._checker = checker
        self._check: Check | None = None
        self._crash: Exception | None = None
        with self._crashing():
            if checker.applies(context):
                self._check = checker(context)

    def see(self, flow: FlowHistory) -> None:
        if self._check and not self._crash:
            with self._crashing():
                self._check.see(flow)

    def result(self) -> CheckResult | None:
        """Return what the checker says; None: it does not apply."""
        result = None
        if self._check and not self._crash:
            with self._crashing():
                result = self._check.result()
        if self._crash:
            reason = one_line(f"the checker crashed: {type(self._crash).__name__}: {self._crash}")
            return CheckResult(self._checker.name, self._checker.claim, VerdictWord.UNKNOWN, reason)
        return result

    @contextmanager
    def _crashing(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # noqa: BLE001  - whatever it is, it must not take the other verdicts with it
            self._crash = error
