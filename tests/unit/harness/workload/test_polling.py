"""How long a client waits before its next poll."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.workload.polling import ExponentialBackoff, FixedInterval, RetryAfter, delay_s


def never_drawn() -> float:
    raise AssertionError("nothing has to be drawn for this")


def test_a_fixed_interval_is_fixed() -> None:
    assert [delay_s(FixedInterval(0.2), polls, 9, never_drawn) for polls in (0, 1, 1000)] == [0.2] * 3


def test_exponential_waits_grow_up_to_a_most() -> None:
    backoff = ExponentialBackoff(first_s=0.1, factor=2, most_s=1, jitter=0)
    waits_s = [delay_s(backoff, polls, None, lambda: 0.7) for polls in (0, 1, 2, 3, 4, 10_000)]
    assert waits_s == pytest.approx([0.1, 0.2, 0.4, 0.8, 1, 1])


@given(polls=st.integers(0, 5000), drawn=st.floats(0, 1, exclude_max=True), jitter=st.floats(0, 1))
def test_jitter_takes_a_share_away_and_never_more(polls: int, drawn: float, jitter: float) -> None:
    whole_s = delay_s(ExponentialBackoff(0.1, 3, 5, 0), polls, None, lambda: 0)
    wait_s = delay_s(ExponentialBackoff(0.1, 3, 5, jitter), polls, None, lambda: drawn)
    assert whole_s * (1 - jitter) <= wait_s <= whole_s


@pytest.mark.parametrize(("said_s", "expected_s"), [(None, 2), (0, 0), (7, 7), (100, 30)])
def test_what_the_answer_says_is_kept_to_up_to_a_most(said_s: float | None, expected_s: float) -> None:
    assert delay_s(RetryAfter(otherwise_s=2, most_s=30), 5, said_s, never_drawn) == expected_s
