"""A checker: one claim, held against one history.

Which verdict, by one rule for all: a violation makes it *invalid*; else anything that had to be known and is not makes
it *unknown*, a history that was cut off among it; else it is *valid*, also where nothing of the kind happened (the
reason says so). What can by the run's very nature not be looked at is left out: see `applies`.
"""

from typing import ClassVar

from harness.checking import KEPT_EVIDENCE, CheckResult, Evidence
from harness.checking.context import CheckContext
from harness.checking.evidence_text import because, counted, one_line
from harness.history import FlowHistory
from harness.verdicts import VerdictWord


class Check:
    """One claim. It sees every flow once, in the order in which they ended, and then concludes.

    Args:
        context: the history and the agreement.
    """

    name: ClassVar[str]
    claim: ClassVar[str]
    things: ClassVar[str]
    """What the claim is about, as in "12 acknowledged creates"."""

    def __init__(self, context: CheckContext) -> None:
        self.context = context
        self.looked_at = 0
        """How many of the `things` there were."""
        self._evidence: list[Evidence] = []
        self._violations = 0
        self._doubts: list[str] = []

    @classmethod
    def applies(cls, context: CheckContext) -> bool:
        """Whether there can be anything to look at. What could have been, and was not, is *unknown* instead."""
        del context
        return True

    def see(self, flow: FlowHistory) -> None:
        """Look at one flow."""

    def conclude(self) -> str:
        """Say what only shows when all flows were seen; return what else a reader of the result should know."""
        return ""

    def violation(self, what: str, flow: int | None = None) -> None:
        """Count something that breaks the claim."""
        self._violations += 1
        if len(self._evidence) < KEPT_EVIDENCE:
            self._evidence.append(Evidence(one_line(what), flow))

    def doubt(self, why: str) -> None:
        """Say what is missing to know; once for each kind of thing."""
        self._doubts.append(one_line(why))

    def result(self) -> CheckResult:
        """Conclude."""
        note = self.conclude()
        if not self.context.history.complete:
            self.doubt("the history was cut off")
        verdict = VerdictWord.VALID
        reason = counted(self.looked_at, self.things)
        if self._violations:
            verdict = VerdictWord.INVALID
            reason = f"{counted(self._violations, 'violations')} in {reason}"
        elif self._doubts:
            verdict = VerdictWord.UNKNOWN
            reason = "; ".join(self._doubts)
        elif not self.looked_at:
            reason = f"there were no {self.things}"
        return CheckResult(
            name=self.name,
            claim=self.claim,
            verdict=verdict,
            reason=f"{reason}; {note}" if note else reason,
            evidence=tuple(self._evidence),
            violations=self._violations,
        )


class FinalCheck(Check):
    """A claim about what the engine held in the end: unknown where nobody looked into the table."""

    @classmethod
    def applies(cls, context: CheckContext) -> bool:
        """Whether there is a table to look into."""
        return context.has_table

    def result(self) -> CheckResult:
        """Conclude."""
        final = self.context.final
        if final is None:
            self.doubt("nobody looked at what was there in the end")
        elif final.stored is None:
            self.doubt(f"what is stored could not be read{because(final.problems)}")
        return super().result()
