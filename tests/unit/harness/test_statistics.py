"""Quantiles against a sorted list."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.statistics import MAX_RECORDABLE_S, Durations, Quantiles


def nearest_rank_us(sorted_us: list[int], percentile: float) -> int:
    """As HdrHistogram has it: the value at round(p * n), at least the first."""
    rank = max(1, math.floor(percentile * len(sorted_us) / 100 + 0.5))
    return sorted_us[rank - 1]


@given(durations_us=st.lists(st.integers(0, MAX_RECORDABLE_S * 1_000_000), min_size=1, max_size=300))
def test_quantiles_are_those_of_a_sorted_list_to_a_thousandth_or_a_microsecond(
    durations_us: list[int],
) -> None:
    durations = Durations()
    for duration_us in durations_us:
        durations.record(duration_us / 1_000_000)
    quantiles = durations.quantiles()
    durations_us.sort()
    assert quantiles.count == len(durations_us)
    assert quantiles.max_ms == durations_us[-1] / 1000
    for percentile, value_ms in ((50, quantiles.p50_ms), (90, quantiles.p90_ms), (99, quantiles.p99_ms)):
        expected_us = nearest_rank_us(durations_us, percentile)
        assert value_ms is not None
        assert expected_us <= value_ms * 1000 + 1e-6 <= expected_us * 1.001 + 1


def test_nothing_recorded_has_no_quantiles() -> None:
    assert Durations().quantiles() == Quantiles(0)


def test_a_single_duration_is_every_quantile() -> None:
    durations = Durations()
    durations.record(0.0123)
    assert durations.quantiles() == Quantiles(1, 12.3, 12.3, 12.3, 12.3)


@pytest.mark.parametrize("duration_s", [-0.001, 2 * MAX_RECORDABLE_S])
def test_what_cannot_be_recorded_is_not_dropped_silently(duration_s: float) -> None:
    with pytest.raises(ValueError, match="is not between"):
        Durations().record(duration_s)
