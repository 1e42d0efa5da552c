"""Were all who may not call refused, without a trace, and is it known who created the rest?

An unauthorized caller's create is as good as any other: only its caller is a reason to refuse it, and it must be
refused before anything is done.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import Any

from harness.callers import Auth
from harness.checking.check import Check, FinalCheck
from harness.checking.context import CheckContext
from harness.checking.creates import acknowledged, create_of
from harness.checking.evidence_text import at, because, counted, named, shown
from harness.history import FlowHistory, Message
from harness.operations import Meaning, Operation
from harness.shape import FieldKind


class UnauthorizedCallersRefused(Check):
    """By the answers alone; what became of such a create is another checker's claim."""

    name = "strangers-refused"
    claim = "Every create of somebody who may not call is refused for that."
    things = "unauthorized creates"

    def __init__(self, context: CheckContext) -> None:
        super().__init__(context)
        self._ways: Counter[str] = Counter()
        self._of_faults = 0
        self._unanswered = 0

    @classmethod
    def applies(cls, context: CheckContext) -> bool:
        """Whether the API knows who calls."""
        return context.agreement.auth is not Auth.NONE

    def see(self, flow: FlowHistory) -> None:
        """Look at what an unauthorized caller was answered."""
        create = create_of(flow)
        if flow.stranger is None or create is None:
            return
        self.looked_at += 1
        if create.meaning is Meaning.UNAUTHORIZED:
            self._ways[flow.stranger] += 1
        elif 0 in self.context.faults.explained(flow):
            self._of_faults += 1
        elif _is_no_answer(create):
            self._unanswered += 1
        else:
            what = "was accepted" if create.meaning is Meaning.ACCEPTED else f"was answered {create.status}"
            more = f" as {named(create.handle)}" if create.handle else f": {create.seen}" if create.seen else ""
            self.violation(
                f"flow {flow.number}: an unauthorized create ({flow.stranger}) {what} {at(create.ended_s)}{more}",
                flow.number,
            )

    def conclude(self) -> str:
        """Say why they were not authorized."""
        if self._unanswered:
            self.doubt(f"{counted(self._unanswered, self.things)} not answered, or not by who should")
        ways = ", ".join(f"{count} {way}" for way, count in sorted(self._ways.items()))
        faults = f"{self._of_faults} answered so by faults" if self._of_faults else ""
        return "; ".join(filter(None, (f"refused: {ways}" if ways else "", faults)))


class UnauthorizedCallersLeftNoTrace(FinalCheck):
    """Whatever they were answered: neither in the table nor in the queues there is anything of theirs."""

    name = "strangers-left-no-trace"
    claim = "Nothing of a create of somebody who may not call is in the table, the queue or the dead-letter queue."
    things = "unauthorized creates"

    def __init__(self, context: CheckContext) -> None:
        super().__init__(context)
        fields = context.agreement.shape.create.fields
        self._telling = [name for name, field in fields.items() if field.kind is FieldKind.EMAIL]
        """The members of a payload that no other flow's has."""
        final = context.final
        self._places = {
            "queue": _Traces(final.queued or () if final else ()),
            "dead-letter queue": _Traces(final.dead_lettered or () if final else ()),
        }

    @classmethod
    def applies(cls, context: CheckContext) -> bool:
        """Whether the API knows who calls, and there is something to look into."""
        return context.agreement.auth is not Auth.NONE and super().applies(context)

    def see(self, flow: FlowHistory) -> None:
        """Look for what an unauthorized caller sent, and for what it was given."""
        if flow.stranger is None or create_of(flow) is None:
            return
        self.looked_at += 1
        handle = acknowledged(flow)
        telling = {flow.payload.get(name) for name in self._telling}
        stored = [
            *(self.context.stored.of_payload(flow.payload) or ()),
            *self.context.stored.by_handle.get(handle or "", ()),
        ]
        for item in {item.identity: item for item in stored}.values():
            self._found(flow, f"the table, as {named(item.identity)}")
        for place, traces in self._places.items():
            for message_id in sorted(traces.of(handle, telling)):
                self._found(flow, f"the {place}, as {named(message_id)}")

    def conclude(self) -> str:
        """Say so where not all was looked at."""
        final = self.context.final
        if final and not final.quiet and self.looked_at:
            self.doubt("the queue was not quiet, so more may come of them")
        if final and final.dead_lettered is None and final.has_dead_letter_queue is not False:
            self.doubt(f"the dead-letter queue could not be read{because(final.problems)}")
        return ""

    def _found(self, flow: FlowHistory, where: str) -> None:
        what = f"what an unauthorized caller ({flow.stranger}) sent is in {where}: {shown(dict(flow.payload))}"
        self.violation(f"flow {flow.number}: {what}", flow.number)


class CreatedByCaller(FinalCheck):
    """The name comes with the message, from the API: who it is, is nothing that a client may say of itself."""

    name = "created-by-caller"
    claim = "Every result that is stored says who created it, by the name that the API knows its caller by."
    things = "stored creates"

    @classmethod
    def applies(cls, context: CheckContext) -> bool:
        """Whether it is known who called, and stored results say it."""
        stored = context.agreement.shape.stored
        knows = context.history.caller is not None and stored is not None and stored.created_by is not None
        return knows and super().applies(context)

    def see(self, flow: FlowHistory) -> None:
        """Compare the names."""
        handle, stored = acknowledged(flow), self.context.agreement.shape.stored
        if handle is None or flow.stranger is not None or stored is None or stored.created_by is None:
            return
        for item in self.context.stored.by_handle.get(handle, ()):
            self.looked_at += 1
            name = item.document.get(stored.created_by)
            if name != self.context.history.caller:
                what = f"says that {shown(name)} created it, and {shown(self.context.history.caller)} did"
                self.violation(f"flow {flow.number}: {named(item.identity)} {what}", flow.number)


class _Traces:
    """The messages of a queue, to look up by what is in them."""

    def __init__(self, messages: Iterable[Message]) -> None:
        self._ids: set[str] = set()
        self._by_text: dict[str, set[str]] = {}
        self._unreadable: list[Message] = []
        for message in messages:
            self._ids.add(message.message_id)
            try:
                document: Any = json.loads(message.body)
            except (ValueError, RecursionError):
                self._unreadable.append(message)
                continue
            for text in _texts(document):
                self._by_text.setdefault(text, set()).add(message.message_id)

    def of(self, handle: str | None, telling: set[Any]) -> set[str]:
        """Return the IDs of messages with this handle, or with one of these texts in them."""
        found = {handle} & self._ids if handle else set()
        for text in telling:
            if isinstance(text, str):
                found |= self._by_text.get(text, set())
                found |= {message.message_id for message in self._unreadable if text in message.body}
        return found


def _texts(document: Any) -> Iterator[str]:
    match document:
        case str():
            yield document
        case dict():
            for member in document.values():
                yield from _texts(member)
        case list():
            for member in document:
                yield from _texts(member)


def _is_no_answer(create: Operation) -> bool:
    """Whether there was no answer, or one that says nothing of the caller: that something is down or busy."""
    if create.status is None or create.meaning is not Meaning.UNEXPECTED:
        return create.status is None
    return create.status == HTTPStatus.TOO_MANY_REQUESTS or create.status >= HTTPStatus.INTERNAL_SERVER_ERROR
