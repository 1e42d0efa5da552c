"""Is everything that was acknowledged somewhere, and is the dead-letter queue what it is for?

While the queue is not quiet, a message may be in somebody's hands, where nobody can look: what is nowhere then is not
known to be lost.
"""

from collections import Counter

from harness.checking.check import Check, FinalCheck
from harness.checking.context import CheckContext
from harness.checking.creates import acknowledged, create_of, is_indefinite
from harness.checking.evidence_text import at, because, counted, named
from harness.checking.fault_exemptions import FaultExemption
from harness.history import FinalState, FlowHistory
from harness.operations import OperationKind


class NoCreateLost(FinalCheck):
    """Lost is what is in none of the three places, when all three are known."""

    name = "no-create-lost"
    claim = "Every acknowledged create is stored, queued or dead-lettered."
    things = "acknowledged creates"

    def __init__(self, context: CheckContext) -> None:
        super().__init__(context)
        self._unsure = 0
        self._forgotten = 0

    def see(self, flow: FlowHistory) -> None:
        """Look for it."""
        handle = acknowledged(flow)
        if handle is None:
            return
        self.looked_at += 1
        if _place(self.context, handle) != _NOWHERE:
            return
        if _is_forgotten(self.context, flow):
            self._forgotten += 1
        elif _all_is_known(self.context.final):
            self.violation(f"{_accepted(flow, handle)} is neither stored nor queued nor dead-lettered", flow.number)
        else:
            self._unsure += 1

    def conclude(self) -> str:
        """Say how many could not be told."""
        final = self.context.final
        if final and self._unsure:
            self.doubt(f"{counted(self._unsure, self.things)} not found, and {_why_unknown(final)}")
        return f"{self._forgotten} left out, {FaultExemption.ENGINE_KILLED}" if self._forgotten else ""


class AllAccountedFor(FinalCheck):
    """The sum, by identity: each acknowledged create is in exactly one place. Poison is counted apart."""

    name = "all-accounted-for"
    claim = "Acknowledged creates are as many as those stored, queued and dead-lettered together."
    things = "acknowledged creates"

    def __init__(self, context: CheckContext) -> None:
        super().__init__(context)
        self._places: Counter[str] = Counter()
        self._forgotten = 0
        self._ran_out = 0

    def see(self, flow: FlowHistory) -> None:
        """Count it where it is."""
        handle = acknowledged(flow)
        if handle is None:
            return
        self.looked_at += 1
        place = _place(self.context, handle)
        if place == _NOWHERE and _is_forgotten(self.context, flow):
            self._forgotten += 1
            return
        self._places[place] += 1
        if place == _NOWHERE and _all_is_known(self.context.final):
            self.violation(f"{_accepted(flow, handle)} is nowhere", flow.number)
        is_twice = place == "stored" and handle in self.context.dead_lettered_ids
        if is_twice and self.context.ran_out_by_faults(flow):
            self._ran_out += 1
        elif is_twice:
            self.violation(f"{_accepted(flow, handle)} is stored, and dead-lettered too", flow.number)

    def conclude(self) -> str:
        """Write the sum, and say so where it is not final."""
        final = self.context.final
        if final is None or final.stored is None:
            return ""
        if not _all_is_known(final):
            self.doubt(_why_unknown(final))
        parts = " + ".join(f"{self._places[place]} {place}" for place in ("stored", "queued", "dead-lettered"))
        nowhere = self._places[_NOWHERE]
        total = f"{self.looked_at} acknowledged = {parts}{f' + {nowhere} not found' if nowhere else ''}"
        total += f" + {self._forgotten} {FaultExemption.ENGINE_KILLED}" if self._forgotten else ""
        total += f"; {self._ran_out} of those stored also {FaultExemption.RAN_OUT}" if self._ran_out else ""
        poison = self.context.poison_ids
        if not poison:
            return total
        return f"{total}; poison: {len(poison)} sent, {len(poison & self.context.dead_lettered_ids)} dead-lettered"


class DeadLettersArePoison(Check):
    """What ran out of deliveries is there, and nothing else ever is.

    A create's message may be there only where faults failed as many of its deliveries as the queue lets it have.
    """

    name = "dead-letters-are-poison"
    claim = "There is a dead-letter queue, and it holds all poison and only poison."
    things = "dead-lettered messages"

    def __init__(self, context: CheckContext) -> None:
        super().__init__(context)
        self._flows: dict[str, int] = {}
        self._ran_out: set[str] = set()
        self._nameless = 0
        """Creates without a handle whose messages faults may have brought here."""

    @classmethod
    def applies(cls, context: CheckContext) -> bool:
        """Whether there are queues to look into."""
        return context.history.observable

    def see(self, flow: FlowHistory) -> None:
        """Remember whose message is there."""
        handle = acknowledged(flow)
        if handle in self.context.dead_lettered_ids:
            self._flows[handle] = flow.number
            if self.context.ran_out_by_faults(flow):
                self._ran_out.add(handle)
        if is_indefinite(flow) and self.context.all_deliveries_failed(flow):
            self._nameless += 1

    def conclude(self) -> str:
        """Look at every message there, and for all poison."""
        final = self.context.final
        if final is None:
            self.doubt("nobody looked at what was there in the end")
            return ""
        if final.has_dead_letter_queue is False:
            self.violation("the queue hands on what fails too often to nowhere: there is no dead-letter queue")
            return ""
        if final.has_dead_letter_queue is None or final.dead_lettered is None:
            self.doubt(f"the dead-letter queue could not be read{because(final.problems)}")
        self._look_at_all(final)
        if self._ran_out and not self.context.faults.deliveries_are_known:
            self.doubt(
                f"{counted(len(self._ran_out), 'creates')} perhaps {FaultExemption.RAN_OUT}: not every hit is known"
            )
        notes = [f"{counted(len(self._ran_out), 'creates')} {FaultExemption.RAN_OUT}"] if self._ran_out else []
        if final.dead_lettered is not None:
            notes += self._look_for_poison(final)
        return "; ".join(notes)

    def _look_at_all(self, final: FinalState) -> None:
        foreign, nameless = 0, self._nameless
        for message in final.dead_lettered or ():
            self.looked_at += 1
            flow = self._flows.get(message.message_id)
            is_ours = message.message_id in self.context.poison_ids or flow is not None
            if is_ours and self.context.ran_out_too_soon(message):
                what = f"was received {message.receive_count} times, and the queue lets it be {final.max_receive_count}"
                self.violation(f"{named(message.message_id)} is dead-lettered too soon: it {what}", flow)
                continue
            if message.message_id in self.context.poison_ids | self._ran_out:
                continue
            if flow is None and nameless and not self.context.ran_out_too_soon(message):
                nameless -= 1
                continue
            if flow is None and final.foreign_before:
                foreign += 1
                continue
            whose = "nobody's that is known" if flow is None else f"flow {flow}'s"
            received = "" if message.receive_count is None else f", received {message.receive_count} times"
            self.violation(f"{named(message.message_id)}, {whose}, is dead-lettered{received}", flow)
        if foreign:
            self.doubt(f"{counted(foreign, self.things)} may be somebody else's from before the run")

    def _look_for_poison(self, final: FinalState) -> list[str]:
        """Look whether all poison is there; return what else to say of it."""
        missing = [poison for poison in final.poison_sent if poison not in self.context.dead_lettered_ids]
        if missing and self.context.faults.engine_was_killed:
            return [f"{counted(len(missing), 'poison messages')} left out, sent before the engine was killed"]
        if missing and not final.quiet:
            self.doubt(f"{counted(len(missing), 'poison messages')} not dead-lettered yet, and {_why_unknown(final)}")
            return []
        for poison in missing:
            also = ", and a result is stored for it" if poison in self.context.stored.by_handle else ""
            self.violation(f"poison {named(poison)} is not in the dead-letter queue{also}")
        return []


_NOWHERE = "nowhere"


def _place(context: CheckContext, handle: str) -> str:
    """Return where a create is; one that is stored and about to be delivered once more is stored."""
    if handle in context.stored.by_handle:
        return "stored"
    if handle in context.dead_lettered_ids:
        return "dead-lettered"
    return "queued" if handle in context.queued_ids else _NOWHERE


def _is_forgotten(context: CheckContext, flow: FlowHistory) -> bool:
    """Whether an engine that was killed after it took a flow's create may have forgotten it."""
    create = create_of(flow)
    return create is not None and context.faults.lost_with_engine(create)


def _all_is_known(final: FinalState | None) -> bool:
    """Whether what is nowhere is lost. A quiet queue is empty: nothing more has to be read of it."""
    if final is None or final.stored is None or not final.quiet:
        return False
    return final.dead_lettered is not None or final.has_dead_letter_queue is False


def _why_unknown(final: FinalState) -> str:
    if final.quiet:
        return "not all of the queues could be read"
    depths = final.depths
    last = f"{depths.visible} visible, {depths.in_flight} in flight, {depths.delayed} delayed" if depths else "nothing"
    return f"the queue was not quiet after {final.waited_s:g} s; last seen: {last}"


def _accepted(flow: FlowHistory, handle: str) -> str:
    """Name a create: its handle, when it was accepted, what was seen of it last."""
    create = create_of(flow)
    accepted = f"{named(handle)} of flow {flow.number}, accepted {at(create.ended_s)}" if create else named(handle)
    polls = [call for call in flow.operations if call.kind is OperationKind.STATUS]
    return f"{accepted}, last seen {polls[-1].meaning} {at(polls[-1].ended_s)}," if polls else f"{accepted},"
