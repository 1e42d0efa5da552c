"""Did every flow come to its good end, and did the API take what it must take, and nothing else?"""

from collections import Counter

from harness.checking.check import Check
from harness.checking.context import CheckContext
from harness.checking.creates import create_of
from harness.checking.evidence_text import at, counted, named, shown
from harness.checking.fault_exemptions import FaultExemption, exemption_of
from harness.history import FlowHistory
from harness.operations import FlowEnding, Meaning

_NOT_COMPLETED = {
    FlowEnding.UNREACHABLE: "not answered",
    FlowEnding.INTERRUPTED: "interrupted",
    None: "in the middle when the history stops",
}


class EveryFlowCompleted(Check):
    """Every flow that was asked for; one that failed shows that something is wrong, others show nothing.

    One that a fault's hit explains is neither: see `exemptions`.
    """

    name = "every-flow-completed"
    claim = "Every flow that was asked for got its result, exactly as it was sent, or was rejected where it had to be."
    things = "flows"

    def __init__(self, context: CheckContext) -> None:
        super().__init__(context)
        self._endings: Counter[FlowEnding | None] = Counter()
        self._exempt: Counter[FaultExemption] = Counter()

    def see(self, flow: FlowHistory) -> None:
        """Count how it ended; one that a fault ended is counted by what exemptions it."""
        self.looked_at += 1
        if exemption := exemption_of(flow, self.context):
            self._exempt[exemption] += 1
            return
        self._endings[flow.ending] += 1
        if flow.ending is FlowEnding.FAILED:
            self.violation(f"flow {flow.number}: {flow.reason}", flow.number)

    def conclude(self) -> str:
        """Count those that say nothing, and those that were never begun."""
        history = self.context.history
        for exemption in self._exempt:
            if not exemption.settles:
                self.doubt(f"{counted(self._exempt[exemption], 'flows')} {exemption}")
        for ending, words in _NOT_COMPLETED.items():
            if count := self._endings[ending]:
                self.doubt(f"{counted(count, 'flows')} {words}")
        if history.not_started:
            self.doubt(f"{counted(history.not_started, 'flows')} not started, since too many were in flight")
        missing = history.asked - self.looked_at - history.not_started
        if missing > 0:
            self.doubt(f"{counted(missing, 'flows')} never begun")
        exempt = [f"{count} {exemption}" for exemption, count in sorted(self._exempt.items()) if exemption.settles]
        return ", ".join([f"{self._endings[FlowEnding.COMPLETED]} of {history.asked} completed", *exempt])


class OnlyInvalidRejected(Check):
    """By the answers alone; what became of a create is other checkers' claim."""

    name = "only-invalid-rejected"
    claim = "A create that breaks the API's rules is rejected, and no other is."
    things = "answered creates"

    def see(self, flow: FlowHistory) -> None:
        """Compare what was answered with what had to be."""
        create = create_of(flow)
        if create is None or create.meaning not in {Meaning.ACCEPTED, Meaning.REJECTED} or flow.stranger:
            return
        self.looked_at += 1
        if 0 in self.context.faults.explained(flow):
            return
        if flow.acceptable and create.meaning is Meaning.REJECTED:
            what = f"was rejected {at(create.ended_s)} with {create.status}: {create.seen}"
            self.violation(f"flow {flow.number}: {shown(dict(flow.payload))} {what}", flow.number)
        elif not flow.acceptable and create.meaning is Meaning.ACCEPTED:
            what = f"was accepted {at(create.ended_s)} as {named(create.handle)}, and had to be rejected"
            self.violation(f"flow {flow.number}: {shown(dict(flow.payload))} {what}", flow.number)
