"""Is a create visible in time, and does what is visible stay so?

One call is after another only if it started when the other had ended; calls that overlap may be answered in any order.
"""

from collections import Counter
from itertools import combinations

from harness.checking.check import Check
from harness.checking.context import CheckContext
from harness.checking.creates import create_of
from harness.checking.evidence_text import at, counted, named
from harness.checking.fault_exemptions import FaultExemption, exemption_of
from harness.history import FlowHistory
from harness.operations import Meaning, Operation, OperationKind


class VisibleStaysVisible(Check):
    """Whatever the index does before: the API promises that what it once showed stays.

    Where a fault has a replica answer that is behind, that poll says nothing.
    """

    name = "visible-stays-visible"
    claim = "A status that once was visible stays visible, and never changes its result."
    things = "later polls"

    def __init__(self, context: CheckContext) -> None:
        super().__init__(context)
        self._behind = 0
        self._perhaps_behind = 0

    def see(self, flow: FlowHistory) -> None:
        """Compare each poll that saw it with all that were after it."""
        polls = [call for call in flow.operations if call.kind is OperationKind.STATUS]
        seen = _seen_by(flow)
        if not seen:
            return
        first = min(seen, key=lambda poll: poll.ended_s)
        shown_late = {id(poll) for poll in self.context.faults.shown_late(flow)}
        for poll in polls:
            if poll.started_s < first.ended_s or poll.target != first.target or _is_after_a_kill(poll, flow, self):
                continue
            self.looked_at += 1
            if id(poll) in shown_late:
                self._behind += 1
            elif poll.meaning is Meaning.PENDING and self.context.faults.may_explain(poll):
                self._perhaps_behind += 1
            elif poll.meaning in {Meaning.PENDING, Meaning.FAILED}:
                what = (
                    f"visible as {named(first.result_id)} {at(first.ended_s)}, and {poll.meaning} {at(poll.started_s)}"
                )
                self.violation(f"{named(poll.target)} was {what}: {poll.seen}", flow.number)
        for one, other in combinations(_first_of_each_result(seen), 2):
            if one.target == other.target:
                what = f"{named(one.result_id)} {at(one.ended_s)}, and as {named(other.result_id)} {at(other.ended_s)}"
                self.violation(f"{named(one.target)} was visible as {what}", flow.number)

    def conclude(self) -> str:
        """Say how many were answered by what lags, as far as that is known."""
        if self._perhaps_behind:
            polls = counted(self._perhaps_behind, self.things)
            self.doubt(f"{polls} pending, perhaps shown what was: not every hit is known")
        return f"{self._behind} pending, shown what was by stale reads" if self._behind else ""


class RetrieveAfterVisible(Check):
    """Only what says that there is no such result: a call that was not answered says nothing."""

    name = "retrieve-after-visible"
    claim = "A retrieve of a result right after it became visible finds it."
    things = "retrieves"

    def see(self, flow: FlowHistory) -> None:
        """Hold each retrieve against the polls before it."""
        retrieves = [call for call in flow.operations if call.kind is OperationKind.RETRIEVE]
        for call in retrieves:
            seen = [poll for poll in _seen_by(flow) if poll.result_id == call.target]
            since_s = min((poll.ended_s for poll in seen), default=float("inf"))
            if call.started_s < since_s or _is_after_a_kill(call, flow, self):
                continue
            self.looked_at += 1
            if call.meaning is Meaning.MISSING:
                what = f"was visible {at(since_s)}, and its retrieve {at(call.started_s)} found nothing: {call.seen}"
                self.violation(f"{named(call.target)} {what}", flow.number)


class VisibleInTime(Check):
    """How long it took is known between two bounds only: it is too late if even the lower one is.

    At least from the end of the create's answer to the start of the last poll that did not see it; at most from the
    create's start to the end of the first poll that did. Between the two nobody knows, so where only the upper bound
    is too late, the claim is unknown: polls were too far apart, or too slow, to tell.

    What faults held back counts from when they were over: healed, or what they had hit was free again. A poll that a
    fault had answered by a replica that was behind says nothing of the time that it was behind.
    """

    name = "visible-in-time"
    claim = "A create is visible within the agreed time after it was accepted."
    things = "acknowledged creates"

    def __init__(self, context: CheckContext) -> None:
        super().__init__(context)
        self._too_coarse = 0
        self._gave_up = 0
        self._left_out: Counter[str] = Counter()

    def see(self, flow: FlowHistory) -> None:
        """Hold both bounds against the agreed one. What had to be rejected was agreed to be nothing."""
        create = create_of(flow)
        if create is None or create.meaning is not Meaning.ACCEPTED or not flow.acceptable:
            return
        self.looked_at += 1
        seen_s = min((poll.ended_s for poll in _seen_by(flow)), default=float("inf"))
        missed = [call for call in flow.operations if call.meaning is Meaning.PENDING and call.started_s < seen_s]
        faults, bound_s = self.context.faults, self.context.agreement.visible_within_s
        missed_s = max((faults.as_of_s(flow, poll) for poll in missed), default=create.ended_s)
        if seen_s == float("inf") and (why := self._why_never(flow, create)):
            self._left_out[why] += 1
            return
        base_s = faults.visible_base_s(flow.number, create.ended_s, bound_s)
        if missed_s - base_s > bound_s:
            healed = f" than faults that held it back were over, {at(base_s)}" if base_s > create.ended_s else ""
            late = f"was not visible {at(missed_s)}, {missed_s - base_s:.3f} s later{healed}"
            what = f"{named(create.handle)}, accepted {at(create.ended_s)}, {late}; agreed is {bound_s:g} s"
            self.violation(what, flow.number)
        elif seen_s == float("inf") and exemption_of(flow, self.context) is FaultExemption.READS_HIT:
            self._left_out[FaultExemption.READS_HIT] += 1
        elif seen_s == float("inf"):
            self._gave_up += 1
        elif seen_s - faults.visible_base_s(flow.number, create.started_s, bound_s) > bound_s:
            self._too_coarse += 1

    def _why_never(self, flow: FlowHistory, create: Operation) -> str:
        """Say why a create that was not seen visible need not have been; empty: it had to."""
        if self.context.faults.lost_with_engine(create, by_s=flow.operations[-1].ended_s):
            return FaultExemption.ENGINE_KILLED
        if self.context.ran_out_by_faults(flow):
            return FaultExemption.RAN_OUT
        return ""

    def conclude(self) -> str:
        """Say how many could not be told."""
        bound = f"{self.context.agreement.visible_within_s:g} s"
        if self._gave_up:
            creates = counted(self._gave_up, self.things)
            self.doubt(f"{creates} not seen visible, and not asked for again when {bound} had passed")
        if self._too_coarse:
            creates = counted(self._too_coarse, self.things)
            self.doubt(f"{creates} seen visible only after {bound}, by polls too far apart to tell since when")
        left_out = [f"{count} left out, {why}" for why, count in sorted(self._left_out.items())]
        return "; ".join([f"agreed is {bound}", *left_out])


def _is_after_a_kill(call: Operation, flow: FlowHistory, check: Check) -> bool:
    """Whether a call came when the engine, killed since the flow's create, may have forgotten what was visible."""
    create = create_of(flow)
    return create is not None and check.context.faults.lost_with_engine(create, by_s=call.ended_s)


def _seen_by(flow: FlowHistory) -> list[Operation]:
    """Return the polls that saw it."""
    return [call for call in flow.operations if call.meaning is Meaning.VISIBLE]


def _first_of_each_result(seen: list[Operation]) -> list[Operation]:
    first: dict[tuple[str | None, str | None], Operation] = {}
    for poll in seen:
        first.setdefault((poll.target, poll.result_id), poll)
    return list(first.values())
