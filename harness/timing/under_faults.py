"""What faults did to the figures: flows that were hit beside those that were not, and the time to recover. Pure.

Recovered is a run, after a fault has healed, from the first moment on from which no call failed and no create took
longer to be visible than the slowest of those that met no fault: not hit, and not under way while one was active. If
the run goes on for long enough after the last fault, those are left out that were begun so soon after one that they
tell of the recovery itself. Where every flow met a fault, the slowest of those that were not hit is the measure. Until
then, it was not recovered; it is *unknown* where that cannot be told. What counts is what ended between the healing and
the next fault's beginning.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from harness.history import FaultHistory, FlowHistory, History
from harness.timing import FaultFigures, FaultPeriod, FaultSummary, Recovery
from harness.timing.errors import is_error
from harness.timing.flow_times import flow_times, meant_to_start_s, visible_bounds
from harness.timing.statistics import Durations
from model.faults.catalogue import KILLS

SPLIT_TIMINGS: Final = ("visible_lower", "visible_upper", "flow")
"""What is told apart for flows that were hit and flows that were not."""

AFTERMATH_S: Final = 10.0
"""What is begun so soon after a healing may be slow because of it: an engine that has just started still is."""

_FOREVER: Final = float("inf")


def measure_under_faults(history: History, warm_up_s: float = 0) -> FaultFigures | None:
    """Return what faults did to the figures; None where there were none. It goes through the flows twice."""
    if not history.faults:
        return None
    hit = flows_hit(history.faults, history.flows)
    split: dict[bool, defaultdict[str, Durations]] = {was: defaultdict(Durations) for was in (True, False)}
    level = _Level(_periods(history.faults))
    counts = {True: 0, False: 0}
    for flow in history.flows:
        was_hit = flow.number in hit
        counts[was_hit] += 1
        for timed in flow_times(flow, None):
            if timed.name in SPLIT_TIMINGS and timed.at_s >= warm_up_s:
                split[was_hit][timed.name].record(timed.duration_s)
        if not was_hit:
            level.see(flow)
    return FaultFigures(
        faults=tuple(_summary(fault, history) for fault in history.faults),
        flows_hit=counts[True],
        flows_not_hit=counts[False],
        hit={name: split[True][name].quantiles() for name in SPLIT_TIMINGS if name in split[True]},
        not_hit={name: split[False][name].quantiles() for name in SPLIT_TIMINGS if name in split[False]},
        level_ms=None if level.slowest_s is None else 1000 * level.slowest_s,
        recoveries=_recoveries(history, level.slowest_s),
    )


def flows_hit(faults: Sequence[FaultHistory], flows: Iterable[FlowHistory]) -> frozenset[int]:
    """Return the numbers of the flows that any fault hit, by what is known of its hits.

    A run that kills its engine hits all that are under way until it is there again.
    """
    hit = {firing.flow for fault in faults for firing in fault.firings if firing.flow is not None}
    away = _periods([fault for fault in faults if fault.kind == KILLS])
    if away:
        hit |= {flow.number for flow in flows if _was_under_way(flow, away)}
    return frozenset(hit)


def _was_under_way(flow: FlowHistory, periods: Sequence[tuple[float, float]]) -> bool:
    if not flow.operations:
        return False
    began_s, ended_s = flow.operations[0].started_s, flow.operations[-1].ended_s
    return any(began_s <= until_s and ended_s >= from_s for from_s, until_s in periods)


def _summary(fault: FaultHistory, history: History) -> FaultSummary:
    return FaultSummary(
        name=fault.name,
        kind=fault.kind,
        periods=tuple(FaultPeriod(from_s, until_s) for from_s, until_s in fault.periods),
        eligible=fault.eligible,
        fired=fault.fired,
        flows_hit=len(flows_hit([fault], history.flows)),
    )


def _periods(faults: Sequence[FaultHistory]) -> list[tuple[float, float]]:
    periods = [period for fault in faults for period in fault.periods]
    return sorted((from_s, _FOREVER if until_s is None else until_s) for from_s, until_s in periods)


@dataclass(slots=True)
class _Level:
    """The slowest create that was not hit, among those that are farthest from any fault."""

    periods: Sequence[tuple[float, float]]
    _calm_s: float | None = None
    _is_calm_in_the_end: bool = False
    """Whether there are calm ones after all faults: else those before would be all that later ones are held against."""
    _undisturbed_s: float | None = None
    _any_s: float | None = None

    @property
    def slowest_s(self) -> float | None:
        calm_s = self._calm_s if self._is_calm_in_the_end else None
        return next((each for each in (calm_s, self._undisturbed_s, self._any_s) if each is not None), None)

    def see(self, flow: FlowHistory) -> None:
        bounds = visible_bounds(flow)
        if bounds is None:
            return
        self._any_s = max(self._any_s or 0.0, bounds.upper_s)
        from_s = meant_to_start_s(flow.operations[0])
        until_s = from_s + bounds.upper_s
        if not self._meets_fault(from_s, until_s):
            self._undisturbed_s = max(self._undisturbed_s or 0.0, bounds.upper_s)
            if not self._meets_fault(from_s - AFTERMATH_S, until_s):
                self._calm_s = max(self._calm_s or 0.0, bounds.upper_s)
                self._is_calm_in_the_end |= all(end_s < from_s for _, end_s in self.periods)

    def _meets_fault(self, from_s: float, until_s: float) -> bool:
        return any(begin_s <= until_s and end_s >= from_s for begin_s, end_s in self.periods)


@dataclass(slots=True)
class _Healing:
    """One fault that has healed, and what was seen from then on, until the next fault."""

    fault: str
    at_s: float
    until_s: float
    disturbed: bool
    last_bad_s: float | None = None
    last_good_s: float | None = None

    def see(self, at_s: float, *, bad: bool) -> None:
        if not self.at_s <= at_s < self.until_s:
            return
        if bad:
            self.last_bad_s = max(self.last_bad_s or 0.0, at_s)
        else:
            self.last_good_s = max(self.last_good_s or 0.0, at_s)

    def recovery(self, *, has_level: bool) -> Recovery:
        """Say how long it took, or why nobody knows."""
        why = ""
        if self.disturbed:
            why = "another fault was active"
        elif not has_level:
            why = "no flow was spared, so there is no level to be back at"
        elif self.last_bad_s is None and self.last_good_s is None:
            why = "nothing became visible after it"
        elif self.last_good_s is None or (self.last_bad_s or 0.0) > self.last_good_s:
            why = "not recovered by the last that was seen"
        if why:
            return Recovery(self.fault, self.at_s, None, why)
        return Recovery(self.fault, self.at_s, max(0.0, (self.last_bad_s or self.at_s) - self.at_s))


def _recoveries(history: History, level_s: float | None) -> tuple[Recovery, ...]:
    healings = list(_healings(history.faults))
    for flow in history.flows if healings else ():
        for operation in flow.operations:
            if is_error(operation, acceptable=flow.acceptable):
                for healing in healings:
                    healing.see(operation.ended_s, bad=True)
        if level_s is not None and (bounds := visible_bounds(flow)):
            seen_s = meant_to_start_s(flow.operations[0]) + bounds.upper_s
            for healing in healings:
                healing.see(seen_s, bad=bounds.upper_s > level_s)
    return tuple(healing.recovery(has_level=level_s is not None) for healing in healings)


def _healings(faults: Sequence[FaultHistory]) -> list[_Healing]:
    """Return the healings in the order of time."""
    periods = _periods(faults)
    healings = []
    for fault in faults:
        for _from_s, until_s in fault.periods:
            if until_s is None:
                continue
            next_s = min((from_s for from_s, _ in periods if from_s > until_s), default=_FOREVER)
            disturbed = any(from_s <= until_s < end_s for from_s, end_s in periods)
            healings.append(_Healing(fault.name, until_s, next_s, disturbed))
    return sorted(healings, key=lambda healing: healing.at_s)
