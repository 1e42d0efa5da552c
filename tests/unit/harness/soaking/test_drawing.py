"""What is drawn makes sense, is the same each time, and is no more than a sound stack survives."""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.commands.run import QUICK_REDELIVERY
from harness.faults import Fault, FixedDelay
from harness.faults.catalogue import kills_engine, kind_named, usual_fault
from harness.soaking.drawing import LEAST_FLOWS, draw_round
from harness.workload import Workload
from harness.workload.arrival import ClosedLoop, ConstantRate, PoissonRate, schedule
from harness.workload.ranges import check_workload
from model.faults.catalogue import KINDS
from model.faults.effects import Effect
from model.faults.kinds import Kind, Place

SEEDS = st.integers(0, 2**63)
NUMBERS = st.integers(1, 80)
MOST_FLOWS = st.integers(LEAST_FLOWS, 1000)

DEATHS_OF_A_BATCH = 12 * 1.5 * 4 * 2
"""Expected hits of four kinds, each twice, as many as are drawn at the very most."""


def last_start_s(workload: Workload) -> float:
    assert isinstance(workload.arrival, ConstantRate | PoissonRate)
    return max(schedule(workload.arrival, workload.flows, workload.seed))


def longest_ms(fault: Fault) -> float:
    assert fault.delay is not None
    return max(float(getattr(fault.delay, field.name)) for field in fields(fault.delay))


@given(SEEDS, NUMBERS, MOST_FLOWS)
def test_a_round_is_a_workload_that_makes_sense_and_is_drawn_the_same_again(
    seed: int, number: int, most_flows: int
) -> None:
    workload = draw_round(KINDS, seed, number, 12, most_flows)
    check_workload(workload)
    assert most_flows / 2 <= workload.flows <= most_flows
    assert workload.faults
    assert draw_round(KINDS, seed, number, 12, most_flows) == workload


@given(SEEDS, NUMBERS)
def test_nothing_waits_longer_than_its_kind_does_if_nobody_says(seed: int, number: int) -> None:
    for fault in draw_round(KINDS, seed, number, 12).faults:
        usual = usual_fault(kind_named(fault.kind))
        assert (fault.delay is None) is (usual.delay is None)
        if fault.delay:
            assert longest_ms(fault) <= longest_ms(usual)


@given(SEEDS, NUMBERS)
def test_what_fails_a_delivery_does_so_far_less_often_than_a_message_is_received(seed: int, number: int) -> None:
    [most_receives] = (int(text.partition("=")[2]) for text in QUICK_REDELIVERY if text.startswith("MaxReceiveCount"))
    workload = draw_round(KINDS, seed, number, 12)
    failing = [fault for fault in workload.faults if kind_named(fault.kind).redelivers]
    assert sum(fault.times for fault in failing) <= most_receives / 2
    assert sum(fault.rate * workload.flows * fault.times for fault in failing) <= 2 * DEATHS_OF_A_BATCH


@given(SEEDS, NUMBERS)
def test_a_fault_begins_while_flows_still_start_whatever_happens_to_them(seed: int, number: int) -> None:
    workload = draw_round(KINDS, seed, number, 12)
    for fault in workload.faults:
        if fault.from_s:
            assert fault.from_s < last_start_s(workload)


@given(SEEDS, NUMBERS)
def test_clients_wait_for_an_engine_that_is_killed_so_that_flows_begin_after_it_is_back(seed: int, number: int) -> None:
    workload = draw_round([kind_named("kills"), kind_named("gsi-lag")], seed, number, 12)
    assert isinstance(workload.arrival, ClosedLoop) or not kills_engine(workload.faults)


@given(SEEDS, NUMBERS)
def test_what_stops_everybody_lasts_seconds(seed: int, number: int) -> None:
    for fault in draw_round(KINDS, seed, number, 12).faults:
        if fault.kind in {"pauses", "full-disk"}:
            assert fault.for_s is not None
            assert fault.for_s <= 4
            assert fault.rate == 1


@given(SEEDS, NUMBERS, MOST_FLOWS)
def test_enough_hits_are_expected_that_a_fault_which_hits_nothing_means_something(
    seed: int, number: int, most_flows: int
) -> None:
    workload = draw_round(KINDS, seed, number, 12, most_flows)
    for fault in workload.faults:
        calls = 3 if kind_named(fault.kind).place is Place.REQUEST else 1
        share = 1.0 if fault.for_s is None or fault.rate == 1 else fault.for_s / last_start_s(workload)
        assert fault.rate == 1 or fault.rate * workload.flows * share * calls >= 11.5, fault


@pytest.mark.parametrize("chosen", [("crashes",), ("gsi-lag", "duplicates")])
def test_only_the_kinds_that_were_chosen_are_drawn(chosen: tuple[str, ...]) -> None:
    kinds = [kind_named(name) for name in chosen]
    drawn = {fault.kind for number in range(1, 10) for fault in draw_round(kinds, 7, number, 12).faults}
    assert drawn == set(chosen)


def test_a_kind_that_waits_for_nothing_if_nobody_says_waits_for_nothing() -> None:
    at_once = Kind("kills-of-tomorrow", Place.PROCESS, "", Effect(), 1.0, FixedDelay(0))
    [fault] = draw_round([at_once], 7, 1, 12).faults
    assert fault == usual_fault(at_once)


def test_a_kind_that_the_catalogue_gets_joins_by_itself() -> None:
    drawn = {fault.kind for number in range(1, 60) for fault in draw_round(KINDS, 7, number, 12).faults}
    assert drawn == {kind.name for kind in KINDS}


def test_a_queue_that_hides_messages_longer_gives_flows_more_time_and_changes_nothing_else() -> None:
    quick, slow = draw_round(KINDS, 7, 3, 6), draw_round(KINDS, 7, 3, 30)
    assert slow.deadlines.flow_timeout_s == 5 * quick.deadlines.flow_timeout_s > 200
    assert replace(slow, deadlines=quick.deadlines) == quick
