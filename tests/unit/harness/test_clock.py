"""The run's clock, on a loop with virtual time and on one that is not quite punctual."""

import asyncio
from typing import Any

import pytest

from harness.clock import RunClock
from tests.unit.harness.virtual_time import VirtualTimeLoop, run_in_virtual_time


def test_time_begins_at_the_start_and_is_in_whole_microseconds() -> None:
    async def telling() -> list[float]:
        await asyncio.sleep(5)
        clock = RunClock.start()
        times_s = [clock.now_s()]
        await asyncio.sleep(0.123_456_789)
        return [*times_s, clock.now_s()]

    assert run_in_virtual_time(telling()) == [0, 0.123457]


@pytest.mark.parametrize(("time_s", "expected_s"), [(2.5, 2.5), (1, 1), (0.5, 1)])
def test_waiting_ends_at_its_time_or_at_once(time_s: float, expected_s: float) -> None:
    async def waiting() -> float:
        clock = RunClock.start()
        await asyncio.sleep(1)
        await clock.wait_until(time_s)
        return clock.now_s()

    assert run_in_virtual_time(waiting()) == expected_s


@pytest.mark.timeout(20)
def test_a_time_that_only_arithmetic_sets_apart_from_now_has_come() -> None:
    async def waiting() -> float:
        clock = RunClock.start()
        await asyncio.sleep(0.3)
        await clock.wait_until(0.1 + 0.2)  # 5e-17 later: no timer of this loop would ever bring it
        return clock.now_s()

    assert run_in_virtual_time(waiting()) == 0.3


def test_a_timer_that_is_early_is_not_enough() -> None:
    class EarlyLoop(VirtualTimeLoop):
        def call_later(  # type: ignore[override]  # whatever it is given is handed on
            self, delay: float, *arguments: Any, **options: Any
        ) -> asyncio.TimerHandle:
            return super().call_later(delay * 0.9, *arguments, **options)

    async def waiting() -> float:
        clock = RunClock.start()
        await clock.wait_until(1)
        return clock.now_s()

    with asyncio.Runner(loop_factory=EarlyLoop) as runner:
        assert runner.run(waiting()) == 1


def test_the_wall_clock_says_when_the_run_began() -> None:
    async def telling() -> float:
        return RunClock.start().wall_clock_zero_s

    assert run_in_virtual_time(telling()) > 1_700_000_000
