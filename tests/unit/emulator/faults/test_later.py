"""What a fault holds back is done when its time has come, or when the fault heals, and once."""

import pytest

from emulator.faults.later import Later
from emulator.faults.registry import Faults
from model.faults.catalogue import BY_NAME
from model.faults.delays import FixedDelay
from model.faults.fault import Fault, Thing
from model.faults.identity import Identity
from model.faults.kinds import Place
from tests.unit.emulator.faults.clocks import FakeClock

ACCOUNT_ID = "000000000000"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def faults(clock: FakeClock) -> Faults:
    return Faults(clock)


@pytest.fixture
def later(faults: Faults, clock: FakeClock) -> Later:
    return Later(faults, clock)


def fault(name: str, limit: int = 10, ttl_s: float = 1000) -> Fault:
    return Fault(ACCOUNT_ID, name, BY_NAME["delays"], 0, 1, ttl_s, limit=limit, delay=FixedDelay(60_000))


def test_it_is_done_when_due_and_in_the_order_of_the_times(later: Later, clock: FakeClock) -> None:
    done: list[str] = []
    later.do(60, (), lambda: done.append("late"))
    later.do(30, (), lambda: done.append("early"))
    later.do_what_is_due()
    assert done == []
    clock.now_s += 30
    later.do_what_is_due()
    assert done == ["early"]
    clock.now_s += 30
    later.do_what_is_due()
    later.do_what_is_due()
    assert done == ["early", "late"]


def test_a_fault_that_heals_lets_go_of_its_own_at_once(later: Later, faults: Faults, clock: FakeClock) -> None:
    done: list[str] = []
    for one in (fault("a"), fault("b")):
        faults.set(one)
        later.do(60, (one,), lambda name=one.name: done.append(name))  # type: ignore[misc] # of a lambda's default
    faults.heal(ACCOUNT_ID, "a")
    assert done == ["a"]
    clock.now_s += 60
    later.do_what_is_due()
    assert done == ["a", "b"]


def test_a_fault_that_is_set_anew_lets_go_of_what_the_old_one_held(later: Later, faults: Faults) -> None:
    done: list[str] = []
    faults.set(fault("a"))
    later.do(60, (fault("a"),), lambda: done.append("old"))
    faults.set(fault("a", limit=20))
    assert done == ["old"]


def test_a_fault_whose_time_to_live_is_over_lets_go(later: Later, faults: Faults, clock: FakeClock) -> None:
    done: list[str] = []
    faults.set(fault("a", ttl_s=5))
    later.do(60, (fault("a", ttl_s=5),), lambda: done.append("a"))
    clock.now_s += 5
    faults.expire()
    assert done == ["a"]


def test_a_fault_that_has_hit_enough_keeps_what_it_holds_for_its_time(
    later: Later, faults: Faults, clock: FakeClock
) -> None:
    done: list[str] = []
    faults.set(fault("a", limit=1))
    later.do(60, (fault("a", limit=1),), lambda: done.append("a"))
    assert faults.hits(Place.SEND, Thing(Identity.of_flow(1), ACCOUNT_ID, "SendMessage", "queue"))
    assert faults.records()[0].state == "limited"
    assert done == []
    clock.now_s += 60
    later.do_what_is_due()
    assert done == ["a"]


def test_one_that_fails_keeps_no_other_back(later: Later, clock: FakeClock) -> None:
    done: list[str] = []
    later.do(1, (), lambda: done[0])
    later.do(2, (), lambda: done.append("second"))
    clock.now_s += 2
    later.do_what_is_due()
    assert done == ["second"]
