"""Turns of what starts, and time that is not charged."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from emulator.services.lambda_.runtime_api import Answered, NextRequested
from emulator.services.lambda_.sandbox import Configuration, Sandbox
from emulator.services.lambda_.starts import Allowance, Starts, wait_for_start


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_an_allowance_is_used_up_as_time_goes_by() -> None:
    clock = Clock()
    allowance = Allowance(3, clock)
    assert (allowance.deadline, allowance.used_s, allowance.left_s) == (103, 0, 3)

    clock.now_s += 1
    assert (allowance.used_s, allowance.left_s) == (1, 2)
    clock.now_s += 5
    assert allowance.left_s == 0


def test_excused_time_is_neither_used_nor_lost() -> None:
    clock = Clock()
    allowance = Allowance(3, clock)
    clock.now_s += 2
    allowance.excuse(2)

    assert (allowance.deadline, allowance.used_s, allowance.left_s) == (105, 0, 3)


def test_no_more_start_at_once_than_there_are_turns() -> None:
    starts = Starts(2, longest_wait_s=60)
    inside, most = 0, 0
    lock = threading.Lock()
    both_in = threading.Barrier(2)

    def start(_number: int) -> None:
        nonlocal inside, most
        with starts.turn(Allowance(1)):
            with lock:
                inside += 1
                most = max(most, inside)
            both_in.wait(30)  # nobody leaves before two are in: that they may be is a part of it
            with lock:
                inside -= 1

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(start, range(8)))
    assert most == 2


def test_the_wait_for_a_turn_is_not_charged() -> None:
    starts = Starts(1, longest_wait_s=60)
    waits = threading.Event()
    held = threading.Event()

    def hold() -> None:
        with starts.turn(Allowance(1)):
            held.set()
            assert waits.wait(30)

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(30)
    allowance = Allowance(1000)
    deadline = allowance.deadline
    release = threading.Timer(0.05, waits.set)
    release.start()
    with starts.turn(allowance):
        assert allowance.deadline >= deadline + 0.04
    holder.join(30)
    release.join(30)


def test_who_has_waited_long_enough_starts_without_a_turn() -> None:
    starts = Starts(1, longest_wait_s=0.01)
    with starts.turn(Allowance(1)):  # to give back what was never had would be an error when this one ends
        entered = threading.Event()

        def start() -> None:
            with starts.turn(Allowance(1)):
                entered.set()

        other = threading.Thread(target=start)
        other.start()
        other.join(30)
        assert entered.is_set()


class BusyMachine:
    """A process that needs a second of a processor to start, and gets every tenth; a function that just waits, none."""

    def __init__(self, clock: Clock, share: float, needs_s: float = 1.0) -> None:
        self._clock = clock
        self._share = share
        self._ready_at = clock.now_s + needs_s / share
        self._began = clock.now_s

    def wait(self, deadline: float) -> NextRequested | None:
        self._clock.now_s = min(deadline, self._ready_at)
        return NextRequested() if self._clock.now_s >= self._ready_at else None

    def waited_for_processor_s(self) -> float:
        return (self._clock.now_s - self._began) * (1 - self._share)


def test_a_start_that_gets_little_of_a_busy_machine_has_all_its_time_and_what_comes_after_it_too() -> None:
    clock = Clock()
    allowance = Allowance(2, clock)
    assert wait_for_start(BusyMachine(clock, share=0.2), allowance) == NextRequested()
    assert clock.now_s == pytest.approx(105)
    assert allowance.left_s == pytest.approx(1)


def test_a_start_that_is_slow_by_itself_is_not_excused() -> None:
    clock = Clock()
    allowance = Allowance(2, clock)
    assert wait_for_start(BusyMachine(clock, share=1, needs_s=3), allowance) is None
    assert clock.now_s == pytest.approx(102)


def test_a_machine_that_gives_it_nothing_is_not_waited_for_for_ever() -> None:
    clock = Clock()
    allowance = Allowance(2, clock)
    assert wait_for_start(BusyMachine(clock, share=1e-6), allowance) is None
    assert clock.now_s == pytest.approx(112, abs=0.1)


class QuickRuntime:
    """A process that is there at once, and answers at once."""

    asks = False

    def __init__(self) -> None:
        self._events: list[Any] = [NextRequested(), Answered(b"1", is_error=False)]

    def wait(self, _deadline: float) -> Any:
        return self._events.pop(0)

    def deliver(self, _invocation: object, deadline: float) -> None:
        self.deadline = deadline

    def peak_memory_mb(self) -> None:
        return None

    def waited_for_processor_s(self) -> float:
        return 0.0

    def end(self) -> None:
        pass


def test_an_invocation_has_all_its_time_after_its_process_waited_for_a_turn() -> None:
    starts = Starts(1, longest_wait_s=0.2)
    runtime: Any = QuickRuntime()
    sandbox = Sandbox(Configuration("$LATEST", 0.1, 128), lambda _output: runtime, lambda: None, starts=starts)
    with starts.turn(Allowance(1)):  # so that the wait is the longest there is, twice the invocation's time
        outcome = sandbox.invoke("id-1", "arn", "Root=1-2", b"{}")

    assert outcome.payload == b"1"
    duration_ms = float(outcome.log.partition("Duration: ")[2].split()[0])
    assert duration_ms < 100
    sandbox.stop()
