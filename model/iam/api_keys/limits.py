"""A rate with its burst, and a quota: what is left of each, at a given time. Pure.

A bucket holds as many requests as may come at once, is full in the beginning, and is filled at the rate.
https://docs.aws.amazon.com/apigateway/latest/api/API_ThrottleSettings.html
https://docs.aws.amazon.com/apigateway/latest/api/API_QuotaSettings.html
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum


@dataclass(frozen=True, slots=True)
class Rate:
    """How fast calls may come.

    Attributes:
        per_s: how many in a second, in the long run.
        burst: how many at once.
    """

    per_s: float
    burst: int


@dataclass(frozen=True, slots=True)
class Bucket:
    """What is left of a burst.

    Attributes:
        left: how many calls.
        at_s: when that was.
    """

    left: float
    at_s: float

    def at(self, now_s: float, rate: Rate) -> "Bucket":
        """Return what is left by now; a clock that goes back fills nothing."""
        filled = self.left + max(now_s - self.at_s, 0.0) * rate.per_s
        return Bucket(min(filled, float(rate.burst)), max(now_s, self.at_s))

    def less_one(self) -> "Bucket":
        """Return it after a call."""
        return Bucket(self.left - 1, self.at_s)

    @property
    def has_one(self) -> bool:
        """Whether a call may come."""
        return self.left >= 1


def full(rate: Rate, now_s: float) -> Bucket:
    """Return a bucket that nobody has taken from."""
    return Bucket(float(rate.burst), now_s)


class Period(Enum):
    """How long a quota is for. All begin at midnight, UTC: a week on its Monday, a month on its first day."""

    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"

    def begin(self, now: datetime) -> date:
        """Return the first day of the period that a time in UTC is in."""
        day = now.date()
        if self is Period.WEEK:
            return day - timedelta(days=day.weekday())
        return day.replace(day=1) if self is Period.MONTH else day


@dataclass(frozen=True, slots=True)
class Quota:
    """How many calls a period has.

    Attributes:
        limit: so many.
        offset: by how many fewer the first period has, that in which the key is first used.
        period: how long it is.
    """

    limit: int
    offset: int
    period: Period


@dataclass(frozen=True, slots=True)
class Usage:
    """What was used of a quota.

    Attributes:
        begin: the first day of the period that it was used in.
        used: how many calls.
        is_first: whether this is the first period at all.
    """

    begin: date
    used: int
    is_first: bool

    def at(self, now: datetime, quota: Quota) -> "Usage":
        """Return what was used by now: nothing yet in a period that has just begun."""
        begin = quota.period.begin(now)
        return self if begin <= self.begin else Usage(begin, 0, is_first=False)

    def one_more(self) -> "Usage":
        """Return it after a call."""
        return Usage(self.begin, self.used + 1, self.is_first)

    def has_one(self, quota: Quota) -> bool:
        """Whether a call may come."""
        return self.used < quota.limit - (quota.offset if self.is_first else 0)


def unused(quota: Quota, now: datetime) -> Usage:
    """Return a quota's usage before its first call."""
    return Usage(quota.period.begin(now), 0, is_first=True)
