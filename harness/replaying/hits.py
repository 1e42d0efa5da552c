"""Whether two runs had the same faults on the same things, attempt by attempt. Pure.

Which attempts a thing had depends on time: a flow that polled five times before polls three times now, and the fault
that hit the fourth poll had nothing to hit. So two sets of hits are the same where each hit of the one is in the other,
*if the other run had that attempt at all*.

An engine that a run kills counts attempts anew when it is there again, and calls meanwhile reach nobody. Of a flow that
was begun before that, it is not known which attempts it had, but for those that were hit.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from harness.checking.evidence_text import counted
from harness.history import FaultHistory, History
from harness.operations import FlowEnding, OperationKind
from harness.shape import ApiShape
from harness.shape.document import shape_from_json
from harness.shape.users import USERS_API
from model.faults.catalogue import KILLS

_SHOWN: Final = 5

type _Thing = tuple[str, str, str]


class Hit(NamedTuple):
    """A fault that hit an attempt of a thing."""

    fault: str
    operation: str
    identity: str
    attempt: int

    @property
    def thing(self) -> _Thing:
        """What was hit."""
        return self.fault, self.operation, self.identity


@dataclass(frozen=True, slots=True)
class ComparedHits:
    """How the hits of two runs compare."""

    same: bool | None
    said: str
    details: tuple[str, ...] = ()


def compare_hits(before: History, now: History, shape: Any = None) -> ComparedHits:
    """Return whether the same faults hit the same things in two runs.

    Args:
        before: one.
        now: the other.
        shape: the shape of the API, in JSON, to know which calls of a flow an operation of the engine is; None: ours.
    """
    if not before.faults and not now.faults:
        return ComparedHits(same=True, said="none in either run")
    if unread := [fault.name for fault in (*before.faults, *now.faults) if fault.fired is None]:
        return ComparedHits(same=None, said=f"the engine did not say in the end what {unread[0]} hit")
    kinds = _kinds_by_operation(shape_from_json(shape) if shape else USERS_API)
    hits_before, hits_now = _hits(before), _hits(now)
    only_before, only_now = hits_before.keys() - hits_now.keys(), hits_now.keys() - hits_before.keys()
    attempts_before, attempts_now = _Attempts(before, kinds), _Attempts(now, kinds)
    gone = sorted(hit for hit in only_before if attempts_now.include(hit, hits_before[hit]))
    new = sorted(hit for hit in only_now if attempts_before.include(hit, hits_now[hit]))
    details = [*_lines("only before", gone), *_lines("only now", new), *_reservations(before, now)]
    if alone := len(only_before) + len(only_now) - len(gone) - len(new):
        details.append(f"{counted(alone, 'hits')} of attempts that only one of the runs is known to have had")
    both = hits_before.keys() & hits_now.keys()
    said = f"{counted(len(both), 'hits')} on {counted(len({hit.identity for hit in both}), 'things')} in both"
    if gone or new:
        said = f"{said}; {len(gone)} only before, {len(new)} only now"
        # Of many firings not all are kept, and those that are missing may be these.
        return ComparedHits(None if _is_cut(before) or _is_cut(now) else False, said, tuple(details))
    return ComparedHits(same=True, said=said, details=tuple(details))


class _Attempts:
    """Which attempts a run is known to have made."""

    def __init__(self, history: History, kinds: Mapping[str, OperationKind]) -> None:
        self._kinds = kinds
        self._last: dict[_Thing, int] = {}
        self._calls: Counter[tuple[int, OperationKind]] = Counter()
        self._completed: set[int] = set()
        for hit in _hits(history):
            self._last[hit.thing] = max(hit.attempt, self._last.get(hit.thing, 0))
        disturbed_until_s = _last_restart_s(history)
        for flow in history.flows:
            if flow.operations and flow.operations[0].started_s <= disturbed_until_s:
                continue
            self._calls.update((flow.number, operation.kind) for operation in flow.operations)
            if flow.acceptable and flow.ending is FlowEnding.COMPLETED:
                self._completed.add(flow.number)

    def include(self, hit: Hit, flow: int | None) -> bool:
        """Return whether there was the attempt that was hit."""
        if self._last.get(hit.thing, 0) >= hit.attempt:
            return True
        if flow is None:
            return False
        if kind := self._kinds.get(_template(hit.operation)):
            return self._calls[flow, kind] >= hit.attempt
        # What came back went through the queue, the function and the table once at least.
        return hit.attempt == 1 and flow in self._completed


def _hits(history: History) -> dict[Hit, int | None]:
    """Return all hits, with the flows that they are of."""
    return {
        Hit(fault.name, firing.operation, firing.identity, firing.attempt): firing.flow
        for fault in history.faults
        for firing in fault.firings
    }


def _lines(when: str, hits: Sequence[Hit]) -> Iterator[str]:
    for hit in hits[:_SHOWN]:
        yield f"{when}: {hit.fault} on {hit.identity}, {hit.operation}, attempt {hit.attempt}"
    if len(hits) > _SHOWN:
        yield f"{when}: {len(hits) - _SHOWN} more"


def _reservations(*histories: History) -> Iterator[str]:
    """Return what makes hits depend on more than on what was hit."""
    for name in sorted({fault.name for history in histories for fault in history.faults if _depends_on_time(fault)}):
        yield f"{name} is bounded by time or by its limit, so that what it hits depends on when things happen"
    if any(map(_is_cut, histories)):
        yield "more was hit than is kept in the histories; what is kept was compared"


def _depends_on_time(fault: FaultHistory) -> bool:
    definition = fault.definition
    is_limited = fault.fired is not None and fault.fired >= definition.get("limit", fault.fired + 1)
    begins_later = bool(definition.get("from_s") or definition.get("from_flows"))
    return is_limited or begins_later or definition.get("for_s") is not None


def _last_restart_s(history: History) -> float:
    """Return until when the run's engine had not been killed for the last time, and started again."""
    killed = [fault.periods[-1][1] for fault in history.faults if fault.kind == KILLS and fault.periods]
    return max((math.inf if until_s is None else until_s for until_s in killed), default=-math.inf)


def _is_cut(history: History) -> bool:
    return any(fault.fired is not None and fault.fired > len(fault.firings) for fault in history.faults)


def _kinds_by_operation(shape: ApiShape) -> Mapping[str, OperationKind]:
    """Return which call of a flow an operation of the API is, as the engine names it."""
    return {
        _template(f"{shape.create.method} {shape.create.path}"): OperationKind.CREATE,
        _template(f"{shape.status.method} {shape.status.path}"): OperationKind.STATUS,
        _template(f"{shape.retrieve.method} {shape.retrieve.path}"): OperationKind.RETRIEVE,
    }


def _template(operation: str) -> str:
    """Return an operation without the names of its parameters: the API's document has others than the shape."""
    return re.sub(r"\{[^}]*\}", "{}", operation)
