"""Bugs that need a fault to show, planted in what a correct system did under that fault."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from random import Random

from harness.history import FaultHistory, Firing, FlowHistory, StoredItem
from harness.operations import FlowEnding, Meaning, Operation, Outcome
from tests.unit.harness.checking.literal import RETRIEVE, item, message, missing, pending, visible
from tests.unit.harness.checking.model import Execution

type Plant = Callable[[Random, Execution], Execution | None]
"""None: this execution has no place for the bug."""


@dataclass(frozen=True)
class Bug:
    """A bug, the kinds of faults that are set when it shows, and the checkers that must find it."""

    kinds: tuple[str, ...]
    plant: Plant
    finders: tuple[str, ...]


def _fault(execution: Execution, kind: str) -> FaultHistory:
    return next(fault for fault in execution.history.faults if fault.kind == kind)


def _firings(execution: Execution, kind: str) -> Mapping[int | None, Firing]:
    return {firing.flow: firing for firing in reversed(_fault(execution, kind).firings)}


def _with_stored(execution: Execution, *stored: StoredItem, dead: tuple[str, ...] = (), received: int = 9) -> Execution:
    final = execution.history.final
    assert final is not None
    assert final.dead_lettered is not None
    letters = tuple(replace(message(name), receive_count=received) for name in dead)
    changed = replace(final, stored=stored, dead_lettered=(*final.dead_lettered, *letters))
    return replace(execution, history=replace(execution.history, final=changed))


def _with_flow(execution: Execution, changed: FlowHistory) -> Execution:
    flows = tuple(changed if flow.number == changed.number else flow for flow in execution.history.flows)
    return replace(execution, history=replace(execution.history, flows=flows))


def _stored(execution: Execution) -> tuple[StoredItem, ...]:
    final = execution.history.final
    assert final is not None
    return final.stored or ()


def _is_done(flow: FlowHistory) -> bool:
    return flow.ending is FlowEnding.COMPLETED


def _hit(execution: Execution, kind: str, suits: Callable[[FlowHistory], bool] = _is_done) -> FlowHistory | None:
    """Return a flow that the fault hit."""
    hit = _firings(execution, kind)
    return next((flow for flow in execution.history.flows if flow.number in hit and suits(flow)), None)


def _lost(kind: str) -> Plant:
    """What the fault hit is acknowledged all the same, and is nowhere."""

    def plant(_drawn: Random, execution: Execution) -> Execution | None:
        flow = _hit(execution, kind)
        if flow is None:
            return None
        return _with_stored(execution, *(each for each in _stored(execution) if each.handle != f"m{flow.number}"))

    return plant


def _twice(_drawn: Random, execution: Execution) -> Execution | None:
    flow = _hit(execution, "duplicates")
    if flow is None:
        return None
    return _with_stored(execution, *_stored(execution), item(flow.number, id=f"again-{flow.number}"))


def _dead(kind: str, received: int) -> Plant:
    """What the fault hit once is stored, and dead-lettered too."""

    def plant(_drawn: Random, execution: Execution) -> Execution | None:
        flow = _hit(execution, kind)
        final = execution.history.final
        if flow is None or final is None or (final.max_receive_count or 0) < 4:
            return None
        if sum(map(len, (fault.firings for fault in execution.history.faults))) >= 4 and kind == "late-crashes":
            received_enough = replace(execution, history=replace(execution.history, final=final))
            return _with_stored(received_enough, *_stored(execution), dead=(f"m{flow.number}",), received=1)
        return _with_stored(execution, *_stored(execution), dead=(f"m{flow.number}",), received=received)

    return plant


def _in_calls(kind: str, change: Callable[[FlowHistory], FlowHistory]) -> Plant:
    def plant(_drawn: Random, execution: Execution) -> Execution | None:
        flow = _hit(execution, kind)
        return _with_flow(execution, change(flow)) if flow else None

    return plant


def _not_found(flow: FlowHistory) -> FlowHistory:
    """A retrieve that is not consistent is answered by what lags behind."""
    place = next(place for place, call in enumerate(flow.operations) if call.meaning is Meaning.FOUND)
    found = flow.operations[place]
    calls = (*flow.operations[:place], missing(found.started_s, found.target or ""))
    return replace(flow, operations=calls, ending=FlowEnding.FAILED)


def _flickering(flow: FlowHistory) -> FlowHistory:
    """Another replica of the index is asked, which has not heard of it."""
    end_s = flow.operations[-1].ended_s
    return replace(flow, operations=(*flow.operations, pending(end_s + 0.5, f"m{flow.number}")))


def _further_back(drawn: Random, execution: Execution) -> Execution | None:
    """A replica that is a second behind is asked, and has not heard of what was there many seconds ago."""
    flow = _hit(execution, "stale-reads")
    if flow is None:
        return None
    flickering = _with_flow(execution, _flickering(replace(flow, operations=(*flow.operations, _late_poll(flow)))))
    end_s = flow.operations[-1].ended_s
    asked = Firing(end_s + 30.6, flow.number, f"flow {flow.number}", "Query", 99, drawn.uniform(0, 20))
    stale = _fault(execution, "stale-reads")
    (from_s, until_s), *_ = stale.periods
    stale = replace(
        stale,
        firings=(*stale.firings, asked),
        fired=len(stale.firings) + 1,
        periods=((from_s, max(until_s or 0, end_s + 40)),),
    )
    return replace(flickering, history=replace(flickering.history, faults=(stale,)))


def _late_poll(flow: FlowHistory) -> Operation:
    return visible(flow.operations[-1].ended_s + 30, f"m{flow.number}", f"u{flow.number}")


def _never_shown(kind: str) -> Plant:
    """What the fault hit stays invisible, also when it has healed and the agreed time has passed since."""

    def plant(_drawn: Random, execution: Execution) -> Execution | None:
        flow = _hit(execution, kind)
        if flow is None:
            return None
        ends_s = [until_s or 0 for fault in execution.history.faults for _, until_s in fault.periods]
        final = execution.history.final
        assert final is not None
        late_s = max(ends_s) + (final.visibility_timeout_s or 0) + execution.agreement.visible_within_s + 3
        calls: tuple[Operation, ...] = (flow.operations[0], pending(late_s, f"m{flow.number}"))
        return _with_flow(execution, replace(flow, operations=calls, ending=FlowEnding.FAILED))

    return plant


def _shown_late(_drawn: Random, execution: Execution) -> Execution | None:
    """The index shows what it lags with only long after it has it, and long before the fault heals."""
    flow = _hit(execution, "gsi-lag")
    if flow is None:
        return None
    firing = _firings(execution, "gsi-lag")[flow.number]
    late_s = firing.at_s + firing.delay_s + execution.agreement.visible_within_s + 1
    calls = (flow.operations[0], pending(late_s, f"m{flow.number}"), visible(late_s + 1, f"m{flow.number}"))
    return _with_flow(execution, replace(flow, operations=calls))


def _create_hit(kind: str, *twins: int) -> Plant:
    """A create that the fault hit is there as often as there are twins."""

    def plant(_drawn: Random, execution: Execution) -> Execution | None:
        flow = _hit(execution, kind, lambda flow: flow.ending is not FlowEnding.COMPLETED and len(flow.operations) == 1)
        if flow is None or flow.operations[0].meaning is Meaning.ACCEPTED:
            return None
        firing = _firings(execution, kind)[flow.number]
        if firing.operation not in {"POST /users", "SendMessage"}:
            return None
        others = [each for each in _stored(execution) if each.document["email"] != flow.payload["email"]]
        ghosts = (item(flow.number, id=f"ghost-{n}", messageId=f"unknown-{flow.number}-{n}") for n in twins)
        return _with_stored(execution, *others, *ghosts)

    return plant


def _refused_for_nothing(_drawn: Random, execution: Execution) -> Execution | None:
    """The API refuses a create that no fault hit, in a run in which it refuses others."""
    hit = _firings(execution, "api-429")
    flow = next((flow for flow in execution.history.flows if flow.number not in hit and _is_done(flow)), None)
    if flow is None:
        return None
    refused = replace(
        flow.operations[0],
        meaning=Meaning.UNEXPECTED,
        outcome=Outcome.FAIL,
        status=429,
        handle=None,
        body='{"message": "Too Many Requests"}',
    )
    return _with_flow(execution, replace(flow, operations=(refused,), ending=FlowEnding.FAILED))


def _gone_after_a_restart(_drawn: Random, execution: Execution) -> Execution | None:
    (kill,) = _fault(execution, "kills").periods
    flows = (flow for flow in execution.history.flows if flow.operations[0].started_s > (kill[1] or 0) + 0.5)
    flow = next((flow for flow in flows if _is_done(flow)), None)
    if flow is None:
        return None
    return _with_stored(execution, *(each for each in _stored(execution) if each.handle != f"m{flow.number}"))


def _another_text(flow: FlowHistory) -> FlowHistory:
    calls = (
        replace(call, document={**(call.document or {}), "name": "x"})
        if call.kind is RETRIEVE and call.document
        else call
        for call in flow.operations
    )
    return replace(flow, operations=tuple(calls), ending=FlowEnding.FAILED)


BUGS: Mapping[str, Bug] = {
    "a message is acknowledged before its write": Bug(
        ("crashes",), _lost("crashes"), ("no-create-lost", "all-accounted-for")
    ),
    "what was seen before is taken for done": Bug(("table-errors",), _lost("table-errors"), ("no-create-lost",)),
    "a write that is not idempotent": Bug(("duplicates",), _twice, ("one-message-one-result",)),
    "a message is shown again while the function is at it": Bug(
        ("slow-handlers",), _dead("slow-handlers", 9), ("all-accounted-for", "dead-letters-are-poison")
    ),
    "a duplicate is taken for a failure": Bug(
        ("duplicates",), _dead("duplicates", 9), ("all-accounted-for", "dead-letters-are-poison")
    ),
    "a message is dead-lettered after its first failure": Bug(
        ("late-crashes",), _dead("late-crashes", 1), ("dead-letters-are-poison", "all-accounted-for")
    ),
    "a retrieve is not consistent": Bug(
        ("table-lag",), _in_calls("table-lag", _not_found), ("retrieve-after-visible",)
    ),
    "a status flickers": Bug(("gsi-lag",), _in_calls("gsi-lag", _flickering), ("visible-stays-visible",)),
    "a status flickers where no replica was behind": Bug(
        ("stale-reads",), _in_calls("stale-reads", _flickering), ("visible-stays-visible",)
    ),
    "a status goes further back than the replica": Bug(("stale-reads",), _further_back, ("visible-stays-visible",)),
    "a retrieve asks a replica that is behind": Bug(
        ("stale-reads",), _in_calls("stale-reads", _not_found), ("retrieve-after-visible",)
    ),
    "what no replica shows": Bug(
        ("stale-reads",), _never_shown("stale-reads"), ("visible-in-time", "every-flow-completed")
    ),
    "an index that stays behind": Bug(("gsi-lag",), _shown_late, ("visible-in-time",)),
    "what was held back never comes": Bug(
        ("slow-handlers",), _never_shown("slow-handlers"), ("visible-in-time", "every-flow-completed")
    ),
    "a consumer that does not recover": Bug(
        ("function-throttles", "crashes"), _never_shown("function-throttles"), ("visible-in-time",)
    ),
    "a lost answer's create is lost too": Bug(
        ("api-reset-after",), _create_hit("api-reset-after"), ("indefinite-once-or-not",)
    ),
    "a lost answer's create is there twice": Bug(
        ("api-reset-after",), _create_hit("api-reset-after", 1, 2), ("indefinite-once-or-not",)
    ),
    "a create is carried out whose connection was reset first": Bug(
        ("api-reset-before",), _create_hit("api-reset-before", 1), ("indefinite-once-or-not",)
    ),
    "a create is carried out that was answered 500": Bug(
        ("api-500",), _create_hit("api-500", 1), ("indefinite-once-or-not",)
    ),
    "a create is carried out that was throttled": Bug(
        ("api-429",), _create_hit("api-429", 1), ("rejected-left-no-trace",)
    ),
    "the API throttles whom no fault hit": Bug(
        ("api-429",), _refused_for_nothing, ("every-flow-completed", "answers-as-agreed")
    ),
    "a restarted engine loses what it took since": Bug(("kills",), _gone_after_a_restart, ("no-create-lost",)),
    "a text that comes back otherwise when it came late": Bug(
        ("slow-tables",), _in_calls("slow-tables", _another_text), ("retrieved-as-sent", "every-flow-completed")
    ),
}
