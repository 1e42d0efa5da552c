"""What was broken on purpose, as the page shows it: a table, lanes beside plots over time, events of a flow. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from harness.faults.descriptions import definition_in_words
from harness.history import FaultHistory, Firing
from harness.html_report.plots.plot import Lane, Plot
from harness.html_report.shown import shown_ms, shown_text
from harness.terminal.faults import fault_called, periods_in_words, recovery_in_words
from harness.timing import TIMINGS, FaultFigures
from harness.timing.statistics import Quantiles
from model.faults.catalogue import BY_NAME

_NAMED_IN_A_DESCRIPTION: Final = 10
_LANE_CHARACTERS: Final = 40


@dataclass(frozen=True, slots=True)
class FaultRow:
    """One fault of the table, as texts."""

    called: str
    what: str
    definition: str
    active: str
    could_hit: str
    hit: str
    flows_hit: str
    recovered: str


@dataclass(frozen=True, slots=True)
class SplitRow:
    """One timing of flows that were hit, or of those that were not."""

    name: str
    whose: str
    count: str
    values_ms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FaultsShown:
    """The section."""

    rows: tuple[FaultRow, ...]
    split: tuple[SplitRow, ...]
    flows: str
    level: str


type FlowFirings = Mapping[int, Sequence[tuple[str, Firing]]]
"""What hit each flow, with the fault's name, in the order of time."""


def shown_faults(figures: FaultFigures | None, faults: Sequence[FaultHistory]) -> FaultsShown | None:
    """Return the section; None: nothing was broken on purpose."""
    if figures is None:
        return None
    flows = f"{figures.flows_hit:,} flows were hit, {figures.flows_not_hit:,} were not"
    return FaultsShown(tuple(_rows(figures, faults)), tuple(_split(figures)), flows, shown_ms(figures.level_ms))


def lanes_of(faults: Sequence[FaultHistory]) -> tuple[Lane, ...]:
    """Return a lane a fault: when it was active, and when it hit, in milliseconds since the run's start."""
    return tuple(
        Lane(
            name=shown_text(fault.name, _LANE_CHARACTERS),
            spans=tuple(
                (1000 * from_s, None if until_s is None else 1000 * until_s) for from_s, until_s in fault.periods
            ),
            ticks=tuple(1000 * firing.at_s for firing in fault.firings),
        )
        for fault in faults
    )


def with_lanes(plot: Plot, lanes: tuple[Lane, ...]) -> Plot:
    """Return a plot over time with what was broken beside it, also in its description."""
    if not lanes:
        return plot
    names = [lane.name for lane in lanes[:_NAMED_IN_A_DESCRIPTION]]
    more = f" and {len(lanes) - len(names)} more" if len(lanes) > len(names) else ""
    words = f"{plot.description} Marked is when faults were active ({', '.join(names)}{more}), and when they hit."
    return replace(plot, lanes=lanes, description=words)


def firings_by_flow(faults: Sequence[FaultHistory]) -> FlowFirings:
    """Return what hit each flow."""
    by_flow: defaultdict[int, list[tuple[str, Firing]]] = defaultdict(list)
    for fault in faults:
        for firing in fault.firings:
            if firing.flow is not None:
                by_flow[firing.flow].append((fault.name, firing))
    return {flow: sorted(hits, key=lambda hit: hit[1].at_s) for flow, hits in by_flow.items()}


def _rows(figures: FaultFigures, faults: Sequence[FaultHistory]) -> Iterator[FaultRow]:
    for summary, fault in zip(figures.faults, faults, strict=True):
        recoveries = [recovery_in_words(each) for each in figures.recoveries if each.fault == fault.name]
        yield FaultRow(
            called=shown_text(fault_called(summary)),
            what=BY_NAME[fault.kind].what if fault.kind in BY_NAME else "",
            definition=shown_text(definition_in_words(fault.definition)),
            active=periods_in_words(summary.periods),
            could_hit=_counted(summary.eligible),
            hit=_counted(summary.fired),
            flows_hit=_counted(summary.flows_hit),
            recovered=", ".join(dict.fromkeys(recoveries)) or "-",
        )


def _split(figures: FaultFigures) -> Iterator[SplitRow]:
    for name in dict.fromkeys((*figures.hit, *figures.not_hit)):
        for whose, timings in (("hit", figures.hit), ("not hit", figures.not_hit)):
            if timing := timings.get(name):
                yield SplitRow(TIMINGS[name], whose, f"{timing.count:,}", tuple(map(shown_ms, _values_ms(timing))))


def _values_ms(timing: Quantiles) -> tuple[float | None, ...]:
    return timing.p50_ms, timing.p90_ms, timing.p99_ms, timing.p999_ms, timing.max_ms


def _counted(count: int | None) -> str:
    return "?" if count is None else f"{count:,}"
