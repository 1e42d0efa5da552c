"""Is everything in the table there because somebody sent it, and as often as it was sent?"""

from harness.checking.check import Check, FinalCheck
from harness.checking.context import CheckContext
from harness.checking.creates import acknowledged, create_of, is_indefinite, must_not_be_there
from harness.checking.evidence_text import at, counted, named, shown
from harness.history import FlowHistory, StoredItem
from harness.operations import Meaning


class NothingMadeUp(FinalCheck):
    """Results of messages that were in the queue before the run are nobody's either, and not known to be wrong."""

    name = "nothing-made-up"
    claim = "Nothing is stored that nobody sent."
    things = "stored results"

    def conclude(self) -> str:
        """Look at those that are nobody's."""
        self.looked_at = len(self.context.stored_items)
        foreign = 0
        for orphan in self.context.attribution.orphans:
            item = orphan.item
            if item.handle in self.context.poison_ids:
                self.violation(f"{_stored(item)} was made of poison")
            elif orphan.twin is not None:
                what = f"holds what flow {orphan.twin} sent, under a handle that nobody was given"
                self.violation(f"{_stored(item)} {what}", orphan.twin)
            elif self.context.final and self.context.final.foreign_before:
                foreign += 1
            else:
                self.violation(f"{_stored(item)} was sent by nobody: {shown(dict(item.document))}")
        if foreign:
            self.doubt(f"{counted(foreign, self.things)} may be of messages that were in the queue before the run")
        return ""


class IndefiniteOnceOrNot(FinalCheck):
    """A create whose end nobody knows may be there; what is there of it has a handle that nobody knows.

    Where a fault hit it, more is known: it was carried out, and only its answer lost, or it was not carried out.
    """

    name = "indefinite-once-or-not"
    claim = "Every create whose end nobody knows is stored once or not at all."
    things = "indefinite creates"

    def __init__(self, context: CheckContext) -> None:
        super().__init__(context)
        self._handles: set[str] = set()
        self._missing: list[int] = []

    def see(self, flow: FlowHistory) -> None:
        """Count it, and hold what a fault's hit tells of it against what is there."""
        if handle := acknowledged(flow):
            self._handles.add(handle)
        create = create_of(flow)
        if create is None or not is_indefinite(flow):
            return
        self.looked_at += 1
        carried_out = self.context.faults.was_carried_out(create, flow.number)
        items = self.context.stored.of_payload(flow.payload)
        if carried_out is None or items is None or not self.context.stored_is_known:
            return
        if items and not carried_out:
            what = "was hit by a fault that lets no create be carried out, and is stored"
            self.violation(f"flow {flow.number}: {what}: {', '.join(map(_stored, items))}", flow.number)
        elif carried_out and not items and not self.context.faults.lost_with_engine(create):
            self._missing.append(flow.number)

    def conclude(self) -> str:
        """Compare how often each is there with how often it was sent."""
        final = self.context.final
        stored = 0
        self._look_for_missing()
        for claimed in self.context.attribution.indefinite:
            stored += len(claimed.items)
            if len(claimed.items) > len(claimed.flows):
                flow = claimed.flows[0]
                what = f"was sent {len(claimed.flows)} times and is stored {len(claimed.items)} times"
                self.violation(f"flow {flow}: {what}: {', '.join(map(_stored, claimed.items))}", flow)
        if final and not final.quiet and self.looked_at:
            self.doubt("the queue was not quiet, so more may come of them")
        return f"{stored} stored" if self.looked_at and final else ""

    def _look_for_missing(self) -> None:
        """Creates that were carried out are stored, unless they are in the dead-letter queue, under whatever handle."""
        final = self.context.final
        if not self._missing or final is None or not final.quiet:
            return
        nobodys = self.context.dead_lettered_ids - self.context.poison_ids - self._handles
        if nobodys or final.dead_lettered is None:
            self.doubt(f"{counted(len(self._missing), self.things)} carried out and not stored, perhaps dead-lettered")
            return
        for flow in self._missing:
            what = "was carried out, only its answer was lost to a fault, and it is not stored"
            self.violation(f"flow {flow}: its create {what}", flow)


class RejectedLeftNoTrace(FinalCheck):
    """Also of a create that had to be rejected and whose end nobody knows."""

    name = "rejected-left-no-trace"
    claim = "A create that definitely failed, or had to, is not stored."
    things = "rejected creates"

    def see(self, flow: FlowHistory) -> None:
        """Count it."""
        self.looked_at += must_not_be_there(flow)

    def conclude(self) -> str:
        """Look at what is there all the same."""
        for claimed in self.context.attribution.failed:
            for item in claimed.items:
                flow = claimed.flows[0]
                what = f"holds what flow {flow} sent, which was rejected, or failed, or had to"
                self.violation(f"{_stored(item)} {what}", flow)
        return ""


class OneMessageOneResult(Check):
    """By what the API says, and by what is stored, where that can be looked at."""

    name = "one-message-one-result"
    claim = "One message makes one result, and one result is of one message."
    things = "acknowledged creates"

    def __init__(self, context: CheckContext) -> None:
        super().__init__(context)
        self._flows: dict[str, int] = {}
        self._handles: dict[str, str] = {}

    def see(self, flow: FlowHistory) -> None:
        """Hold the flow's handle and result against those of all others, and against what is stored."""
        handle, create = acknowledged(flow), create_of(flow)
        if handle is None or create is None:
            return
        self.looked_at += 1
        if (other := self._flows.setdefault(handle, flow.number)) != flow.number:
            what = f"was given to flow {other}, and to flow {flow.number} {at(create.ended_s)}"
            self.violation(f"{named(handle)} {what}", flow.number)
            return
        items = self.context.stored.by_handle.get(handle, ())
        if len(items) > 1:
            identities = ", ".join(named(item.identity) for item in items)
            what = f"{named(handle)}, accepted {at(create.ended_s)}, is stored {len(items)} times"
            self.violation(f"flow {flow.number}: {what}: {identities}", flow.number)
        self._compare_results(flow, handle, {item.identity for item in items})

    def conclude(self) -> str:
        """Look for results that are stored under one identity for several messages."""
        first: dict[str, StoredItem] = {}
        for item in self.context.stored_items:
            other = first.setdefault(item.identity, item)
            if other is not item:
                self.violation(f"{_stored(other)} is also stored for {named(item.handle)}")
        if self.context.has_table and not self.context.stored_is_known:
            self.doubt("what is stored is not known")
        return ""

    def _compare_results(self, flow: FlowHistory, handle: str, identities: set[str]) -> None:
        results = {
            call.result_id: call.ended_s
            for call in reversed(flow.operations)
            if call.meaning is Meaning.VISIBLE and call.result_id
        }
        for result_id, seen_s in results.items():
            if (other := self._handles.setdefault(result_id, handle)) != handle:
                what = f"is the result of {named(other)}, and {at(seen_s)} of {named(handle)} too"
                self.violation(f"{named(result_id)} {what}", flow.number)
            if identities and result_id not in identities:
                what = f"was visible {at(seen_s)} as {named(result_id)}, and is stored as {named(min(identities))}"
                self.violation(f"{named(handle)} {what}", flow.number)


def _stored(item: StoredItem) -> str:
    return f"{named(item.identity)} (handle {named(item.handle)})"
