"""A reader must be able to go from a place on an axis back to the value."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.html_report.plots import scales

REASONABLE = st.floats(1e-3, 1e9)


def labels(scale: scales.Scale) -> list[str]:
    return [tick.label for tick in scale.ticks]


def test_a_linear_scale_ends_with_the_first_round_value_that_is_not_below_the_highest() -> None:
    scale = scales.linear(87)
    assert labels(scale) == ["0", "20", "40", "60", "80", "100"]
    assert scale.place(50) == pytest.approx(0.5)


def test_a_linear_scale_of_time_ends_when_the_time_does() -> None:
    scale = scales.linear(116.8, ends_on_tick=False)
    assert labels(scale) == ["0", "20", "40", "60", "80", "100"]
    assert scale.place(116.8) == pytest.approx(1)
    assert scale.ticks[-1].at == pytest.approx(100 / 116.8)


def test_counts_have_no_ticks_between_them() -> None:
    assert labels(scales.linear(2, whole=True)) == ["0", "1", "2"]


@pytest.mark.parametrize("highest", [0, -3])
def test_a_linear_scale_of_nothing_is_a_scale(highest: float) -> None:
    scale = scales.linear(highest)
    assert (scale.place(0), scale.place(1)) == (0, 1)


def test_a_short_logarithmic_scale_has_ticks_at_1_2_and_5() -> None:
    scale = scales.logarithmic(3.2, 87)
    assert labels(scale) == ["2", "5", "10", "20", "50", "100"]
    assert scale.place(2) == 0
    assert scale.place(100) == pytest.approx(1)


def test_a_long_logarithmic_scale_has_ticks_at_powers_of_ten() -> None:
    assert labels(scales.logarithmic(0.1, 5000)) == ["0.1", "1", "10", "100", "1,000"]


def test_what_a_logarithmic_scale_cannot_place_is_at_its_lower_end() -> None:
    assert scales.logarithmic(1, 100).place(0) == 0


def test_each_nine_of_a_percentile_takes_the_same_length() -> None:
    scale = scales.quantiles(10_000)
    assert labels(scale) == ["0", "50", "90", "99", "99.9"]
    assert [tick.at for tick in scale.ticks] == pytest.approx([0, math.log10(2) / 4, 0.25, 0.5, 0.75])
    assert scale.place(1) == 1


@given(REASONABLE)
def test_linear_ticks_are_few_distinct_and_on_the_scale(highest: float) -> None:
    scale = scales.linear(highest)
    places = [tick.at for tick in scale.ticks]
    assert places == sorted(set(places))
    assert 2 <= len(places) <= 8
    assert places[0] == 0
    assert places[-1] == pytest.approx(1)
    assert scale.place(highest) > 0.5


@given(REASONABLE, REASONABLE)
def test_logarithmic_ticks_are_few_distinct_and_on_the_scale(one: float, other: float) -> None:
    lowest, highest = sorted((one, other))
    scale = scales.logarithmic(lowest, highest)
    places = [tick.at for tick in scale.ticks]
    assert places == sorted(set(places))
    assert 1 <= len(places) <= 14
    assert all(0 <= place <= 1 for place in places)
    assert 0 <= scale.place(lowest) <= scale.place(highest) <= 1


@given(st.integers(0, 10**7), st.lists(st.floats(0, 1), min_size=2, max_size=20))
def test_higher_quantiles_are_never_further_left(count: int, shares: list[float]) -> None:
    places = [scales.quantiles(count).place(share) for share in sorted(shares)]
    assert places == sorted(places)
    assert 0 <= places[0] <= places[-1] <= 1
