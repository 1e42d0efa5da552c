"""A fault's whole life in virtual time: nothing sleeps, and what is due happens at its very moment."""

import heapq
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from model.faults.catalogue import BY_NAME
from model.faults.delays import FixedDelay
from model.faults.fault import Fault, Thing, chooses
from model.faults.held import Held
from model.faults.identity import Identity
from model.faults.kinds import Place
from model.faults.registry import EXPIRED, FaultRegistry, Instant

ACCOUNT_ID = "000000000000"
EPOCH_S = 1e9


@dataclass
class VirtualQueue:
    """Messages that `delays` holds back, in a loop of events whose time jumps from one to the next."""

    now_s: float = 0
    faults: FaultRegistry = field(default_factory=FaultRegistry)
    held: Held[int] = field(default_factory=Held)
    visible: list[tuple[float, int]] = field(default_factory=list)
    """When each message became visible, and which it is."""
    ended_at_s: list[float] = field(default_factory=list)
    events: list[tuple[float, int, Callable[[], object]]] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def at(self, time_s: float, event: Callable[[], object]) -> None:
        heapq.heappush(self.events, (time_s, next(self.numbers), event))

    def run(self) -> None:
        while self.events:
            due = (self.faults.due_at_s, self.held.due_at_s)
            wake_s = min((at_s for at_s in due if at_s is not None), default=float("inf"))
            if wake_s <= self.events[0][0]:
                self.now_s = wake_s
            else:
                self.now_s, _, event = heapq.heappop(self.events)
                event()
            self.faults.expire(self.now())
            for fault in self.faults.take_ended():
                self.ended_at_s.append(self.now_s)
                self.show(self.held.let_go(fault))
            self.show(self.held.take_due(self.now_s))

    def now(self) -> Instant:
        return Instant(self.now_s, EPOCH_S + self.now_s)

    def send(self, flow: int) -> None:
        hits = self.faults.hits(self.now(), Place.SEND, message(flow))
        if not hits:
            self.show([flow])
        for hit in hits:
            self.held.hold(flow, self.now_s + hit.delay_ms / 1000, (hit.fault,))

    def show(self, flows: list[int]) -> None:
        self.visible += [(self.now_s, flow) for flow in flows]


def message(flow: int) -> Thing:
    return Thing(Identity.of_flow(flow), ACCOUNT_ID, "SendMessage", "queue")


@given(st.integers(0, 2**63 - 1), st.sampled_from([0.0, 0.3, 1.0]), st.sampled_from([1, 4, 60]))
def test_a_fault_that_is_set_for_a_period_delays_its_share_of_that_period(seed: int, rate: float, delay_s: int) -> None:
    fault = Fault(ACCOUNT_ID, "late", BY_NAME["delays"], seed, rate, ttl_s=10, delay=FixedDelay(1000 * delay_s))
    queue = VirtualQueue()
    queue.at(5, lambda: queue.faults.set(queue.now(), fault))
    for flow in range(30):
        queue.at(flow + 0.5, lambda flow=flow: queue.send(flow))  # type: ignore[misc] # of a lambda's default
    queue.at(100, lambda: None)
    queue.run()

    within = [flow for flow in range(30) if 5 <= flow + 0.5 < 15]
    delayed = {flow for flow in within if chooses(fault, message(flow))}
    expected = {flow: min(flow + 0.5 + delay_s, 15) if flow in delayed else flow + 0.5 for flow in range(30)}
    assert {flow: at_s for at_s, flow in queue.visible} == expected
    assert len(queue.visible) == 30
    assert queue.ended_at_s == [15]
    (record,) = queue.faults.records()
    assert (record.state, record.eligible, record.fired) == (EXPIRED, len(within), len(delayed))
    assert (record.set_at_s, record.ended_at_s) == (EPOCH_S + 5, EPOCH_S + 15)


def test_a_fault_that_is_renewed_lives_on_until_nobody_renews_it() -> None:
    fault = Fault(ACCOUNT_ID, "late", BY_NAME["delays"], 0, 1, ttl_s=10, delay=FixedDelay(60_000))
    queue = VirtualQueue()
    for renewed_at_s in (0, 9, 18):
        queue.at(renewed_at_s, lambda: queue.faults.set(queue.now(), fault))
    queue.at(20, lambda: queue.send(1))
    queue.at(100, lambda: None)
    queue.run()

    assert queue.ended_at_s == [28]
    assert queue.visible == [(28, 1)]
