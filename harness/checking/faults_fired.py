"""Did what was to be broken break? A run in which it did not shows nothing of what it was made for."""

from harness.checking.check import Check
from harness.checking.context import CheckContext
from harness.checking.creates import create_of
from harness.checking.evidence_text import counted
from harness.history import FaultHistory, FlowHistory
from harness.operations import FlowEnding


class FaultsFired(Check):
    """That a fault hit nothing is never wrong, and never proof of anything."""

    name = "faults-fired"
    claim = "Every fault that the run set hit something."
    things = "faults"

    def __init__(self, context: CheckContext) -> None:
        super().__init__(context)
        self._completed_after_kills = 0

    def see(self, flow: FlowHistory) -> None:
        """Count what shows that the stack is sound after the engine was killed, which forgets all that was before."""
        create = create_of(flow)
        if create and flow.ending is FlowEnding.COMPLETED and not self.context.faults.lost_with_engine(create):
            self._completed_after_kills += 1

    @classmethod
    def applies(cls, context: CheckContext) -> bool:
        """Whether anything was to be broken."""
        return context.faults.any

    def conclude(self) -> str:
        """Count what each of them hit."""
        faults = self.context.history.faults
        self.looked_at = len(faults)
        for fault in faults:
            if why := _why_no_proof(fault):
                self.doubt(f"{_called(fault)} {why}")
        if self.context.faults.engine_was_killed and not self._completed_after_kills:
            self.doubt("the engine was killed, and no flow that was begun after it was up again completed")
        return ", ".join(
            f"{_called(fault)} hit {fault.fired:,} of {fault.eligible:,}"
            for fault in faults
            if fault.fired and fault.eligible is not None
        )


def _why_no_proof(fault: FaultHistory) -> str:
    if not fault.periods:
        return "was never set: the run ended before it was to begin"
    if fault.fired is None or fault.eligible is None:
        return "may have hit or not: the engine did not say in the end"
    if fault.fired:
        return ""
    if not fault.eligible:
        return "could not hit: nothing that it is about came by while it was active"
    things = counted(fault.eligible, "things")
    return f"hit none of {things} that it could have hit: make its rate or the number of flows higher"


def _called(fault: FaultHistory) -> str:
    """Return a fault's name, and its kind where that is another word."""
    return fault.name if fault.name == fault.kind else f"{fault.name} ({fault.kind})"
