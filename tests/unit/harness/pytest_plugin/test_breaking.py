"""The `fault` fixture sets what it is asked for, heals it in any case, and tells what it hit."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from harness.errors import MisuseError
from harness.faults import Fault, UniformDelay
from harness.faults.control import EngineFiring, FaultState
from harness.pytest_plugin.breaking import Breaker


@dataclass
class FakeControl:
    """An engine whose faults hit twice of three times."""

    known: dict[str, Fault] = field(default_factory=dict)
    seeds: list[int] = field(default_factory=list)
    healed: list[str] = field(default_factory=list)

    def set(self, fault: Fault, seed: int, ttl_s: float) -> None:
        assert ttl_s > 0
        self.known[fault.name] = fault
        self.seeds.append(seed)

    def look(self, name: str) -> FaultState | None:
        return FaultState("active", 3, 2, 0, None) if name in self.known else None

    def heal(self, name: str) -> None:
        self.healed.append(name)

    def firings(self, name: str) -> list[EngineFiring]:
        return [EngineFiring(0, flow, f"flow {flow}", name, 1, 0) for flow in (4, 7)]


def test_a_fault_is_there_while_the_block_runs_and_tells_what_it_hit() -> None:
    control = FakeControl()
    with Breaker(control, seed=5)("gsi-lag", delay="0ms-2s", rate=1, name="lag") as lag:
        assert control.known["lag"].delay == UniformDelay(0, 2000)
        assert control.healed == []

    assert control.healed == ["lag"]
    assert (lag.fired, lag.eligible) == (2, 3)
    assert [firing.flow for firing in lag.firings] == [4, 7]
    assert control.seeds == [5]


def test_a_fault_is_healed_also_when_the_test_fails() -> None:
    def fail() -> None:
        raise ZeroDivisionError

    control = FakeControl()
    with pytest.raises(ZeroDivisionError), Breaker(control, seed=5)("duplicates", seed=9):
        fail()
    assert control.healed == ["duplicates"]
    assert control.seeds == [9]


def test_a_fault_that_the_engine_has_forgotten_hit_nothing() -> None:
    control = FakeControl()
    with Breaker(control, seed=5)("duplicates") as twice:
        control.known.clear()
    assert (twice.fired, twice.eligible) == (0, 0)


def test_what_is_no_fault_is_refused_before_anything_is_set() -> None:
    control = FakeControl()
    with pytest.raises(MisuseError, match="gsi-lag"), Breaker(control, seed=5)("gsi-lagg"):
        raise AssertionError("the block is not begun")
    assert control.known == {}


def test_what_only_a_run_can_break_is_refused_with_what_to_use() -> None:
    control = FakeControl()
    with pytest.raises(MisuseError, match="use `harness run --faults kills`"), Breaker(control, seed=5)("kills"):
        pass
    timed: dict[str, Any] = {"from": "5s"}  # a keyword of Python's
    with pytest.raises(MisuseError, match="are a run's"), Breaker(control, seed=5)("crashes", **timed):
        pass
    assert control.known == {}
