"""Which flows did not complete because faults hit them, and so say nothing against the stack. Pure.

The evidence is always a firing. That a fault was set while the flow was made exemptions nothing.
"""

import enum
from itertools import takewhile

from harness.checking import Agreement
from harness.checking.context import CheckContext
from harness.checking.creates import create_of
from harness.checking.equality import is_as_sent
from harness.history import FlowHistory, History
from harness.operations import FlowEnding, Meaning, Operation


class FaultExemption(enum.StrEnum):
    """Why a flow did not complete."""

    CREATE_HIT = "create hit by a fault"
    READS_HIT = "reads hit by faults"
    ENGINE_KILLED = "accepted before the engine was killed, which forgets everything"
    RAN_OUT = "dead-lettered after faults failed each delivery"
    HELD_BACK = "given up while faults held them back"
    """It says nothing against the stack, and nothing for it."""
    NOT_KNOWN = "perhaps hit by faults of which not every hit is known"
    """The same."""

    @property
    def settles(self) -> bool:
        """Whether nothing more has to be known of such a flow."""
        return self not in {FaultExemption.HELD_BACK, FaultExemption.NOT_KNOWN}


def exemption_of(flow: FlowHistory, context: CheckContext) -> FaultExemption | None:
    """Return what exemptions a flow that did not complete; None: nothing does, or it needs no exemption."""
    create = create_of(flow)
    if not context.faults.any or create is None or flow.ending not in {FlowEnding.FAILED, FlowEnding.UNREACHABLE}:
        return None
    if create.meaning is not Meaning.ACCEPTED:
        return _exemption_of_calls(flow, [create], context, FaultExemption.CREATE_HIT)
    if not flow.acceptable:
        return None
    return (
        _exemption_of_calls(flow, _last_unusable(flow), context, FaultExemption.READS_HIT)
        or _exemption_of_absence(flow, create, context)
        or (FaultExemption.HELD_BACK if _was_held_back(flow, create, context) else None)
    )


def exempt_flows(history: History, agreement: Agreement) -> int:
    """Count the flows that need not complete for a run to be valid."""
    context = CheckContext(history, agreement)
    if not context.faults.any:
        return 0
    exemptions = (exemption_of(flow, context) for flow in history.flows)
    return sum(exemption is not None and exemption.settles for exemption in exemptions)


def _last_unusable(flow: FlowHistory) -> list[Operation]:
    """Return the calls that ended the flow, where it ended for want of a usable answer, or of one that confirms."""
    match flow.operations[-1].meaning:
        case Meaning.UNEXPECTED:
            return [flow.operations[-1]]
        case Meaning.PENDING if any(call.meaning is Meaning.VISIBLE for call in flow.operations):
            return list(takewhile(lambda call: call.meaning is Meaning.PENDING, reversed(flow.operations)))
        case _:
            return list(takewhile(lambda call: call.meaning is Meaning.NO_ANSWER, reversed(flow.operations)))


def _exemption_of_calls(
    flow: FlowHistory, calls: list[Operation], context: CheckContext, exemption: FaultExemption
) -> FaultExemption | None:
    explained = {id(flow.operations[place]) for place in context.faults.explained(flow)}
    if not calls:
        return None
    if all(id(call) in explained for call in calls):
        return exemption
    if all(id(call) in explained or context.faults.may_explain(call) for call in calls):
        return FaultExemption.NOT_KNOWN
    return None


def _exemption_of_absence(flow: FlowHistory, create: Operation, context: CheckContext) -> FaultExemption | None:
    """FaultExemption a flow whose last call did not find what was accepted."""
    last = flow.operations[-1]
    if last.meaning not in {Meaning.PENDING, Meaning.MISSING, Meaning.UNEXPECTED, Meaning.NO_ANSWER}:
        return None
    if context.faults.lost_with_engine(create, by_s=last.ended_s):
        return FaultExemption.ENGINE_KILLED
    if last.meaning is not Meaning.PENDING or any(call.meaning is Meaning.VISIBLE for call in flow.operations):
        return None
    return FaultExemption.RAN_OUT if context.ran_out_by_faults(flow) else None


def _was_held_back(flow: FlowHistory, create: Operation, context: CheckContext) -> bool:
    """Whether a flow ran out of time, all that it saw was right, and nothing was late but for what hit it."""
    last, faults = flow.operations[-1], context.faults
    if last.meaning not in {Meaning.PENDING, Meaning.VISIBLE, Meaning.FOUND}:
        return False
    seen = next((place for place, call in enumerate(flow.operations) if call.meaning is Meaning.VISIBLE), None)
    after = flow.operations[seen:] if seen is not None else ()
    retrieve = context.agreement.shape.retrieve
    shown_late = {id(poll) for poll in faults.shown_late(flow)}
    is_gone = any(call.meaning is Meaning.PENDING and id(call) not in shown_late for call in after)
    if is_gone or not all(is_as_sent(call, flow.payload, retrieve) for call in after):
        return False
    waited_until_s = last.ended_s if seen is None else flow.operations[seen].ended_s
    polls = [call for call in flow.operations[:seen] if call.meaning is Meaning.PENDING]
    missed = [faults.as_of_s(flow, poll) for poll in polls]
    bound_s = context.agreement.visible_within_s
    base_s = faults.visible_base_s(flow.number, create.ended_s, bound_s)
    if max(missed, default=create.ended_s) > base_s + bound_s:
        return False
    was_held = base_s > create.ended_s and faults.held_by_a_hit(flow.number, create.started_s, waited_until_s)
    was_behind = any(as_of_s < poll.started_s for as_of_s, poll in zip(missed, polls, strict=True))
    return was_held or was_behind or bool(faults.explained(flow))
