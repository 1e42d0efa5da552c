"""Faults of the engine fire once, when they are set; a process that stands still goes on by itself."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from typing import Any

import psutil
import pytest

from emulator.faults import pauser, process
from emulator.faults.process import ProcessFaults
from emulator.faults.registry import Faults
from model.faults.catalogue import BY_NAME
from model.faults.delays import FixedDelay
from model.faults.fault import Fault
from tests.unit.emulator.faults.clocks import FakeClock
from tests.waiting import wait_until

ACCOUNT_ID = "000000000000"
FULL = Fault(ACCOUNT_ID, "full", BY_NAME["full-disk"], seed=0, rate=1, ttl_s=60)
PAUSE = Fault(ACCOUNT_ID, "pause", BY_NAME["pauses"], seed=0, rate=1, ttl_s=60, times=9, delay=FixedDelay(1500))


class FakeDisk:
    """Notes who took its room."""

    def __init__(self) -> None:
        self.holders: list[object] = []

    def fill(self, holder: object) -> None:
        self.holders.append(holder)

    def give_back(self, holder: object) -> None:
        if holder in self.holders:
            self.holders.remove(holder)


class Engine:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.faults = Faults(self.clock)
        self.disk = FakeDisk()
        disk: Any = self.disk
        self.process_faults = ProcessFaults(self.faults, disk)

    def set(self, fault: Fault) -> None:
        if self.faults.set(fault):
            self.process_faults.has_been_set(fault)


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    made: list[float] = []
    monkeypatch.setattr(process, "pause", made.append)
    return made


def test_a_pause_is_as_long_as_it_says_and_never_longer_than_it_lives(engine: Engine, pauses: list[float]) -> None:
    engine.set(PAUSE)
    engine.set(replace(PAUSE, ttl_s=0.5))
    assert pauses == [1.5, 0.5]


def test_a_fault_that_is_renewed_and_one_beside_it_do_not_make_it_fire_again(
    engine: Engine, pauses: list[float]
) -> None:
    for fault in (PAUSE, PAUSE, replace(PAUSE, name="other"), replace(PAUSE, account_id="111111111111")):
        engine.set(fault)
    assert len(pauses) == 3
    assert [record.fired for record in engine.faults.records()] == [1, 1, 1]


def test_a_fault_of_another_place_or_of_rate_0_does_nothing(engine: Engine, pauses: list[float]) -> None:
    engine.set(replace(PAUSE, rate=0))
    engine.set(replace(PAUSE, name="other", kind=BY_NAME["api-latency"]))
    engine.set(replace(FULL, rate=0))
    assert (pauses, engine.disk.holders) == ([], [])


@pytest.mark.parametrize("end", ["healed", "expired", "replaced"])
def test_the_disk_is_full_until_the_fault_ends(end: str, engine: Engine) -> None:
    engine.set(FULL)
    assert engine.disk.holders == [(ACCOUNT_ID, "full")]
    if end == "healed":
        engine.faults.heal(ACCOUNT_ID, "full")
    elif end == "expired":
        engine.clock.now_s += 60
        engine.faults.expire()
    else:
        engine.set(replace(PAUSE, name="full", rate=0))
    assert engine.disk.holders == []


def test_a_disk_that_is_filled_too_late_gets_its_room_back(engine: Engine) -> None:
    engine.set(replace(FULL, limit=1))
    assert engine.disk.holders == [], "the fault had ended with its only hit"


def test_a_process_stops_and_goes_on() -> None:
    script = (
        "import time; from emulator.faults.process import pause; pause(0.5); print('asked', flush=True); "
        "begun = time.monotonic(); last = begun; longest = 0\n"
        "while time.monotonic() < begun + 1.5:\n"
        "    time.sleep(0.005); now = time.monotonic(); longest = max(longest, now - last); last = now\n"
        "print(longest)"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as paused:
        assert paused.stdout is not None
        assert paused.stdout.readline() == "asked\n"
        wait_until(psutil.Process(paused.pid).status, lambda status: status == psutil.STATUS_STOPPED, every_s=0.005)
        assert 0.45 <= float(paused.stdout.readline()) < 1.4
    assert paused.returncode == 0


def test_a_first_process_stands_still_without_a_signal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getpid", lambda: 1)
    begun_at = time.monotonic()
    process.pause(0.5)
    gaps: list[float] = []
    while not gaps or time.monotonic() < begun_at + 1:
        before = time.monotonic()
        time.sleep(0.01)
        gaps.append(time.monotonic() - before)
    assert max(gaps) >= 0.4


def test_the_pauser_lets_its_parent_go_on_although_it_is_told_to_end() -> None:
    script = (
        "import subprocess, sys, os; "
        "child = subprocess.Popen([sys.executable, '-I', '-S', sys.argv[1], str(os.getpid()), '0.1', '1']); "
        "print(child.pid, flush=True); child.wait(); print('went on')"
    )
    with subprocess.Popen([sys.executable, "-c", script, pauser.__file__], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        wait_until(psutil.Process(parent.pid).status, lambda status: status == psutil.STATUS_STOPPED, every_s=0.005)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            os.kill(child, number)
        assert parent.stdout.readline() == "went on\n"


def test_the_pauser_sends_nothing_to_a_process_that_is_not_its_parent() -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as stranger:
        try:
            done = subprocess.run(
                [sys.executable, "-I", "-S", pauser.__file__, str(stranger.pid), "0", "60"], check=False, timeout=30
            )
            assert done.returncode == 0
            assert psutil.Process(stranger.pid).status() != psutil.STATUS_STOPPED
        finally:
            stranger.kill()
