"""How long the parts of one flow took. Pure.

Everything counts from when it was meant to start, so that a client that is late does not make the server look fast
(coordinated omission). Only a timer that fires early makes a call count from when it did start.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from harness.history import FlowHistory, ServerTimes
from harness.operations import FlowEnding, Meaning, Operation, OperationKind, Outcome


@dataclass(frozen=True, slots=True)
class VisibleBounds:
    """How long after the create was meant to start its result became visible: between these two, in seconds."""

    lower_s: float
    """To the start of the last poll that did not see it; 0 when the first poll saw it."""
    upper_s: float
    """To the end of the first poll that saw it."""


@dataclass(frozen=True, slots=True)
class Timed:
    """One duration: of what (a name of `harness.timing.TIMINGS`), and when that was meant to start."""

    name: str
    at_s: float
    duration_s: float


def meant_to_start_s(operation: Operation) -> float:
    """Return the time that the call counts from."""
    return min(operation.scheduled_s, operation.started_s)


def visible_bounds(flow: FlowHistory) -> VisibleBounds | None:
    """Return when the flow's result became visible; None where no poll saw it.

    A poll that was not answered, or wrongly, says nothing.
    """
    lower_s = 0.0
    for operation in flow.operations:
        if operation.kind is not OperationKind.STATUS:
            continue
        since_s = meant_to_start_s(flow.operations[0])
        if operation.meaning is Meaning.PENDING:
            lower_s = operation.started_s - since_s
        elif operation.meaning is Meaning.VISIBLE:
            return VisibleBounds(lower_s, operation.ended_s - since_s)
    return None


def flow_times(flow: FlowHistory, server: ServerTimes | None) -> Iterator[Timed]:
    """Return all that can be timed of a flow."""
    for operation in flow.operations:
        if operation.outcome is Outcome.OK and operation.meaning is not Meaning.REJECTED:
            at_s = meant_to_start_s(operation)
            yield Timed(operation.kind, at_s, operation.ended_s - at_s)
    if not flow.operations:
        return
    began_s = meant_to_start_s(flow.operations[0])
    if bounds := visible_bounds(flow):
        yield Timed("visible_lower", began_s, bounds.lower_s)
        yield Timed("visible_upper", began_s, bounds.upper_s)
        yield Timed("visible_gap", began_s, bounds.upper_s - bounds.lower_s)
    if (ended_s := _retrieved_s(flow)) is not None:
        yield Timed("flow", began_s, ended_s - began_s)
    if server:
        yield from _server_times(server, began_s)


def _retrieved_s(flow: FlowHistory) -> float | None:
    """Return when a client had what it wanted. Polls after that are the harness's own."""
    if flow.ending is not FlowEnding.COMPLETED:
        return None
    found = (operation.ended_s for operation in flow.operations if operation.meaning is Meaning.FOUND)
    return next(found, None)


def _server_times(server: ServerTimes, began_s: float) -> Iterator[Timed]:
    """Return how long the server says it took; where its clocks disagree and it is less than nothing, 0."""
    if server.accepted_at_s is None:
        return
    for name, at_s in (("server_queued", server.received_at_s), ("server_written", server.written_at_s)):
        if at_s is not None:
            yield Timed(name, began_s, max(0.0, at_s - server.accepted_at_s))
