"""Literal histories in few words. Times are in seconds."""

from collections.abc import Mapping, Sequence

from harness.history import DepthSample, FlowHistory, History, QueueDepths, ServerTimes
from harness.operations import FlowEnding, Meaning, Operation, OperationKind, Outcome


def create(
    scheduled_s: float, ended_s: float, *, started_s: float | None = None, meaning: Meaning = Meaning.ACCEPTED
) -> Operation:
    handle = "m-1" if meaning is Meaning.ACCEPTED else None
    outcome = {Meaning.ACCEPTED: Outcome.OK, Meaning.REJECTED: Outcome.FAIL}.get(meaning, Outcome.INFO)
    began_s = scheduled_s if started_s is None else started_s
    return Operation(OperationKind.CREATE, scheduled_s, began_s, ended_s, outcome, meaning, handle=handle)


def poll(started_s: float, ended_s: float, meaning: Meaning = Meaning.PENDING) -> Operation:
    outcome = Outcome.OK if meaning in {Meaning.PENDING, Meaning.VISIBLE} else Outcome.FAIL
    return Operation(OperationKind.STATUS, started_s, started_s, ended_s, outcome, meaning)


def retrieve(started_s: float, ended_s: float) -> Operation:
    return Operation(OperationKind.RETRIEVE, started_s, started_s, ended_s, Outcome.OK, Meaning.FOUND)


def flow(
    *operations: Operation, ending: FlowEnding | None = FlowEnding.COMPLETED, acceptable: bool = True, number: int = 0
) -> FlowHistory:
    return FlowHistory(number, {"name": "Ada"}, acceptable, operations, ending)


def plain_flow(at_s: float, *, call_s: float = 0.01, number: int = 0) -> FlowHistory:
    """A flow of four calls, one right after the other: create, pending, visible, found."""
    marks_s = [at_s + call * call_s for call in range(5)]
    operations = (
        create(marks_s[0], marks_s[1]),
        poll(marks_s[1], marks_s[2]),
        poll(marks_s[2], marks_s[3], Meaning.VISIBLE),
        retrieve(marks_s[3], marks_s[4]),
    )
    return flow(*operations, number=number)


def history(
    *flows: FlowHistory,
    asked: int | None = None,
    depths: Mapping[float, int] | None = None,
    server_times: Mapping[str, ServerTimes] | None = None,
) -> History:
    return History(
        flows=flows,
        asked=len(flows) if asked is None else asked,
        depth_samples=_samples(depths or {}),
        server_times=server_times or {},
    )


def _samples(depths: Mapping[float, int]) -> Sequence[DepthSample]:
    return [DepthSample(at_s, QueueDepths(visible, 1, 1, None)) for at_s, visible in depths.items()]
