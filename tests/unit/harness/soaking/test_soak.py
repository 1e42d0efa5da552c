"""Round after round: it stops when the time is over, when it is told to, and when nothing works any more."""

from collections.abc import Callable

import pytest

from harness.errors import UnavailableError
from harness.soaking.rounds import Round
from harness.soaking.soak import Bounds, Standing, make_rounds
from harness.soaking.summary import Ended, SoakResult
from tests.unit.harness.soaking.literal_rounds import CRASHES, KINDS, done

BEGAN_S = 95.0


class Clock:
    """Time that goes on when a round is made."""

    def __init__(self, *durations_s: float) -> None:
        self.now_s = 100.0
        self.standings: list[Standing] = []
        self._durations_s = durations_s

    def __call__(self) -> float:
        return self.now_s

    def make(self, standing: Standing) -> Round | None:
        self.standings.append(standing)
        self.now_s += self._durations_s[min(standing.number, len(self._durations_s)) - 1]
        return done(standing.number, CRASHES, word="invalid" if standing.number == 2 else "valid")


def rounds_of(clock: Clock, bounds: Bounds, make: Callable[[Standing], Round | None] | None = None) -> SoakResult:
    soak_result, failure = make_rounds(make or clock.make, bounds, 7, KINDS, clock)
    assert failure is None
    return soak_result


def test_no_round_is_begun_that_would_end_too_late_if_it_took_as_long_as_the_longest() -> None:
    clock = Clock(10, 30, 10)
    soak_result = rounds_of(clock, Bounds(100, BEGAN_S))
    assert soak_result.ended is Ended.OUT_OF_TIME
    assert [each.number for each in soak_result.rounds] == [1, 2, 3, 4, 5]
    assert [each.left_s for each in clock.standings] == [95, 85, 55, 45, 35]
    assert soak_result.duration_s <= 100


def test_what_took_longer_than_there_was_begins_nothing() -> None:
    assert rounds_of(Clock(1), Bounds(5, BEGAN_S)).rounds == ()


def test_an_invalid_round_ends_nothing() -> None:
    soak_result = rounds_of(Clock(1), Bounds(100, BEGAN_S, most_rounds=4))
    assert soak_result.ended is Ended.ENOUGH
    assert [each.verdict.word for each in soak_result.rounds] == ["valid", "invalid", "valid", "valid"]


def test_ctrl_c_in_the_middle_of_a_round_keeps_those_before() -> None:
    clock = Clock(1)
    soak_result = rounds_of(
        clock, Bounds(100, BEGAN_S), lambda standing: clock.make(standing) if standing.number < 3 else None
    )
    assert (soak_result.ended, len(soak_result.rounds)) == (Ended.INTERRUPTED, 2)


def test_ctrl_c_between_two_rounds_keeps_those_before() -> None:
    clock = Clock(1)

    def make(standing: Standing) -> Round | None:
        if standing.number == 3:
            raise KeyboardInterrupt
        return clock.make(standing)

    soak_result = rounds_of(clock, Bounds(100, BEGAN_S), make)
    assert (soak_result.ended, len(soak_result.rounds)) == (Ended.INTERRUPTED, 2)


def test_what_makes_the_next_round_impossible_is_returned_with_the_rounds_before() -> None:
    clock = Clock(1)

    def make(standing: Standing) -> Round | None:
        if standing.number == 2:
            raise UnavailableError("the engine is gone")
        return clock.make(standing)

    soak_result, failure = make_rounds(make, Bounds(100, BEGAN_S), 7, KINDS, clock)
    assert (soak_result.ended, len(soak_result.rounds)) == (Ended.FAILED, 1)
    with pytest.raises(UnavailableError, match="the engine is gone"):
        raise failure or AssertionError
