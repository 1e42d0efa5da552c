"""A model of a correct system and of clients that drive it, in a time of its own; and faults to plant in what it did.

The system takes a create at some moment between the call's start and its end, keeps its message in a queue, delivers
it once or more, stores its result at the first delivery, and shows it in the index a little later: from then on, and
for good. Clients poll, lose answers, are told "not now", are killed in the middle.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random

from harness.checking import Agreement
from harness.history import FlowHistory, History, QueueDepths, StoredItem
from harness.operations import FlowEnding, Meaning, Operation, Outcome
from tests.unit.harness.checking.literal import (
    AGREEMENT,
    CREATE,
    RETRIEVE,
    STATUS,
    accepted,
    call,
    found,
    item,
    message,
    missing,
    payload,
    pending,
    rejected,
    state,
    unknown_create,
    user,
    visible,
)

NOT_NOW = '{"message": "not now"}'


@dataclass(frozen=True)
class Execution:
    """What was done, and what was agreed, which the system keeps to."""

    history: History
    agreement: Agreement = AGREEMENT


@dataclass(frozen=True)
class Chances:
    """How often what is correct, and not how one would like it to be, happens."""

    awkward: float
    """That an answer is lost, or "not now", or a flow is stopped in the middle."""
    unfinished: float
    """That a message has not been delivered in the end."""
    foreign: float


def run(drawn: Random, chances: Chances) -> Execution:
    """Let a few clients drive a correct system."""
    sends = [_send(drawn, chances, number) for number in range(drawn.randint(1, 7))]
    waiting = [number for number, sent in enumerate(sends) if sent.message and drawn.random() < chances.unfinished]
    stored, longest_s = [], 0.0
    flows = []
    for number, sent in enumerate(sends):
        shown_s = sent.taken_s + drawn.choice([0.0, 0.05, 1.0, 20.0]) if number not in waiting else float("inf")
        if sent.message and number not in waiting:
            stored.append(item(number))
            longest_s = max(longest_s, shown_s - sent.taken_s)
        flows.append(_follow(drawn, chances, sent, shown_s))
    poison = [f"p{n}" for n in range(drawn.randint(0, 2))]
    foreign = drawn.random() < chances.foreign
    quiet = not waiting and (drawn.random() >= chances.unfinished)
    final = state(
        *stored,
        *([item(99)] if foreign else []),
        quiet=quiet,
        depths=QueueDepths(0, 0, 0, 0) if quiet else QueueDepths(len(waiting), 1, 0, 0),
        # What is in somebody's hands is in the queue, and nobody can see it there.
        queued=tuple(message(f"m{number}") for number in waiting if drawn.random() < 0.5),
        dead_lettered=tuple(message(name) for name in poison if quiet),
        poison_sent=tuple(poison),
        foreign_before=foreign,
    )
    held = History(flows=tuple(flows), asked=len(flows), final=final)
    # What was not delivered yet is not late either: a client may have asked for hours.
    visible_within_s = float("inf") if waiting else longest_s + drawn.random()
    return Execution(held, replace(AGREEMENT, visible_within_s=visible_within_s))


@dataclass(frozen=True)
class _Sent:
    flow: FlowHistory
    message: bool
    """Whether the queue has it."""
    taken_s: float


def _send(drawn: Random, chances: Chances, number: int) -> _Sent:
    start_s = drawn.uniform(0, 5)
    taken_s = drawn.uniform(start_s, start_s + 0.1)
    flow = FlowHistory(number, payload(number), drawn.random() < 0.8, (), FlowEnding.COMPLETED)
    if not flow.acceptable:
        return _Sent(replace(flow, operations=(rejected(start_s),)), message=False, taken_s=taken_s)
    if drawn.random() >= chances.awkward:
        return _Sent(replace(flow, operations=(accepted(f"m{number}", start_s),)), message=True, taken_s=taken_s)
    refused = call(CREATE, Meaning.NO_ANSWER, start_s, Outcome.FAIL, seen="refused")
    busy = call(CREATE, Meaning.UNEXPECTED, start_s, Outcome.INFO, status=503, body=NOT_NOW, seen="503")
    create, taken = drawn.choice(
        [(refused, False), *((lost, taken) for lost in (unknown_create(start_s), busy) for taken in (True, False))]
    )
    return _Sent(replace(flow, operations=(create,), ending=FlowEnding.UNREACHABLE), taken, taken_s)


def _follow(drawn: Random, chances: Chances, sent: _Sent, shown_s: float) -> FlowHistory:
    flow = sent.flow
    (create,) = flow.operations
    if create.meaning is not Meaning.ACCEPTED:
        return flow
    number, handle = flow.number, f"m{flow.number}"
    calls = [create]
    start_s = create.ended_s
    seen = False
    while len(calls) < 40 and not seen:
        calls.append(_poll(drawn, chances, number, start_s, shown_s))
        seen = calls[-1].meaning is Meaning.VISIBLE
        # A client may poll again before the poll before it has ended.
        start_s = drawn.uniform(calls[-1].started_s, calls[-1].ended_s + drawn.choice([0.01, 1, 30]))
    if not seen:
        return replace(flow, operations=tuple(calls), ending=FlowEnding.INTERRUPTED)
    retrieve_s = calls[-1].ended_s + drawn.random()
    calls.append(found(retrieve_s, user(number)))
    for _ in range(drawn.randint(0, 2)):
        calls.append(_poll(drawn, chances, number, calls[-1].ended_s + drawn.random(), shown_s))
    if drawn.random() < chances.awkward:
        return _stopped(drawn, replace(flow, operations=tuple(calls)))
    assert handle == calls[1].target
    return replace(flow, operations=tuple(calls))


def _poll(drawn: Random, chances: Chances, number: int, start_s: float, shown_s: float) -> Operation:
    end_s = start_s + drawn.choice([0.01, 0.1, 3.0])
    looked_s = drawn.uniform(start_s, end_s)
    handle = f"m{number}"
    if drawn.random() < chances.awkward:
        lost = call(STATUS, Meaning.NO_ANSWER, start_s, Outcome.FAIL, target=handle, ended_s=end_s)
        busy = replace(lost, meaning=Meaning.UNEXPECTED, status=503, body=NOT_NOW)
        return drawn.choice([lost, busy])
    if looked_s >= shown_s:
        return visible(start_s, handle, f"u{number}", ended_s=end_s)
    return pending(start_s, handle, ended_s=end_s)


def _stopped(drawn: Random, flow: FlowHistory) -> FlowHistory:
    """Return the flow as it is when its client is stopped in the middle of a call after the create."""
    calls = flow.operations[: drawn.randint(2, len(flow.operations))]
    last = replace(calls[-1], meaning=Meaning.NO_ANSWER, outcome=Outcome.FAIL, status=None, body=None, result_id=None)
    ending = drawn.choice([FlowEnding.INTERRUPTED, None])
    return replace(flow, operations=(*calls[:-1], replace(last, document=None)), ending=ending)


type Fault = Callable[[Random, Execution], Execution | None]
"""Plants a fault; None where this execution has no place for it."""


def _flows(execution: Execution) -> Sequence[FlowHistory]:
    return tuple(execution.history.flows)


def _completed(execution: Execution) -> list[FlowHistory]:
    """Return the flows that got their result."""
    flows = _flows(execution)
    return [flow for flow in flows if flow.ending is FlowEnding.COMPLETED and flow.acceptable]


def _with_flow(execution: Execution, changed: FlowHistory) -> Execution:
    flows = tuple(changed if flow.number == changed.number else flow for flow in _flows(execution))
    return replace(execution, history=replace(execution.history, flows=flows))


def _with_final(execution: Execution, **members: object) -> Execution:
    final = execution.history.final
    assert final is not None
    return replace(execution, history=replace(execution.history, final=replace(final, **members)))  # type: ignore[arg-type]  # any of its members


def _stored(execution: Execution) -> tuple[StoredItem, ...]:
    final = execution.history.final
    assert final is not None
    assert final.stored is not None
    return final.stored


def _pick(drawn: Random, flows: Sequence[FlowHistory]) -> FlowHistory | None:
    return drawn.choice(flows) if flows else None


def _in_completed(change: Callable[[Random, FlowHistory], FlowHistory]) -> Fault:
    def plant(drawn: Random, execution: Execution) -> Execution | None:
        flow = _pick(drawn, _completed(execution))
        return _with_flow(execution, change(drawn, flow)) if flow else None

    return plant


def _in_calls(kind_and_meaning: tuple[str, Meaning], change: Callable[[Operation], Operation]) -> Fault:
    """Change one such call of a flow that completed."""

    def plant(drawn: Random, flow: FlowHistory) -> FlowHistory:
        places = [n for n, c in enumerate(flow.operations) if (c.kind, c.meaning) == kind_and_meaning]
        place = drawn.choice(places)
        changed = change(flow.operations[place])
        return replace(flow, operations=(*flow.operations[:place], changed, *flow.operations[place + 1 :]))

    return _in_completed(plant)


def _in_item(change: Callable[[StoredItem], tuple[StoredItem, ...]]) -> Fault:
    """Change what is stored of a flow that completed."""

    def plant(drawn: Random, execution: Execution) -> Execution | None:
        flow = _pick(drawn, _completed(execution))
        if flow is None:
            return None
        handle = f"m{flow.number}"
        kept = tuple(item for item in _stored(execution) if item.handle != handle)
        changed = tuple(new for item in _stored(execution) if item.handle == handle for new in change(item))
        return _with_final(execution, stored=(*kept, *changed))

    return plant


def _with_document(stored: StoredItem, **members: object) -> StoredItem:
    return replace(stored, document={**stored.document, **members})


def _stale(drawn: Random, flow: FlowHistory) -> FlowHistory:
    start_s = max(call.ended_s for call in flow.operations) + drawn.random()
    return replace(flow, operations=(*flow.operations, pending(start_s, f"m{flow.number}")))


def _another_result(drawn: Random, flow: FlowHistory) -> FlowHistory:
    again = visible(drawn.uniform(0, 99), f"m{flow.number}", "u98")
    return replace(flow, operations=(*flow.operations, again))


def _swapped(drawn: Random, execution: Execution) -> Execution | None:
    """Give two flows each other's result, under its own identity."""
    flows = _completed(execution)
    if len(flows) < 2:
        return None
    one, other = drawn.sample(flows, 2)
    for flow, neighbour in ((one, other), (other, one)):
        document = user(neighbour.number, id=f"u{flow.number}")
        calls = (replace(c, document=document) if c.kind is RETRIEVE else c for c in flow.operations)
        execution = _with_flow(execution, replace(flow, operations=tuple(calls)))
    return execution


def _too_late(drawn: Random, execution: Execution) -> Execution | None:
    """Agree on less than what even the lower bound shows."""
    shown_late = [
        poll.started_s - flow.operations[0].ended_s
        for flow in _completed(execution)
        for poll in flow.operations
        if poll.meaning is Meaning.PENDING and poll.started_s > flow.operations[0].ended_s
    ]
    if not shown_late:
        return None
    visible_within_s = max(shown_late) * drawn.uniform(0, 0.99)
    return replace(execution, agreement=replace(execution.agreement, visible_within_s=visible_within_s))


def _indefinite_twice(drawn: Random, execution: Execution) -> Execution | None:
    flow = _pick(drawn, [flow for flow in _flows(execution) if flow.operations[0].outcome is Outcome.INFO])
    if flow is None:
        return None
    twins = [item(flow.number, id=f"twin-{n}", messageId=f"unknown-{n}") for n in range(2)]
    return _with_final(execution, stored=(*_stored(execution), *twins))


def _trace(drawn: Random, execution: Execution) -> Execution | None:
    flow = _pick(drawn, [flow for flow in _flows(execution) if flow.operations[0].outcome is Outcome.FAIL])
    return _with_final(execution, stored=(*_stored(execution), item(flow.number))) if flow else None


def _invalid_accepted(drawn: Random, execution: Execution) -> Execution | None:
    flow = _pick(drawn, [flow for flow in _flows(execution) if not flow.acceptable])
    return _with_flow(execution, replace(flow, operations=(accepted(f"m{flow.number}"),))) if flow else None


def _valid_rejected(drawn: Random, execution: Execution) -> Execution | None:
    flow = _pick(drawn, _completed(execution))
    return _with_flow(execution, replace(flow, operations=(rejected(),))) if flow else None


def _handle_given_twice(drawn: Random, execution: Execution) -> Execution | None:
    flows = _completed(execution)
    if len(flows) < 2:
        return None
    one, other = drawn.sample(flows, 2)
    create = replace(one.operations[0], handle=other.operations[0].handle)
    return _with_flow(execution, replace(one, operations=(create, *one.operations[1:])))


def _dead_lettered(drawn: Random, execution: Execution) -> Execution | None:
    flow, final = _pick(drawn, _completed(execution)), execution.history.final
    if flow is None or final is None or final.dead_lettered is None:
        return None
    return _with_final(execution, dead_lettered=(*final.dead_lettered, message(f"m{flow.number}")))


def _poison_gone(_drawn: Random, execution: Execution) -> Execution | None:
    final = execution.history.final
    if final is None or not final.quiet or not final.poison_sent:
        return None
    return _with_final(execution, dead_lettered=())


FAULTS: dict[str, tuple[Fault, tuple[str, ...]]] = {
    "a result is lost": (_in_item(lambda _: ()), ("no-create-lost", "all-accounted-for")),
    "a result is doubled": (
        _in_item(lambda i: (i, replace(i, identity="u98"))),
        ("one-message-one-result",),
    ),
    "a result is stored under another handle": (
        _in_item(lambda i: (replace(i, handle="m98"),)),
        ("no-create-lost", "nothing-made-up"),
    ),
    "a result is stored under another identity than its status says": (
        _in_item(lambda i: (replace(i, identity="u98"),)),
        ("one-message-one-result",),
    ),
    "a handle is given twice": (_handle_given_twice, ("one-message-one-result",)),
    "a result is stored otherwise than it was sent": (
        _in_item(lambda i: (_with_document(i, name="x"),)),
        ("stored-as-sent",),
    ),
    "a result changes after it was retrieved": (
        _in_item(lambda i: (_with_document(i, createdAt="x"),)),
        ("result-never-changes",),
    ),
    "something is made up": (
        lambda _, e: _with_final(e, stored=(*_stored(e), item(98)), foreign_before=False),
        ("nothing-made-up",),
    ),
    "two results are swapped": (_swapped, ("retrieved-as-sent",)),
    "a text comes back otherwise": (
        _in_calls((RETRIEVE, Meaning.FOUND), lambda c: replace(c, document={**(c.document or {}), "name": "x"})),
        ("retrieved-as-sent",),
    ),
    "a visible result is not found": (
        _in_calls((RETRIEVE, Meaning.FOUND), lambda c: missing(c.started_s, c.target or "")),
        ("retrieve-after-visible",),
    ),
    "a status is stale": (_in_completed(_stale), ("visible-stays-visible",)),
    "a status changes its result": (_in_completed(_another_result), ("visible-stays-visible",)),
    "a result is visible too late": (_too_late, ("visible-in-time",)),
    "an indefinite create is there twice": (_indefinite_twice, ("indefinite-once-or-not",)),
    "a failed create is there": (_trace, ("rejected-left-no-trace",)),
    "an invalid create is accepted": (_invalid_accepted, ("only-invalid-rejected",)),
    "a valid create is rejected": (_valid_rejected, ("only-invalid-rejected",)),
    "a message is dead-lettered": (_dead_lettered, ("dead-letters-are-poison", "all-accounted-for")),
    "poison is gone": (_poison_gone, ("dead-letters-are-poison",)),
    "there is no dead-letter queue": (
        lambda _, e: _with_final(e, has_dead_letter_queue=False, dead_lettered=None),
        ("dead-letters-are-poison",),
    ),
    "an answer has another status": (
        _in_calls((STATUS, Meaning.VISIBLE), lambda c: replace(c, status=201)),
        ("answers-as-agreed",),
    ),
    "an answer has another body": (
        _in_calls((STATUS, Meaning.VISIBLE), lambda c: replace(c, body='{"messageId": "m"}')),
        ("answers-as-agreed",),
    ),
    "a flow fails": (
        _in_completed(lambda _, flow: replace(flow, ending=FlowEnding.FAILED)),
        ("every-flow-completed",),
    ),
}
"""Each fault, and the checkers that must find it."""
