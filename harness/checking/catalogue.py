"""All checkers, and how they are run."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from harness.checking import Agreement, CheckResult
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
from harness.verdicts import VerdictWord

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
