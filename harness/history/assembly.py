"""Puts flows together from the lines of a history: each call's *invoke* with its end, each flow's calls. No I/O."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from harness.driving.definiteness import Oddity, outcome_of
from harness.history import FlowHistory
from harness.history.lines import ANSWERS, BrokenLineError, Line
from harness.operations import FlowEnding, Meaning, Operation, OperationKind, Outcome

_KINDS = {kind.value: kind for kind in OperationKind}
_OUTCOMES = {outcome.value: outcome for outcome in Outcome}
_MEANINGS = {meaning.value: meaning for meaning in Meaning}


@dataclass(slots=True)
class _OpenFlow:
    """A flow whose end has not been read. Calls that are under way are kept as their *invoke* line."""

    begun: Line
    calls: dict[int, Line | Operation] = field(default_factory=dict)


class FlowAssembly:
    """Takes lines in the order of the file. What it holds are the flows that are under way."""

    def __init__(self) -> None:
        self._open: dict[int, _OpenFlow] = {}

    def take(self, line: Line) -> FlowHistory | None:
        """Take any line of a history; return the flow that it ends, if it ends one.

        Raises:
            BrokenLineError: the line does not fit to those before it.
        """
        kind = line["type"]
        if kind == "invoke":
            self._invoked(line)
        elif kind in ANSWERS:
            self._answered(line)
        elif kind == "flow":
            if line["flow"] in self._open:
                raise BrokenLineError(f"flow {line['flow']} begins again")
            self._open[line["flow"]] = _OpenFlow(line)
        elif kind == "end":
            flow = self._flow(line)
            del self._open[line["flow"]]
            return _assembled(flow, FlowEnding(line["ending"]), line["reason"])
        return None

    def unfinished(self) -> Iterator[FlowHistory]:
        """Return the flows whose end was not read, in the order in which they began."""
        for flow in self._open.values():
            yield _assembled(flow, None, "")

    def _flow(self, line: Line) -> _OpenFlow:
        try:
            return self._open[line["flow"]]
        except KeyError:
            raise BrokenLineError(f"flow {line['flow']} is not under way") from None

    def _invoked(self, line: Line) -> None:
        calls = self._flow(line).calls
        if line["op"] in calls:
            raise BrokenLineError(f"call {line['op']} begins again")
        calls[line["op"]] = line

    def _answered(self, line: Line) -> None:
        calls = self._flow(line).calls
        invoked = calls.get(line["op"])
        if invoked is None or isinstance(invoked, Operation) or invoked["kind"] != line["kind"]:
            raise BrokenLineError(f"call {line['op']} ends, and it is not under way")
        calls[line["op"]] = _operation(invoked, line)


def _assembled(flow: _OpenFlow, ending: FlowEnding | None, reason: str) -> FlowHistory:
    operations = tuple(call if isinstance(call, Operation) else _interrupted(call) for call in flow.calls.values())
    begun = flow.begun
    return FlowHistory(
        begun["flow"], begun["payload"], begun["acceptable"], operations, ending, reason, begun.get("stranger")
    )


def _operation(invoked: Line, answered: Line) -> Operation:
    maybe: Any = answered.get
    return Operation(
        kind=_KINDS[invoked["kind"]],
        scheduled_s=invoked["scheduled_s"],
        started_s=invoked["started_s"],
        ended_s=answered["ended_s"],
        outcome=_OUTCOMES[answered["type"]],
        meaning=_MEANINGS[answered["meaning"]],
        status=maybe("status"),
        request_id=maybe("request_id"),
        response_bytes=answered["bytes"],
        target=invoked.get("target"),
        handle=maybe("handle"),
        result_id=maybe("result_id"),
        document=maybe("document"),
        body=maybe("body"),
        seen=maybe("seen", ""),
    )


def _interrupted(invoked: Line) -> Operation:
    """Return a call whose end was never recorded: what a call that was interrupted is."""
    kind = _KINDS[invoked["kind"]]
    return Operation(
        kind=kind,
        scheduled_s=invoked["scheduled_s"],
        started_s=invoked["started_s"],
        ended_s=invoked["started_s"],
        outcome=outcome_of(kind, Oddity.INTERRUPTED),
        meaning=Meaning.NO_ANSWER,
        target=invoked.get("target"),
        seen="its end was never recorded",
    )
