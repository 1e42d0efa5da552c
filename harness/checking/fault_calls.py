"""Which calls of a flow were answered as they were because a fault hit them. Pure.

What explains an answer is a firing, never that a fault was set: the flow is the call's, the operation is the call's,
the time is the call's, the answer is one that the kind gives. A firing explains one call.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from harness.history import FaultHistory, Firing, FlowHistory
from harness.operations import Meaning, Operation, OperationKind
from harness.shape import ApiShape
from model.faults.effects import Effect, Site
from model.faults.kinds import EVENTUAL_READS

CLOCKS_AGREE_S: Final = 0.25
"""How far the engine's clock and the run's may be apart."""

_SAID: Final = frozenset({Meaning.ACCEPTED, Meaning.VISIBLE, Meaning.PENDING, Meaning.FOUND, Meaning.FAILED})
"""Meanings that no fault gives an answer; but for one that shows what was, and only after it was seen otherwise."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A firing, with what it may do."""

    fault: FaultHistory
    effect: Effect
    firing: Firing
    until_s: float
    """Until when it may show at the calls of others, where it hits the whole engine."""


def explained_calls(flow: FlowHistory, own: Sequence[Hit], engine: Sequence[Hit], shape: ApiShape) -> dict[int, Hit]:
    """Return what explains a flow's calls, by their places among its operations.

    Args:
        flow: the flow.
        own: what hit it.
        engine: what hit the whole engine.
        shape: which call is which operation.
    """
    left = list(own)
    explained: dict[int, Hit] = {}
    seen_s: float | None = None
    for place, call in enumerate(flow.operations):
        if call.meaning is Meaning.PENDING and seen_s is not None:
            hits = (hit for hit in left if _is_of(hit, call, shape) and _shows(hit, seen_s))
            if hit := next(hits, None):
                left.remove(hit)
                explained[place] = hit
        if call.meaning is Meaning.VISIBLE and seen_s is None:
            seen_s = call.ended_s
        if call.meaning in _SAID:
            continue
        hit = next((hit for hit in left if _is_of(hit, call, shape) and _gives(hit, call)), None)
        if hit:
            left.remove(hit)
        else:
            hit = next((hit for hit in engine if _met(hit, call) and _gives(hit, call)), None)
        if hit:
            explained[place] = hit
    return explained


def as_of_s(poll: Operation, own: Iterable[Hit], shape: ApiShape) -> float:
    """Return as of when a poll that saw nothing says so: its start, or earlier where a hit showed it what was."""
    shown = (hit for hit in own if hit.effect.shows_past and _is_of(hit, poll, shape))
    return min((hit.firing.at_s - hit.firing.delay_s - CLOCKS_AGREE_S for hit in shown), default=poll.started_s)


def hits_of_create(create: Operation, own: Iterable[Hit], shape: ApiShape) -> list[Hit]:
    """Return all that hit a flow's create on its way into the queue, whatever was answered."""
    return [hit for hit in own if hit.effect.site in {Site.REQUEST, Site.SEND} and _is_of(hit, create, shape)]


def _is_of(hit: Hit, call: Operation, shape: ApiShape) -> bool:
    """Whether a hit of the call's flow was at this call."""
    at_s = hit.firing.at_s
    if not call.started_s - CLOCKS_AGREE_S <= at_s <= call.ended_s + CLOCKS_AGREE_S:
        return False
    operation = hit.firing.operation
    match hit.effect.site:
        case Site.REQUEST:
            return _is_route(operation, call.kind, shape)
        case Site.SEND:
            return call.kind is OperationKind.CREATE
        case Site.READ:
            return call.kind is not OperationKind.CREATE and operation in EVENTUAL_READS
        case _:
            return False


def _met(hit: Hit, call: Operation) -> bool:
    """Whether a call was under way while something was the matter with the whole engine."""
    return hit.firing.at_s - CLOCKS_AGREE_S <= call.ended_s and call.started_s <= hit.until_s + CLOCKS_AGREE_S


def _gives(hit: Hit, call: Operation) -> bool:
    """Whether the call was answered as a kind of fault makes it answered."""
    waited_until_s = hit.firing.at_s + hit.firing.delay_s + CLOCKS_AGREE_S
    waited = call.status is None and hit.effect.delays_answer
    return may_give(hit.effect, call) and (not waited or waited_until_s >= call.ended_s)


def _shows(hit: Hit, seen_s: float) -> bool:
    """Whether a hit showed what was before something was seen first, which may then not have been there."""
    return hit.effect.shows_past and hit.firing.at_s - hit.firing.delay_s <= seen_s + CLOCKS_AGREE_S


def may_give(effect: Effect, call: Operation) -> bool:
    """Whether a call was answered, or not, as a hit may make it answered."""
    if call.meaning in _SAID or effect.site is Site.NOWHERE:
        return False
    if call.status is None:
        return effect.unanswered
    return bool(effect.statuses & {str(call.status), f"{call.status // 100}xx"})


def _is_route(operation: str, kind: OperationKind, shape: ApiShape) -> bool:
    """Whether an operation, as the engine names it (`GET /status/{messageId}`), is a call of a shape."""
    declared = {
        OperationKind.CREATE: (shape.create.method, shape.create.path),
        OperationKind.STATUS: (shape.status.method, shape.status.path),
        OperationKind.RETRIEVE: (shape.retrieve.method, shape.retrieve.path),
    }
    method, _, path = operation.partition(" ")
    own_method, own_path = declared[kind]
    if method != own_method:
        return False
    if own_path == "{handle}":  # a handle that is the status' own address: any that is no other call's
        others = [route for other, route in declared.items() if other is not kind]
        return (method, _unnamed(path)) not in {(verb, _unnamed(route)) for verb, route in others}
    # Either may begin further up: the API's address may have a part of the path.
    one, other = sorted((_unnamed(own_path), _unnamed(path)), key=len)
    return other.endswith(one)


def _unnamed(path: str) -> str:
    """Return a path without its parameters' names, of which each side has its own, and without a query."""
    return re.sub(r"\{[^}]*\}", "{}", path.partition("?")[0])
