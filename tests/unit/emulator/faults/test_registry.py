"""The registry under the engine's threads and clocks: hits are counted exactly, and what a fault left is undone."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from emulator.faults.registry import Faults
from model.faults.catalogue import BY_NAME
from model.faults.fault import Fault, Thing, chooses
from model.faults.identity import Identity
from model.faults.kinds import Place
from model.faults.registry import EXPIRED
from tests.unit.emulator.faults.clocks import FakeClock

ACCOUNT_ID = "000000000000"
FAULT = Fault(ACCOUNT_ID, "any", BY_NAME["api-500"], seed=7, rate=1, ttl_s=60)


def thing(flow: int = 0) -> Thing:
    return Thing(Identity.of_flow(flow), ACCOUNT_ID, "POST /users", "api")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def faults(clock: FakeClock) -> Faults:
    return Faults(clock, lambda: clock.now_s + 1e9)


def test_what_is_hit_does_not_depend_on_threads(faults: Faults) -> None:
    fault = replace(FAULT, rate=0.3, times=2)
    faults.set(fault)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: faults.hits(Place.REQUEST, thing(number % 500)), range(1500)))
    firings = faults.firings(ACCOUNT_ID, "any", 0, 10_000)
    assert firings is not None
    expected = {flow for flow in range(500) if chooses(fault, thing(flow))}
    assert sorted((firing.thing.identity.flow, firing.attempt) for firing in firings) == sorted(
        (flow, attempt) for flow in expected for attempt in (1, 2)
    )
    (record,) = faults.records()
    assert (record.eligible, record.fired) == (1500, 2 * len(expected))


def test_a_healer_may_ask_and_heal(faults: Faults) -> None:
    seen: list[bool] = []
    faults.on_healing(lambda fault: seen.append(faults.any or faults.heal(fault.account_id) > 0))
    faults.set(FAULT)
    asking = threading.Thread(target=faults.heal)
    asking.start()
    asking.join(10)
    assert seen == [False]


def end_by_its_time(faults: Faults, clock: FakeClock) -> None:
    clock.now_s += 60
    faults.expire()


def end_by_its_limit(faults: Faults, _clock: FakeClock) -> None:
    faults.hits(Place.REQUEST, thing())


@pytest.mark.parametrize(
    "end",
    [
        lambda faults, _: faults.heal(ACCOUNT_ID, "any"),
        lambda faults, _: faults.set(replace(FAULT, limit=1, seed=8)),
        end_by_its_time,
        end_by_its_limit,
    ],
    ids=["healed", "replaced", "expired", "limited"],
)
def test_whoever_registered_hears_once_of_each_fault_that_ends(
    end: Callable[[Faults, FakeClock], object], faults: Faults, clock: FakeClock
) -> None:
    healed: list[tuple[str, Fault]] = []
    faults.on_healing(lambda fault: healed.append(("one", fault)))
    faults.on_healing(lambda fault: healed.append(("other", fault)))
    fault = replace(FAULT, limit=1)
    faults.set(fault)
    for _ in range(2):
        end(faults, clock)
    assert healed == [("one", fault), ("other", fault)]


def test_the_clocks_are_the_engines(faults: Faults, clock: FakeClock) -> None:
    faults.set(FAULT)
    clock.now_s += 59
    (record,) = faults.records()
    assert faults.remaining_s(record) == pytest.approx(1)
    faults.hits(Place.REQUEST, thing())
    (firing,) = faults.firings(ACCOUNT_ID, "any", 0, 10) or []
    assert firing.at_s == clock.now_s + 1e9
    clock.now_s += 1
    assert faults.spares(Place.REQUEST, thing(1)), "its time is over"
    faults.expire()
    (record,) = faults.records()
    assert (record.state, record.set_at_s, record.ended_at_s) == (EXPIRED, 1e9 + 1000, 1e9 + 1060)
    assert not faults.any
    assert not faults.at(Place.REQUEST)
