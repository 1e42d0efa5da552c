"""Faults expire when nothing comes by, and there is a thread only while any is set."""

import logging
import queue

import pytest

from emulator.faults.expiry import PERIOD_S, Expiry
from emulator.faults.registry import Faults
from model.faults.catalogue import BY_NAME
from model.faults.fault import Fault
from model.faults.registry import ACTIVE, EXPIRED
from tests.unit.emulator.faults.clocks import FakeClock
from tests.waiting import wait_until

FAULT = Fault("000000000000", "any", BY_NAME["api-500"], seed=7, rate=1, ttl_s=60)


class FakeSleep:
    """Sleeps until the test says that the time is over."""

    def __init__(self) -> None:
        self.asked: queue.Queue[float] = queue.Queue()
        self.over: queue.Queue[None] = queue.Queue()

    def __call__(self, seconds: float) -> None:
        self.asked.put(seconds)
        self.over.get(timeout=20)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def faults(clock: FakeClock) -> Faults:
    return Faults(clock)


def test_a_fault_expires_at_the_first_look_after_its_time(faults: Faults, clock: FakeClock) -> None:
    sleep = FakeSleep()
    expiry = Expiry(faults, sleep)
    faults.set(FAULT)
    expiry.begin()
    expiry.begin()
    assert sleep.asked.get(timeout=20) == PERIOD_S
    assert faults.records()[0].state == ACTIVE
    clock.now_s += 60
    sleep.over.put(None)
    sleep.asked.get(timeout=20)
    assert faults.records()[0].state == EXPIRED
    assert expiry.runs
    sleep.over.put(None)
    wait_until(lambda: not expiry.runs)
    assert sleep.asked.empty(), "two threads looked"


def test_it_begins_again_with_the_next_fault(faults: Faults, clock: FakeClock) -> None:
    expiry = Expiry(faults, lambda _: None)
    for _ in range(3):
        faults.set(FAULT)
        expiry.begin()
        clock.now_s += 60
        wait_until(lambda: not expiry.runs)
        assert faults.records()[0].state == EXPIRED


def test_a_healer_that_fails_is_logged_and_the_other_faults_expire(
    faults: Faults, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_fault: Fault) -> None:
        raise ZeroDivisionError

    faults.on_healing(fail)
    faults.set(FAULT)
    clock.now_s += 60
    with caplog.at_level(logging.ERROR):
        expiry = Expiry(faults, lambda _: None)
        expiry.begin()
        wait_until(lambda: not expiry.runs)
    assert faults.records()[0].state == EXPIRED
    assert "a fault could not be undone" in caplog.text
