"""What the page needs of a history and the figures do not have, from one pass. Pure, in bounded memory."""

import heapq
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from harness.history import FlowHistory, History
from harness.timing.flow_times import flow_times, meant_to_start_s
from harness.timing.statistics import Durations
from harness.timing.under_faults import flows_hit

SLOWEST_FLOWS: Final = 10


@dataclass(frozen=True, slots=True)
class Cumulative:
    """How many of some durations were at most so long: duration in milliseconds and share, both ascending."""

    count: int
    steps: tuple[tuple[float, float], ...]

    def share_within(self, duration_ms: float) -> float:
        """Return the share of durations that were at most so long."""
        return max((share for at_ms, share in self.steps if at_ms <= duration_ms), default=0.0)

    def at_share(self, share: float) -> float:
        """Return the duration within which this share of them was."""
        return next((at_ms for at_ms, reached in self.steps if reached >= share - 1e-12), self.steps[-1][0])


@dataclass(frozen=True, slots=True)
class Series:
    """Everything of a history that is drawn."""

    durations: Mapping[str, Cumulative]
    """By the names of `harness.timing.TIMINGS`; only those of which there are any."""
    hit: Cumulative | None
    """Create to visible, at most, of flows that a fault hit; None, as `not_hit`: there are none."""
    not_hit: Cumulative | None
    slowest: tuple[FlowHistory, ...]
    """The slowest first."""
    named: Mapping[int, FlowHistory]
    """Those that were asked for, as far as they were begun, by number."""
    end_s: float
    """When the last call ended; 0: there was none."""


def take_series(history: History, warm_up_s: float, named: Collection[int]) -> Series:
    """Go through a history once.

    Args:
        history: of the run.
        warm_up_s: what was meant to start earlier is in no duration.
        named: the numbers of flows that will be shown.
    """
    durations: defaultdict[str, Durations] = defaultdict(Durations)
    hit_flows, split = flows_hit(history.faults, history.flows), {True: Durations(), False: Durations()}
    kept: dict[int, FlowHistory] = {}
    slowest: list[tuple[float, int, FlowHistory]] = []
    end_s = 0.0
    for index, flow in enumerate(history.flows):
        if not flow.operations:
            continue
        if flow.number in named:
            kept[flow.number] = flow
        end_s = max(end_s, *(operation.ended_s for operation in flow.operations))
        # The index decides between equals, so that flows are never compared.
        place = (took_s(flow), -index, flow)
        if len(slowest) < SLOWEST_FLOWS:
            heapq.heappush(slowest, place)
        else:
            heapq.heappushpop(slowest, place)
        handle = flow.operations[0].handle
        for timed in flow_times(flow, history.server_times.get(handle) if handle else None):
            if timed.at_s >= warm_up_s:
                durations[timed.name].record(timed.duration_s)
                if timed.name == "visible_upper":
                    split[flow.number in hit_flows].record(timed.duration_s)
    return Series(
        durations={name: _cumulative(recorded) for name, recorded in durations.items()},
        hit=_cumulative(split[True]) if split[True].counts else None,
        not_hit=_cumulative(split[False]) if split[False].counts else None,
        slowest=tuple(flow for _took_s, _index, flow in sorted(slowest, reverse=True)),
        named=kept,
        end_s=end_s,
    )


def took_s(flow: FlowHistory) -> float:
    """Return how long a flow took, from when it was meant to start to the end of its last call."""
    return max(operation.ended_s for operation in flow.operations) - meant_to_start_s(flow.operations[0])


def _cumulative(recorded: Durations) -> Cumulative:
    buckets = sorted(recorded.counts.items())
    reached = accumulate(count for _us, count in buckets)
    count = sum(recorded.counts.values())
    return Cumulative(
        count, tuple((us / 1000, so_far / count) for (us, _), so_far in zip(buckets, reached, strict=True))
    )
