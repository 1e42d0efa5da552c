"""From a history to figures, in one pass and bounded memory. Pure."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from harness.history import FlowHistory, History
from harness.operations import FlowEnding, Operation
from harness.timing import TIMINGS, Figures, FlowCounts, Window
from harness.timing.errors import is_error
from harness.timing.flow_times import flow_times, meant_to_start_s
from harness.timing.statistics import Durations
from harness.timing.timeline import Slot, Timeline
from harness.timing.under_faults import measure_under_faults


@dataclass(slots=True)
class Measurement:
    """All that is counted of a history, in total (`totals`, warm-up left out) and over time."""

    warm_up_s: float
    timeline: Timeline = field(default_factory=Timeline)
    endings: Counter[FlowEnding] = field(default_factory=Counter)
    totals: defaultdict[str, Durations] = field(default_factory=lambda: defaultdict(Durations))
    flows_completed: int = 0
    """Warm-up left out."""
    calls: int = 0
    errors: int = 0
    first_s: float = float("inf")
    last_s: float = float("-inf")

    @property
    def duration_s(self) -> float:
        """From the first call's start to the last call's end."""
        return max(0.0, self.last_s - self.first_s)

    @property
    def measured_s(self) -> float:
        """The same, warm-up left out."""
        return max(0.0, self.last_s - max(self.first_s, self.warm_up_s))


def measure(history: History, warm_up_s: float = 0) -> Figures:
    """Return the figures of a history; what is meant to start before `warm_up_s` is left out of the totals."""
    measured = take_measurement(history, warm_up_s)
    per_s = 1 / measured.measured_s if measured.measured_s else 0.0
    return Figures(
        duration_s=measured.duration_s,
        flows=_flow_counts(history.asked, measured.endings),
        flows_per_s=measured.flows_completed * per_s,
        calls=measured.calls,
        calls_per_s=measured.calls * per_s,
        errors=measured.errors,
        warm_up_s=warm_up_s,
        timings={name: measured.totals[name].quantiles() for name in TIMINGS if name in measured.totals},
        windows=tuple(
            _window(start_s, measured.timeline.length_s, slot) for start_s, slot in measured.timeline.windows()
        ),
        faults=measure_under_faults(history, warm_up_s),
    )


def take_measurement(history: History, warm_up_s: float = 0) -> Measurement:
    """Go through a history once and count."""
    measured = Measurement(warm_up_s)
    for flow in history.flows:
        _count_flow(measured, flow, history)
    for sample in history.depth_samples:
        # Later samples are of the final observation, which waits as long as it takes.
        if sample.at_s <= measured.last_s:
            depths = sample.depths
            depth = depths.visible + depths.delayed + depths.in_flight
            measured.timeline.at(sample.at_s).saw_depth(depth)
    return measured


def _count_flow(measured: Measurement, flow: FlowHistory, history: History) -> None:
    ending = flow.ending or FlowEnding.INTERRUPTED
    measured.endings[ending] += 1
    for operation in flow.operations:
        _count_call(measured, operation, is_counted_error=is_error(operation, acceptable=flow.acceptable))
    if not flow.operations:
        return
    began_s = meant_to_start_s(flow.operations[0])
    measured.timeline.at(began_s).flows_started += 1
    if ending is FlowEnding.COMPLETED:
        measured.timeline.at(flow.operations[-1].ended_s).flows_completed += 1
        measured.flows_completed += began_s >= measured.warm_up_s
    handle = flow.operations[0].handle
    server = history.server_times.get(handle) if handle else None
    for timed in flow_times(flow, server):
        measured.timeline.at(timed.at_s).timings[timed.name].record(timed.duration_s)
        if timed.at_s >= measured.warm_up_s:
            measured.totals[timed.name].record(timed.duration_s)


def _count_call(measured: Measurement, operation: Operation, *, is_counted_error: bool) -> None:
    measured.first_s = min(measured.first_s, operation.started_s)
    measured.last_s = max(measured.last_s, operation.ended_s)
    measured.timeline.at(operation.ended_s).errors += is_counted_error
    if meant_to_start_s(operation) >= measured.warm_up_s:
        measured.calls += 1
        measured.errors += is_counted_error


def _flow_counts(asked: int, endings: Counter[FlowEnding]) -> FlowCounts:
    return FlowCounts(
        asked=asked,
        completed=endings[FlowEnding.COMPLETED],
        failed=endings[FlowEnding.FAILED],
        unreachable=endings[FlowEnding.UNREACHABLE],
        interrupted=endings[FlowEnding.INTERRUPTED],
        not_started=max(0, asked - endings.total()),
    )


def _window(start_s: float, length_s: float, slot: Slot) -> Window:
    return Window(
        start_s=start_s,
        length_s=length_s,
        flows_started=slot.flows_started,
        flows_completed=slot.flows_completed,
        errors=slot.errors,
        timings={name: slot.timings[name].quantiles() for name in TIMINGS if name in slot.timings},
        queue_depth=slot.queue_depth,
    )
