"""Which flows did not complete because faults hit them, and so say nothing against the stack. Pure.

The evidence is always a firing. That a fault was set while the flow was made excuses nothing.
"""

import enum
from itertools import takewhile

from harness.checking import Agreement
from harness.checking.creates import create_of
from harness.checking.equality import is_as_sent
from harness.checking.grounds import Grounds
from harness.history import FlowHistory, History
from harness.operations import FlowEnding, Meaning, Operation


class Excuse(enum.StrEnum):
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
        return self not in {Excuse.HELD_BACK, Excuse.NOT_KNOWN}


def excuse_of(flow: FlowHistory, grounds: Grounds) -> Excuse | None:
    """Return what excuses a flow that did not complete; None: nothing does, or it needs no excuse."""
    create = create_of(flow)
    if not grounds.faults.any or create is None or flow.ending not in {FlowEnding.FAILED, FlowEnding.UNREACHABLE}:
        return None
    if create.meaning is not Meaning.ACCEPTED:
        return _excuse_of_calls(flow, [create], grounds, Excuse.CREATE_HIT)
    if not flow.acceptable:
        return None
    return (
        _excuse_of_calls(flow, _last_unusable(flow), grounds, Excuse.READS_HIT)
        or _excuse_of_absence(flow, create, grounds)
        or (Excuse.HELD_BACK if _was_held_back(flow, create, grounds) else None)
    )


def excused_flows(history: History, agreement: Agreement) -> int:
    """Count the flows that need not complete for a run to be valid."""
    grounds = Grounds(history, agreement)
    if not grounds.faults.any:
        return 0
    excuses = (excuse_of(flow, grounds) for flow in history.flows)
    return sum(excuse is not None and excuse.settles for excuse in excuses)


def _last_unusable(flow: FlowHistory) -> list[Operation]:
    """Return the calls that ended the flow, where it ended for want of a usable answer, or of one that confirms."""
    match flow.operations[-1].meaning:
        case Meaning.UNEXPECTED:
            return [flow.operations[-1]]
        case Meaning.PENDING if any(call.meaning is Meaning.VISIBLE for call in flow.operations):
            return list(takewhile(lambda call: call.meaning is Meaning.PENDING, reversed(flow.operations)))
        case _:
            return list(takewhile(lambda call: call.meaning is Meaning.NO_ANSWER, reversed(flow.operations)))


def _excuse_of_calls(flow: FlowHistory, calls: list[Operation], grounds: Grounds, excuse: Excuse) -> Excuse | None:
    explained = {id(flow.operations[place]) for place in grounds.faults.explained(flow)}
    if not calls:
        return None
    if all(id(call) in explained for call in calls):
        return excuse
    if all(id(call) in explained or grounds.faults.may_explain(call) for call in calls):
        return Excuse.NOT_KNOWN
    return None


def _excuse_of_absence(flow: FlowHistory, create: Operation, grounds: Grounds) -> Excuse | None:
    """Excuse a flow whose last call did not find what was accepted."""
    last = flow.operations[-1]
    if last.meaning not in {Meaning.PENDING, Meaning.MISSING, Meaning.UNEXPECTED, Meaning.NO_ANSWER}:
        return None
    if grounds.faults.lost_with_engine(create, by_s=last.ended_s):
        return Excuse.ENGINE_KILLED
    if last.meaning is not Meaning.PENDING or any(call.meaning is Meaning.VISIBLE for call in flow.operations):
        return None
    return Excuse.RAN_OUT if grounds.ran_out_by_faults(flow) else None


def _was_held_back(flow: FlowHistory, create: Operation, grounds: Grounds) -> bool:
    """Whether a flow ran out of time, all that it saw was right, and nothing was late but for what hit it."""
    last, faults = flow.operations[-1], grounds.faults
    if last.meaning not in {Meaning.PENDING, Meaning.VISIBLE, Meaning.FOUND}:
        return False
    seen = next((place for place, call in enumerate(flow.operations) if call.meaning is Meaning.VISIBLE), None)
    after = flow.operations[seen:] if seen is not None else ()
    retrieve = grounds.agreement.shape.retrieve
    shown_late = {id(poll) for poll in faults.shown_late(flow)}
    is_gone = any(call.meaning is Meaning.PENDING and id(call) not in shown_late for call in after)
    if is_gone or not all(is_as_sent(call, flow.payload, retrieve) for call in after):
        return False
    waited_until_s = last.ended_s if seen is None else flow.operations[seen].ended_s
    polls = [call for call in flow.operations[:seen] if call.meaning is Meaning.PENDING]
    missed = [faults.as_of_s(flow, poll) for poll in polls]
    bound_s = grounds.agreement.visible_within_s
    base_s = faults.visible_base_s(flow.number, create.ended_s, bound_s)
    if max(missed, default=create.ended_s) > base_s + bound_s:
        return False
    was_held = base_s > create.ended_s and faults.held_by_a_hit(flow.number, create.started_s, waited_until_s)
    was_behind = any(as_of_s < poll.started_s for as_of_s, poll in zip(missed, polls, strict=True))
    return was_held or was_behind or bool(faults.explained(flow))
