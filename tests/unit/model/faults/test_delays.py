"""How long things wait that are hit: within the bounds, and as the distribution says."""

from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.faults.catalogue import BY_NAME
from model.faults.delays import Delay, ExponentialDelay, FixedDelay, UniformDelay
from model.faults.fault import Fault, Thing, delay_ms
from model.faults.identity import Identity

DRAWS = st.floats(0, 1, exclude_max=True)
MS = st.floats(0, 3_600_000)


@given(DRAWS, MS)
def test_a_fixed_delay_is_always_the_same(draw: float, fixed_ms: float) -> None:
    assert FixedDelay(fixed_ms).drawn_ms(draw) == fixed_ms


@given(DRAWS, MS, MS)
def test_a_uniform_delay_is_between_its_bounds(draw: float, first_ms: float, second_ms: float) -> None:
    least_ms, most_ms = sorted((first_ms, second_ms))
    drawn_ms = UniformDelay(least_ms, most_ms).drawn_ms(draw)
    assert least_ms <= drawn_ms <= most_ms or drawn_ms == pytest.approx(most_ms)  # the last bit may be rounded up


@given(DRAWS, MS, MS)
def test_an_exponential_delay_is_never_longer_than_its_bound(draw: float, mean_ms: float, most_ms: float) -> None:
    assert 0 <= ExponentialDelay(mean_ms, most_ms).drawn_ms(draw) <= most_ms


def delays_of(delay: Delay | None, attempt: int = 1) -> list[float]:
    fault = Fault("000000000000", "any", BY_NAME["api-latency"], seed=7, rate=1, ttl_s=60, delay=delay)
    things = (Thing(Identity.of_flow(flow), "000000000000", "POST /users") for flow in range(2000))
    return [delay_ms(fault, thing, attempt) for thing in things]


@pytest.mark.parametrize(
    ("delay", "mean_ms"), [(FixedDelay(30), 30), (UniformDelay(100, 300), 200), (ExponentialDelay(50, 3_600_000), 50)]
)
def test_delays_have_the_mean_that_they_should(delay: Delay, mean_ms: float) -> None:
    assert fmean(delays_of(delay)) == pytest.approx(mean_ms, rel=0.15)


def test_each_attempt_waits_its_own_time_and_the_same_each_run() -> None:
    first, second = delays_of(UniformDelay(0, 100)), delays_of(UniformDelay(0, 100), attempt=2)
    assert first == delays_of(UniformDelay(0, 100))
    assert all(one != other for one, other in zip(first, second, strict=True))


def test_a_kind_that_has_nothing_to_wait_for_waits_for_nothing() -> None:
    assert set(delays_of(None)) == {0}
