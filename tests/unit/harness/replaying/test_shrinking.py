"""Shrinking: the smallest is found, it always fails, and no more time is spent than there is."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.faults import Fault, FlowRange
from harness.faults.notation import fault_in_words
from harness.replaying.shrinking import Ended, Shrunk, Standing, shrink
from harness.workload import Workload
from harness.workload.arrival import ClosedLoop, PoissonRate
from harness.workload.payloads import PayloadMix
from harness.workload.ranges import check_workload

CRASH = Fault("crashes", "crash", rate=0.1, times=3, from_s=2, for_s=5)
LAG = Fault("index-lags", "lag", rate=0.5)
ORIGINAL = Workload(
    seed=7, flows=60, arrival=ClosedLoop(10), faults=(CRASH, LAG), poison=2, warm_up_s=1, confirming_polls=3
)
PLAIN = PayloadMix(0, 0, 0, 0)


class Clock:
    """A clock that only attempts move."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def shrunk(
    fails: Callable[[Workload], bool],
    original: Workload = ORIGINAL,
    *,
    within_s: float = 1e9,
    takes_s: Callable[[Workload], float] = lambda _workload: 1.0,
    tries: int = 1,
    hints: tuple[tuple[int, ...], ...] = (),
) -> tuple[Shrunk, float]:
    """Shrink on a clock of the test's own; return what came of it, and how long it took."""
    clock = Clock()

    def attempt(workload: Workload) -> bool:
        clock.now_s += takes_s(workload)
        return fails(workload)

    found = shrink(original, attempt, hints=hints, tries=tries, within_s=within_s, clock=clock)
    return found, clock.now_s - 100


def clients(workload: Workload) -> int:
    assert isinstance(workload.arrival, ClosedLoop)
    return workload.arrival.clients


@given(
    needed=st.sets(st.integers(0, 59), min_size=1, max_size=4),
    needs_crash=st.booleans(),
    needs_lag=st.booleans(),
    at_once=st.booleans(),
)
def test_of_a_failure_that_needs_certain_things_nothing_else_is_left(
    needed: set[int], needs_crash: bool, needs_lag: bool, at_once: bool
) -> None:
    least_clients = len(needed) if at_once and len(needed) != 3 else 1
    wanted = {name for name, needs in {"crash": needs_crash, "lag": needs_lag}.items() if needs}

    def fails(workload: Workload) -> bool:
        names = {fault.name for fault in workload.faults}
        return needed <= set(workload.flow_numbers()) and wanted <= names and clients(workload) >= least_clients

    found, _ = shrunk(fails)
    smallest = found.smallest
    assert smallest is not None
    assert found.ended is Ended.MINIMAL
    assert list(smallest.flow_numbers()) == sorted(needed)
    assert {fault.name for fault in smallest.faults} == wanted
    assert clients(smallest) == least_clients
    assert (smallest.payloads, smallest.poison, smallest.warm_up_s, smallest.confirming_polls) == (PLAIN, 0, 0, 0)
    assert all((fault.rate, fault.times, fault.from_s, fault.for_s) == (1.0, 1, 0, None) for fault in smallest.faults)


@given(seed=st.integers(0, 2**32), within_s=st.floats(0, 60), tries=st.integers(1, 3))
def test_whatever_fails_the_result_did_and_the_time_is_kept(seed: int, within_s: float, tries: int) -> None:
    failed: list[Workload] = []

    def fails(workload: Workload) -> bool:
        if hash((seed, tuple(workload.flow_numbers()), workload.faults, clients(workload))) % 2:
            return False
        failed.append(workload)
        return True

    found, took_s = shrunk(fails, within_s=within_s, tries=tries)
    assert took_s <= max(within_s, 1.0), "only the first attempt may take longer than there is time"
    assert found.smallest == (failed[-1] if failed else None)
    assert found.attempts == took_s


@given(within_s=st.floats(1, 100), lengths_s=st.lists(st.floats(0.1, 10), min_size=1, max_size=20))
def test_no_attempt_is_begun_that_would_end_too_late_if_it_took_as_long_as_the_longest(
    within_s: float, lengths_s: list[float]
) -> None:
    began_s: list[float] = []
    clock = Clock()

    def attempt(_workload: Workload) -> bool:
        length_s = lengths_s[len(began_s) % len(lengths_s)]
        began_s.append(clock.now_s - 100)
        clock.now_s += length_s
        return len(began_s) % 2 == 0

    shrink(ORIGINAL, attempt, within_s=within_s, clock=clock)
    longest_s = 0.0
    for number, at_s in enumerate(began_s):
        assert at_s + longest_s <= within_s + 1e-9
        longest_s = max(longest_s, lengths_s[number % len(lengths_s)])


def test_what_fails_no_more_is_said_to_after_as_many_attempts_as_it_deserves() -> None:
    found, _ = shrunk(lambda _workload: False, tries=4)
    assert found == Shrunk(None, Ended.FAILS_NO_MORE, 12)


def test_a_failure_that_shows_now_and_then_is_given_its_tries() -> None:
    count = 0

    def fails(workload: Workload) -> bool:
        nonlocal count
        count += 1
        return 30 in workload.flow_numbers() and count % 3 == 0

    found, _ = shrunk(fails, tries=3)
    assert found.smallest is not None
    assert list(found.smallest.flow_numbers()) == [30]


def test_flows_that_are_likely_to_be_enough_are_tried_before_all_others() -> None:
    found, _ = shrunk(lambda workload: 30 in workload.flow_numbers(), hints=((30, 31), (30,), (99,)))
    assert found.smallest is not None
    without_hint, _ = shrunk(lambda workload: 30 in workload.flow_numbers())
    assert found.smallest.flow_numbers() == (30,)
    assert found.attempts < without_hint.attempts


def test_a_hint_that_is_not_enough_does_no_harm() -> None:
    found, _ = shrunk(lambda workload: {3, 50} <= set(workload.flow_numbers()), hints=((3,),))
    assert found.smallest is not None
    assert list(found.smallest.flow_numbers()) == [3, 50]


def test_ctrl_c_ends_it_with_the_smallest_until_then() -> None:
    def attempt(workload: Workload) -> bool:
        if len(workload.flow_numbers()) < 20:
            raise KeyboardInterrupt
        return True

    found, _ = shrunk(attempt)
    assert found.ended is Ended.INTERRUPTED
    assert found.smallest is not None
    assert len(found.smallest.flow_numbers()) == 30


def test_a_fault_that_is_needed_for_one_of_two_flows_hits_that_one_alone() -> None:
    def fails(workload: Workload) -> bool:
        def hits(fault: Fault, number: int) -> bool:
            return fault.flows is None or fault.flows.first <= number <= fault.flows.last

        numbers = set(workload.flow_numbers())
        return {8, 40} <= numbers and any(fault.name == "crash" and hits(fault, 40) for fault in workload.faults)

    found, _ = shrunk(fails)
    assert found.smallest is not None
    assert [fault.flows for fault in found.smallest.faults] == [FlowRange(40, 40)]


def test_an_open_loop_becomes_a_closed_one_where_that_fails_too() -> None:
    found, _ = shrunk(lambda _workload: True, replace(ORIGINAL, arrival=PoissonRate(50)))
    assert found.smallest is not None
    assert found.smallest.arrival == ClosedLoop(1)


def test_only_the_kinds_of_payloads_that_are_needed_stay() -> None:
    found, _ = shrunk(lambda workload: workload.payloads.hostile_share > 0)
    assert found.smallest is not None
    assert found.smallest.payloads == PayloadMix(0, PayloadMix().hostile_share, 0, 0)


def test_whoever_watches_hears_of_each_attempt_before_it_is_made() -> None:
    heard: list[Standing] = []
    clock = Clock()

    def attempt(workload: Workload) -> bool:
        clock.now_s += 1
        assert heard[-1].candidate == workload
        return len(workload.flow_numbers()) > 40

    found = shrink(ORIGINAL, attempt, within_s=30, clock=clock, on_attempt=heard.append)
    assert heard[0] == Standing(ORIGINAL, ORIGINAL, 0, 30)
    assert len(heard) >= found.attempts


@pytest.mark.parametrize("within_s", [0, -5])
def test_without_time_nothing_is_tried(within_s: float) -> None:
    found, took_s = shrunk(lambda _workload: True, within_s=within_s)
    assert found == Shrunk(None, Ended.OUT_OF_TIME, 0)
    assert took_s == 0


def test_a_fault_that_kills_the_engine_stays_one_that_makes_sense() -> None:
    kills = fault_in_words("kills from=5s every=10s limit=3 for=1min")
    found, _ = shrunk(lambda workload: bool(workload.faults), replace(ORIGINAL, faults=(kills, CRASH)))
    assert found.smallest is not None
    check_workload(found.smallest)
    found, _ = shrunk(
        lambda workload: kills.name in {each.name for each in workload.faults}, replace(ORIGINAL, faults=(kills,))
    )
    assert found.smallest is not None
    assert found.smallest.faults == (fault_in_words("kills from=5s limit=1"),), "once is simpler than again and again"
    check_workload(found.smallest)
