"""Did what was to be broken break? A run in which it did not shows nothing of what it was made for."""

from harness.checking.check import Check
from harness.checking.grounds import Grounds
from harness.checking.words import counted
from harness.history import FaultHistory


class FaultsFired(Check):
    """That a fault hit nothing is never wrong, and never proof of anything."""

    name = "faults-fired"
    claim = "Every fault that the run set hit something."
    things = "faults"

    @classmethod
    def applies(cls, grounds: Grounds) -> bool:
        """Whether anything was to be broken."""
        return grounds.faults.any

    def conclude(self) -> str:
        """Count what each of them hit."""
        faults = self.grounds.history.faults
        self.looked_at = len(faults)
        for fault in faults:
            if why := _why_no_proof(fault):
                self.doubt(f"{_called(fault)} {why}")
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
