"""Is what comes back, and what is stored, exactly what was sent?"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from harness.checking.check import Check, FinalCheck
from harness.checking.context import CheckContext
from harness.checking.creates import acknowledged
from harness.checking.evidence_text import at, named, shown
from harness.history import FlowHistory, StoredItem
from harness.operations import Meaning, Operation, OperationKind
from harness.shape import RetrieveCall
from harness.shape.pointer import NothingThereError, resolve, same


class RetrievedAsSent(Check):
    """An answer whose status says that here is the result counts as one, also where it is unusable."""

    name = "retrieved-as-sent"
    claim = "The retrieved result is the one that was sent, exactly."
    things = "retrieved results"

    def see(self, flow: FlowHistory) -> None:
        """Compare what came back, pointer by pointer."""
        retrieve = self.context.agreement.shape.retrieve
        for call in flow.operations:
            where = f"flow {flow.number}: {named(call.target)}, retrieved {at(call.ended_s)}"
            if call.meaning is Meaning.FOUND:
                self.looked_at += 1
                for got_at, sent, got in _changes(call, flow.payload, retrieve):
                    self.violation(f"{where}: {got_at} is {shown(got)}, sent was {shown(sent)}", flow.number)
            elif _claims_to_be_found(call, retrieve):
                self.looked_at += 1
                self.violation(f"{where}: {call.seen}", flow.number)


class StoredAsSent(FinalCheck):
    """Of the creates whose handle the stored result has; others are other checkers' claim."""

    name = "stored-as-sent"
    claim = "What is stored of an acknowledged create is what was sent, exactly."
    things = "stored results"

    def see(self, flow: FlowHistory) -> None:
        """Compare what is stored, attribute by attribute."""
        stored = self.context.agreement.shape.stored
        for item in _stored_of(self.context, flow) if stored else ():
            self.looked_at += 1
            for name, sent, got in _differences(flow.payload, stored.equal if stored else {}, item):
                what = f"{named(item.handle)} is stored as {named(item.identity)} with {name} {shown(got)}"
                self.violation(f"flow {flow.number}: {what}, sent was {shown(sent)}", flow.number)


class ResultNeverChanges(Check):
    """Between two retrieves nothing may change; from a retrieve to the end, what the shape says does not."""

    name = "result-never-changes"
    claim = "A result that was retrieved once is the same ever after."
    things = "compared results"

    def see(self, flow: FlowHistory) -> None:
        """Compare each retrieve with the first of the same result, and the first with what is stored in the end."""
        first: dict[str | None, Operation] = {}
        for call in flow.operations:
            if call.meaning is not Meaning.FOUND:
                continue
            before = first.setdefault(call.target, call)
            if before is not call:
                self.looked_at += 1
                if not same(before.document, call.document):
                    what = f"{at(before.ended_s)} {shown(before.document)}, {at(call.ended_s)} {shown(call.document)}"
                    self.violation(f"{named(call.target)} came back as two: {what}", flow.number)
        for item in _stored_of(self.context, flow) if self._unchanged else ():
            retrieved = first.get(item.identity)
            if retrieved is None:
                continue
            self.looked_at += 1
            for name, was, got in _differences(retrieved.document or {}, self._unchanged, item):
                what = f"{name} {shown(was)}, and is stored with {shown(got)} in the end"
                self.violation(f"{named(item.identity)} was retrieved {at(retrieved.ended_s)} with {what}", flow.number)

    def conclude(self) -> str:
        """Say so where the end is not known."""
        if self._unchanged and self.context.has_table and not self.context.stored_is_known:
            self.doubt("what is stored in the end is not known")
        return ""

    @property
    def _unchanged(self) -> Mapping[str, str]:
        stored = self.context.agreement.shape.stored
        return stored.unchanged if stored else {}


class _Nothing:
    """What is there where nothing is."""

    def __repr__(self) -> str:
        return "nothing"


_NOTHING: Final = _Nothing()


def is_as_sent(call: Operation, payload: Mapping[str, Any], retrieve: RetrieveCall) -> bool:
    """Whether a call did not bring back anything else than was sent."""
    return call.meaning is not Meaning.FOUND or not any(_changes(call, payload, retrieve))


def _changes(call: Operation, payload: Mapping[str, Any], retrieve: RetrieveCall) -> Iterator[tuple[str, Any, Any]]:
    """Return what came back otherwise: where it is, what was sent, what came back."""
    for sent_at, got_at in retrieve.equal.items():
        sent, got = _value(payload, sent_at), _value(call.document or {}, got_at)
        if not same(sent, got):
            yield got_at, sent, got


def _stored_of(context: CheckContext, flow: FlowHistory) -> Iterator[StoredItem]:
    if handle := acknowledged(flow):
        yield from context.stored.by_handle.get(handle, ())


def _differences(
    document: Mapping[str, Any], equal: Mapping[str, str], item: StoredItem
) -> Iterator[tuple[str, Any, Any]]:
    """Return what differs: the attribute's name, what it should be, what it is."""
    for pointer, name in equal.items():
        expected, got = _value(document, pointer), item.document.get(name, _NOTHING)
        if not same(expected, got):
            yield name, expected, got


def _value(document: Mapping[str, Any], pointer: str) -> Any:
    try:
        return resolve(document, pointer)
    except NothingThereError:
        return _NOTHING


def _claims_to_be_found(call: Operation, retrieve: RetrieveCall) -> bool:
    """Whether an answer that cannot be used has a status that only a result has."""
    if call.kind is not OperationKind.RETRIEVE or call.meaning is not Meaning.UNEXPECTED or call.status is None:
        return False
    names = {str(call.status), f"{call.status // 100}xx"}
    return bool(names & retrieve.found.statuses) and not names & retrieve.missing.statuses
