"""What was broken on purpose in a run, to look up: what it hit, what that explains, until when it held what back. Pure.

Everything here is empty where nothing was broken, and then no checker says anything else than it would.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final

from harness.checking.fault_calls import CLOCKS_AGREE_S, Hit, as_of_s, explained_calls, hits_of_create, may_give
from harness.checking.holds import Interval, covers, held_until, merged
from harness.history import FaultHistory, FinalState, Firing, FlowHistory
from harness.operations import Meaning, Operation
from harness.shape import ApiShape
from model.faults.catalogue import RESET_AFTER, effect_of
from model.faults.effects import Effect, Reach, Site

_FOREVER: Final = float("inf")


class FaultEvidence:
    """The faults of one history.

    Args:
        faults: what became of each.
        shape: of the API.
        final: what the engine held in the end.
    """

    def __init__(self, faults: Sequence[FaultHistory], shape: ApiShape, final: FinalState | None) -> None:
        self._faults = [(fault, effect_of(fault.kind)) for fault in faults]
        self._shape = shape
        self._final = final
        self._last: tuple[FlowHistory, Mapping[int, Hit]] | None = None

    @property
    def any(self) -> bool:
        """Whether anything was broken."""
        return bool(self._faults)

    def explained(self, flow: FlowHistory) -> Mapping[int, Hit]:
        """Return what explains calls of a flow, by their places among its operations."""
        if not self._faults:
            return {}
        if self._last is None or self._last[0] is not flow:  # all checkers look at a flow before the next one comes
            own = self._by_flow.get(flow.number, ())
            self._last = flow, explained_calls(flow, own, self._engine_hits, self._shape)
        return self._last[1]

    def may_explain(self, call: Operation) -> bool:
        """Whether a firing that is not known may explain a call: some were not kept, or nobody says how many."""
        return any(
            not _all_known(fault)
            and (may_give(effect, call) or (effect.shows_past and call.meaning is Meaning.PENDING))
            and covers(_periods(fault), call.started_s, call.ended_s)
            for fault, effect in self._faults
        )

    def shown_late(self, flow: FlowHistory) -> Sequence[Operation]:
        """Return the polls of a flow that did not see what an earlier one saw, because hits showed them what was."""
        explained = self.explained(flow)
        return [flow.operations[place] for place, hit in explained.items() if hit.effect.shows_past]

    def as_of_s(self, flow: FlowHistory, poll: Operation) -> float:
        """Return as of when a poll that saw nothing says so; minus infinity: nobody knows."""
        if not self._faults:
            return poll.started_s
        of_past = [(fault, effect) for fault, effect in self._faults if effect.shows_past]
        if any(not _all_known(fault) and covers(_periods(fault), poll.started_s, poll.ended_s) for fault, _ in of_past):
            return -_FOREVER
        return as_of_s(poll, self._by_flow.get(flow.number, ()), self._shape) if of_past else poll.started_s

    @property
    def deliveries_are_known(self) -> bool:
        """Whether all firings are known that made deliveries fail."""
        failing = [fault for fault, effect in self._faults if effect.fails_delivery is not Reach.NONE or effect.repeats]
        return all(map(_all_known, failing))

    def was_carried_out(self, create: Operation, flow: int) -> bool | None:
        """Say what hits tell of a create whose end the client does not know; None: nothing."""
        hits = hits_of_create(create, self._by_flow.get(flow, ()), self._shape)
        if any(hit.effect.never_carried_out for hit in hits):
            return False
        refusing = [fault for fault, effect in self._faults if effect.never_carried_out]
        was_reset_after = any(hit.fault.kind == RESET_AFTER for hit in hits)
        return True if was_reset_after and all(map(_all_known, refusing)) else None

    def lost_with_engine(self, create: Operation, by_s: float = _FOREVER) -> bool:
        """Whether what a create left in the engine may be gone, at a time, because the engine was killed meanwhile."""
        kills = (hit for hit in self._engine_hits if hit.effect.loses_all)
        return any(hit.until_s >= create.started_s and hit.firing.at_s <= by_s + CLOCKS_AGREE_S for hit in kills)

    @property
    def engine_was_killed(self) -> bool:
        """Whether the engine was ever killed."""
        return any(hit.effect.loses_all for hit in self._engine_hits)

    def visible_base_s(self, flow: int, since_s: float, bound_s: float) -> float:
        """Return from when the bound on a create's visibility counts; infinity: nobody knows."""
        if not self._faults:
            return since_s
        return held_until(since_s, bound_s, self._shared_holds, list(self._own_holds(flow)))

    def held_by_a_hit(self, flow: int, from_s: float, until_s: float) -> bool:
        """Whether a hit held the flow back while it waited: its own, or any until then of what holds everybody."""
        own = [hit.firing.at_s for hit in self._by_flow.get(flow, ()) if hit.effect.holds is not Reach.NONE]
        shared = [
            fault.firings[0].at_s
            for fault, effect in self._faults
            if effect.holds is Reach.ALL and fault.firings and covers(_periods(fault), from_s, until_s)
        ]
        return any(from_s - CLOCKS_AGREE_S <= at_s <= until_s for at_s in own) or min(shared, default=until_s) < until_s

    def failed_deliveries(self, flow: int, from_s: float) -> float:
        """Return how many deliveries of a flow's message faults explain at most; infinity: any number."""
        since_s = from_s - CLOCKS_AGREE_S
        engine = (hit for hit in self._engine_hits if hit.effect.fails_delivery is not Reach.NONE)
        if not self.deliveries_are_known or any(hit.until_s >= since_s for hit in engine):
            return _FOREVER
        return sum(
            firing.at_s >= since_s and (effect.fails_delivery is Reach.ALL or firing.flow in {flow, None})
            for fault, effect in self._faults
            if effect.fails_delivery is not Reach.NONE or effect.repeats
            for firing in fault.firings
        )

    @cached_property
    def _by_flow(self) -> Mapping[int, Sequence[Hit]]:
        by_flow: defaultdict[int, list[Hit]] = defaultdict(list)
        for fault, effect in self._faults:
            for firing in fault.firings:
                if firing.flow is not None:
                    by_flow[firing.flow].append(Hit(fault, effect, firing, firing.at_s + firing.delay_s))
        return {flow: sorted(hits, key=lambda hit: hit.firing.at_s) for flow, hits in by_flow.items()}

    @cached_property
    def _engine_hits(self) -> Sequence[Hit]:
        return [
            Hit(fault, effect, firing, _engine_until_s(fault, firing))
            for fault, effect in self._faults
            if effect.site is Site.ENGINE
            for firing in fault.firings
        ]

    @cached_property
    def _shared_holds(self) -> Sequence[Interval]:
        return merged(interval for fault, effect in self._faults for interval in self._holds_of(fault, effect))

    def _holds_of(self, fault: FaultHistory, effect: Effect) -> Iterator[Interval]:
        """Return when a fault held back others than those whose own firings tell it."""
        if fault.fired == 0 or effect.holds is Reach.NONE:
            return
        known = _all_known(fault)
        comes_again = effect.may_time_out or effect.fails_delivery is not Reach.NONE
        comes_again_s = self._comes_again_s if comes_again else 0.0
        if effect.while_active or not (known and _knows_flows(fault)):
            # What a fault of the engine, or one of which not all is known, did last shows so much later.
            after_s = comes_again_s if not known or effect.site is Site.ENGINE else 0.0
            yield from ((from_s, until_s + after_s) for from_s, until_s in _periods(fault))
        if effect.may_time_out or effect.fails_delivery is Reach.ALL:
            yield from ((each.at_s, each.at_s + each.delay_s + comes_again_s) for each in fault.firings)

    def _own_holds(self, flow: int) -> Iterator[Interval]:
        for hit in self._by_flow.get(flow, ()):
            at_s = hit.firing.at_s
            if hit.effect.holds is not Reach.NONE:
                yield at_s, at_s + hit.firing.delay_s
            if hit.effect.fails_delivery is Reach.OWN:
                yield at_s, at_s + self._comes_again_s

    @property
    def _comes_again_s(self) -> float:
        """How long after it was received a message that failed may come again."""
        timeout_s = self._final.visibility_timeout_s if self._final else None
        return _FOREVER if timeout_s is None else timeout_s


def _all_known(fault: FaultHistory) -> bool:
    return fault.fired is not None and fault.fired <= len(fault.firings)


def _periods(fault: FaultHistory) -> Sequence[Interval]:
    return [(from_s, _FOREVER if until_s is None else until_s) for from_s, until_s in fault.periods]


def _knows_flows(fault: FaultHistory) -> bool:
    """Whether the firings say whose they were. Some are nobody's (poison's), but not all are."""
    return not fault.firings or any(firing.flow is not None for firing in fault.firings)


def _engine_until_s(fault: FaultHistory, firing: Firing) -> float:
    """Return until when what hit the whole engine lasted."""
    if firing.delay_s:
        return firing.at_s + firing.delay_s
    near_s = firing.at_s + CLOCKS_AGREE_S
    ends_s = [until_s for from_s, until_s in _periods(fault) if from_s <= near_s]
    return min((end_s for end_s in ends_s if end_s >= firing.at_s - CLOCKS_AGREE_S), default=firing.at_s)
