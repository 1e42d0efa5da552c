"""Wilson's interval against published values, and at its ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.replaying.intervals import wilson_interval


@pytest.mark.parametrize(
    ("hits", "tries", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (1, 20, 0.0089, 0.2361),
        (5, 10, 0.2366, 0.7634),
        (7, 20, 0.1812, 0.5671),
        # R. G. Newcombe, Statistics in Medicine 17 (1998), 857-872, table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_it_has_the_published_values(hits: int, tries: int, low: float, high: float) -> None:
    assert wilson_interval(hits, tries) == pytest.approx((low, high), abs=0.00006)


def test_nothing_is_known_without_a_try() -> None:
    assert wilson_interval(0, 0) == (0.0, 1.0)


@given(st.integers(1, 1000), st.data())
def test_it_holds_the_share_and_is_the_mirror_of_the_others(tries: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, tries))
    low, high = wilson_interval(hits, tries)
    assert 0 <= low <= hits / tries <= high <= 1
    assert low < high
    mirrored = wilson_interval(tries - hits, tries)
    assert mirrored == pytest.approx((1 - high, 1 - low))


@pytest.mark.parametrize("tries", [1, 20, 1000])
def test_none_and_all_reach_the_ends_exactly_and_no_further(tries: int) -> None:
    assert wilson_interval(0, tries)[0] == 0.0
    assert wilson_interval(tries, tries)[1] == 1.0
