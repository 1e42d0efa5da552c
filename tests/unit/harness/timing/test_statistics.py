"""Quantiles against a sorted list, and against HdrHistogram itself."""

import math

import pytest
from hdrh.histogram import HdrHistogram
from hypothesis import given
from hypothesis import strategies as st

from harness.timing.statistics import MAX_RECORDABLE_S, Durations, Quantiles

DURATIONS_US = st.lists(st.integers(0, MAX_RECORDABLE_S * 1_000_000), min_size=1, max_size=300)


def recorded(durations_us: list[int]) -> Durations:
    durations = Durations()
    for duration_us in durations_us:
        durations.record(duration_us / 1_000_000)
    return durations


def nearest_rank_us(sorted_us: list[int], percentile: float) -> int:
    """As HdrHistogram has it: the value at round(p * n), at least the first."""
    rank = max(1, math.floor(percentile * len(sorted_us) / 100 + 0.5))
    return sorted_us[rank - 1]


def by_percentile(quantiles: Quantiles) -> dict[float, float]:
    values = {50: quantiles.p50_ms, 90: quantiles.p90_ms, 99: quantiles.p99_ms, 99.9: quantiles.p999_ms}
    return {percentile: value_ms for percentile, value_ms in values.items() if value_ms is not None}


@given(durations_us=DURATIONS_US)
def test_quantiles_are_those_of_a_sorted_list_to_a_thousandth_or_a_microsecond(durations_us: list[int]) -> None:
    quantiles = recorded(durations_us).quantiles()
    durations_us.sort()
    assert quantiles.count == len(durations_us)
    assert quantiles.max_ms == durations_us[-1] / 1000
    assert len(by_percentile(quantiles)) == 4
    for percentile, value_ms in by_percentile(quantiles).items():
        expected_us = nearest_rank_us(durations_us, percentile)
        assert expected_us <= value_ms * 1000 + 1e-6 <= expected_us * 1.001 + 1


@given(durations_us=DURATIONS_US)
def test_quantiles_are_what_hdr_histogram_answers(durations_us: list[int]) -> None:
    histogram = HdrHistogram(1, MAX_RECORDABLE_S * 1_000_000, 3)
    for duration_us in durations_us:
        assert histogram.record_value(duration_us)
    answered = histogram.get_percentile_to_value_dict([50, 90, 99, 99.9])
    expected = {percentile: min(value_us, max(durations_us)) / 1000 for percentile, value_us in answered.items()}
    assert by_percentile(recorded(durations_us).quantiles()) == expected


@given(first_us=DURATIONS_US, second_us=DURATIONS_US)
def test_two_histograms_added_are_one_of_all(first_us: list[int], second_us: list[int]) -> None:
    both = recorded(first_us)
    both.add(recorded(second_us))
    assert both.quantiles() == recorded(first_us + second_us).quantiles()


def test_nothing_recorded_has_no_quantiles() -> None:
    assert Durations().quantiles() == Quantiles(0)


def test_a_single_duration_is_every_quantile() -> None:
    assert recorded([12_300]).quantiles() == Quantiles(1, 12.3, 12.3, 12.3, 12.3, 12.3)


def test_memory_is_bounded_by_the_buckets() -> None:
    durations = Durations()
    for duration_us in range(1_000_000, 1_100_000):
        durations.record(duration_us / 1_000_000)
    assert len(durations.counts) < 250


@pytest.mark.parametrize("duration_s", [-0.001, MAX_RECORDABLE_S + 0.001])
def test_what_cannot_be_recorded_is_not_dropped_silently(duration_s: float) -> None:
    with pytest.raises(ValueError, match="is not between"):
        Durations().record(duration_s)
