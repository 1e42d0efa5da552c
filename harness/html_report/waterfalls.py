"""One flow as a waterfall: its calls on the flow's own time, each with what was asked and seen. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from harness.history import Firing, FlowHistory, ServerTimes
from harness.html_report.series import took_s
from harness.html_report.shown import duration_label, shown_ms, shown_payload, shown_text
from harness.operations import Meaning, Operation, OperationKind, Outcome
from harness.timing.flow_times import meant_to_start_s

_FOLDED_FROM: Final = 8
"""So many polls in a row that all saw nothing are shown as the first ones, a line, and the last ones."""
_KEPT_AT_EACH_END: Final = 3
_MOST_CALLS: Final = 40
"""What is left is cut in the middle to this."""
_MOST_FAULT_EVENTS: Final = 20
_NARROWEST_PERCENT: Final = 0.5
_SERVER_EVENTS: Final = {
    "accepted_at_s": "accepted by the queue",
    "received_at_s": "received by the function",
    "written_at_s": "written to the table",
}


@dataclass(frozen=True, slots=True)
class Call:
    """One call. Times in milliseconds since the flow was meant to start, as text; places in percent of its length."""

    kind: str
    scheduled_ms: str
    started_ms: str
    ended_ms: str
    took_ms: str
    outcome: Outcome
    answer: str
    """Status and meaning."""
    seen: str
    request_id: str
    waited_at: float
    waited_width: float
    """The time between when it was meant to start and when it did."""
    bar_at: float
    bar_width: float


@dataclass(frozen=True, slots=True)
class Omission:
    """Calls that are not shown."""

    text: str


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """Something that the server says it did, by its own clock."""

    what: str
    at_ms: str
    at: float


@dataclass(frozen=True, slots=True)
class FaultEvent:
    """A fault that hit something of the flow, by the engine's clock."""

    fault: str
    what: str
    at_ms: str
    at: float


@dataclass(frozen=True, slots=True)
class Waterfall:
    """One flow."""

    number: int
    ending: str
    reason: str
    took: str
    began_s: str
    """In seconds since the run's start."""
    names: tuple[str, ...]
    """The handles and identities that its calls were given or asked for, in that order."""
    payload: str
    acceptable: bool
    stranger: str
    """What is wrong with who called; empty where nothing is."""
    ticks: tuple[str, str, str]
    """Labels of the start, the middle and the end of its time."""
    calls: tuple[Call | Omission, ...]
    server_events: tuple[ServerEvent, ...]
    fault_events: tuple[FaultEvent, ...]
    faults_left_out: int
    breaks: tuple[str, ...]
    """The names of the checks that name it as evidence."""


def make_waterfall(
    flow: FlowHistory,
    server: ServerTimes | None,
    wall_clock_zero_s: float,
    breaks: Sequence[str],
    hits: Sequence[tuple[str, Firing]] = (),
) -> Waterfall:
    """Return a flow, which has operations, as it is shown; `hits` is what hit it, with the fault's name."""
    clock = _FlowClock(meant_to_start_s(flow.operations[0]), took_s(flow))
    return Waterfall(
        number=flow.number,
        ending=flow.ending or "cut off",
        reason=shown_text(flow.reason),
        took=_three_digits(1000 * clock.length_s),
        began_s=f"{clock.zero_s:,.3f}",
        names=tuple(map(shown_text, _names(flow.operations))),
        payload=shown_payload(flow.payload),
        acceptable=flow.acceptable,
        stranger=flow.stranger or "",
        ticks=("0", _three_digits(500 * clock.length_s), _three_digits(1000 * clock.length_s)),
        calls=tuple(_shown_calls(flow.operations, clock)),
        server_events=tuple(_server_events(server, wall_clock_zero_s, clock)) if server else (),
        fault_events=tuple(_fault_event(fault, firing, clock) for fault, firing in hits[:_MOST_FAULT_EVENTS]),
        faults_left_out=max(0, len(hits) - _MOST_FAULT_EVENTS),
        breaks=tuple(breaks),
    )


@dataclass(frozen=True, slots=True)
class _FlowClock:
    """The flow's own time."""

    zero_s: float
    length_s: float

    def ms(self, at_s: float) -> float:
        return (at_s - self.zero_s) * 1000

    def percent(self, at_s: float) -> float:
        return min(100.0, max(0.0, 100 * (at_s - self.zero_s) / self.length_s)) if self.length_s else 0.0


def _three_digits(duration_ms: float) -> str:
    return duration_label(float(f"{duration_ms:.3g}"))


def _names(operations: Sequence[Operation]) -> Iterable[str]:
    names = (name for call in operations for name in (call.handle, call.target, call.result_id) if name)
    return dict.fromkeys(names)


def _shown_calls(operations: Sequence[Operation], clock: _FlowClock) -> Iterator[Call | Omission]:
    shown = list(_folded(operations))
    if len(shown) <= _MOST_CALLS:
        cut: list[Operation | int] = shown
    else:
        left_out = shown[_MOST_CALLS // 2 : -_MOST_CALLS // 2]
        count = sum(entry if isinstance(entry, int) else 1 for entry in left_out)
        cut = [*shown[: _MOST_CALLS // 2], count, *shown[-_MOST_CALLS // 2 :]]
    for entry in cut:
        yield Omission(f"{entry:,} more calls") if isinstance(entry, int) else _call(entry, clock)


def _folded(operations: Sequence[Operation]) -> Iterator[Operation | int]:
    """Return the operations, where a number stands for so many polls that saw nothing."""
    for quiet, group in groupby(operations, _saw_nothing):
        run = list(group)
        if quiet and len(run) >= _FOLDED_FROM:
            yield from run[:_KEPT_AT_EACH_END]
            yield len(run) - 2 * _KEPT_AT_EACH_END
            yield from run[-_KEPT_AT_EACH_END:]
        else:
            yield from run


def _saw_nothing(operation: Operation) -> bool:
    return operation.kind is OperationKind.STATUS and operation.meaning is Meaning.PENDING


def _call(operation: Operation, clock: _FlowClock) -> Call:
    waited_at, bar_at = clock.percent(operation.scheduled_s), clock.percent(operation.started_s)
    bar_width = max(_NARROWEST_PERCENT, clock.percent(operation.ended_s) - bar_at)
    return Call(
        kind=operation.kind,
        scheduled_ms=shown_ms(clock.ms(operation.scheduled_s)),
        started_ms=shown_ms(clock.ms(operation.started_s)),
        ended_ms=shown_ms(clock.ms(operation.ended_s)),
        took_ms=shown_ms(1000 * (operation.ended_s - operation.started_s)),
        outcome=operation.outcome,
        answer=operation.meaning if operation.status is None else f"{operation.status} {operation.meaning}",
        seen=_seen(operation),
        request_id=shown_text(operation.request_id or ""),
        waited_at=waited_at,
        waited_width=max(0.0, bar_at - waited_at),
        bar_at=min(bar_at, 100 - bar_width),
        bar_width=bar_width,
    )


def _seen(operation: Operation) -> str:
    """Return what an answer held; where nothing was noted of it, what a checker would compare."""
    if not operation.seen and operation.document is not None:
        return shown_text(shown_payload(operation.document))
    return shown_text(operation.seen or operation.result_id or operation.handle or "")


def _server_events(server: ServerTimes, wall_clock_zero_s: float, clock: _FlowClock) -> Iterator[ServerEvent]:
    for field, what in _SERVER_EVENTS.items():
        if (at_s := getattr(server, field)) is not None:
            on_run_s = at_s - wall_clock_zero_s
            yield ServerEvent(what, shown_ms(clock.ms(on_run_s)), clock.percent(on_run_s))


def _fault_event(fault: str, firing: Firing, clock: _FlowClock) -> FaultEvent:
    delay = f", {shown_ms(1000 * firing.delay_s)} ms" if firing.delay_s else ""
    what = f"hit {firing.operation or 'the engine'}, attempt {firing.attempt}{delay}"
    return FaultEvent(shown_text(fault), shown_text(what), shown_ms(clock.ms(firing.at_s)), clock.percent(firing.at_s))
