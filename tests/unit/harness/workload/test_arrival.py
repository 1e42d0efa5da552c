"""Schedules of open loops: as many starts as flows, never going back, at the rate that was asked for."""

from bisect import bisect

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.workload.arrival import Bursts, ConstantRate, OpenLoop, PoissonRate, Ramp, schedule

RATES = st.floats(0.001, 100_000)
ARRIVALS = st.one_of(
    st.builds(ConstantRate, RATES),
    st.builds(PoissonRate, RATES),
    st.builds(Ramp, st.just(0.0) | RATES, RATES, st.floats(0.001, 3600)),
    st.builds(Bursts, st.integers(1, 50), st.floats(0.001, 3600)),
)


@given(arrival=ARRIVALS, flows=st.integers(1, 200), seed=st.integers(0, 2**32))
def test_every_flow_has_a_time_and_time_never_goes_back(arrival: OpenLoop, flows: int, seed: int) -> None:
    times_s = list(schedule(arrival, flows, seed))
    assert len(times_s) == flows
    assert times_s == sorted(times_s)
    assert times_s[0] >= 0
    assert times_s == list(schedule(arrival, flows, seed))


@given(arrival=ARRIVALS, flows=st.integers(2, 200), seed=st.integers(0, 2**32))
def test_a_longer_schedule_begins_like_a_shorter_one(arrival: OpenLoop, flows: int, seed: int) -> None:
    assert list(schedule(arrival, flows, seed))[: flows // 2] == list(schedule(arrival, flows // 2, seed))


def test_a_constant_rate_has_equal_distances() -> None:
    assert list(schedule(ConstantRate(4), 5, 0)) == [0, 0.25, 0.5, 0.75, 1]


def test_a_poisson_rate_is_kept_on_the_whole_and_its_distances_are_exponential() -> None:
    times_s = list(schedule(PoissonRate(50), 20_000, 7))
    assert times_s[-1] == pytest.approx(400, rel=0.05)
    distances_s = [after - before for before, after in zip([0, *times_s], times_s, strict=False)]
    longer_than_mean = sum(distance_s > 1 / 50 for distance_s in distances_s) / len(distances_s)
    assert longer_than_mean == pytest.approx(0.3679, abs=0.02)  # 1/e
    assert list(schedule(PoissonRate(50), 10, 7)) != list(schedule(PoissonRate(50), 10, 8))


@pytest.mark.parametrize(
    ("ramp", "until_s", "expected"),
    [
        (Ramp(10, 30, 10), 5, 75),  # the mean of 10 and 20, for 5 s
        (Ramp(10, 30, 10), 10, 200),
        (Ramp(10, 30, 10), 20, 500),  # and 30 a second after that
        (Ramp(30, 10, 10), 5, 125),
        (Ramp(30, 10, 10), 20, 300),
        (Ramp(0, 20, 10), 5, 25),
        (Ramp(20, 20, 10), 15, 300),
    ],
)
def test_as_many_flows_have_started_as_the_area_below_the_ramp(ramp: Ramp, until_s: float, expected: int) -> None:
    assert abs(bisect(list(schedule(ramp, 1000, 0)), until_s) - expected) <= 1


def test_bursts_come_at_the_same_moment_again_and_again() -> None:
    assert list(schedule(Bursts(3, 2.5), 8, 0)) == [0, 0, 0, 2.5, 2.5, 2.5, 5, 5]
