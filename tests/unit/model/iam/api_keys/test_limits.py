"""A bucket lets a burst through and then its rate, a quota so many calls of a period, whatever the order of events.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
https://docs.aws.amazon.com/apigateway/latest/api/API_QuotaSettings.html
"""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.iam.api_keys.limits import Period, Quota, Rate, full, unused

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


def let_through(rate: Rate, times_s: list[float]) -> list[float]:
    """When calls at these times get through."""
    bucket, through = full(rate, times_s[0]), []
    for now_s in times_s:
        bucket = bucket.at(now_s, rate)
        if bucket.has_one:
            bucket = bucket.less_one()
            through.append(now_s)
    return through


def test_a_burst_comes_through_at_once_and_then_what_the_rate_fills() -> None:
    rate = Rate(per_s=2, burst=3)
    assert let_through(rate, [0, 0, 0, 0]) == [0, 0, 0]
    assert let_through(rate, [0, 0, 0, 0, 0.4, 0.5, 0.6, 1.0]) == [0, 0, 0, 0.5, 1.0]
    assert let_through(rate, [0, 0, 0, 100, 100, 100, 100]) == [0, 0, 0, 100, 100, 100], "no more than a burst is kept"


def test_a_rate_of_nothing_lets_its_burst_through_once_and_a_burst_of_nothing_lets_none() -> None:
    assert let_through(Rate(0, 1), [0, 10, 1e9]) == [0]
    assert let_through(Rate(5, 0), [0, 10]) == []


def test_a_clock_that_goes_back_fills_nothing() -> None:
    assert let_through(Rate(1, 1), [100, 50, 60, 100.5, 101]) == [100, 101]


@given(
    st.floats(0.1, 50),
    st.integers(1, 20),
    st.lists(st.floats(0, 100, allow_nan=False), min_size=1, max_size=60).map(sorted),
)
def test_no_time_sees_more_than_a_burst_and_what_was_filled_in_it(
    per_s: float, burst: int, times_s: list[float]
) -> None:
    through = let_through(Rate(per_s, burst), times_s)
    for begin, first in enumerate(through):
        for end, last in enumerate(through[begin:], begin):
            assert end - begin + 1 <= burst + (last - first) * per_s + 1e-6
    assert len(through) >= min(burst, len(times_s)), "a burst is never refused"


@pytest.mark.parametrize(
    ("period", "begin"),
    [(Period.DAY, date(2026, 11, 28)), (Period.WEEK, date(2026, 11, 23)), (Period.MONTH, date(2026, 11, 1))],
)
def test_periods_begin_at_midnight_on_mondays_and_on_first_days(period: Period, begin: date) -> None:
    assert period.begin(NOON) == begin


def test_a_quota_is_used_up_and_the_next_period_has_it_again() -> None:
    quota = Quota(limit=2, offset=0, period=Period.DAY)
    usage = unused(quota, NOON)
    for _ in range(2):
        assert usage.has_one(quota)
        usage = usage.one_more()
    late, midnight = datetime(2026, 11, 28, 23, 59, 59, tzinfo=UTC), datetime(2026, 11, 29, tzinfo=UTC)
    assert not usage.at(late, quota).has_one(quota)
    assert usage.at(midnight, quota).has_one(quota)
    used_up = usage.at(midnight, quota).one_more().one_more()
    assert not used_up.at(late, quota).has_one(quota), "a clock that goes back gives nothing back"


def test_an_offset_is_of_the_first_period_alone() -> None:
    quota = Quota(limit=2, offset=1, period=Period.DAY)
    usage = unused(quota, NOON).one_more()
    assert not usage.has_one(quota)
    assert usage.at(datetime(2026, 11, 29, tzinfo=UTC), quota).one_more().has_one(quota)
