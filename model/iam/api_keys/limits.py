"""Rates with their bursts, and quotas: how much of each is left at a given time.

A bucket holds as many requests as may come at once, is full at first, and is refilled at the rate.
https://docs.aws.amazon.com/apigateway/latest/api/API_ThrottleSettings.html
https://docs.aws.amazon.com/apigateway/latest/api/API_QuotaSettings.html
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum


@dataclass(frozen=True, slots=True)
class Rate:
    """How fast calls may come."""

    per_s: float
    """Calls per second, in the long run."""
    burst: int
    """Calls at once."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """How much of a burst is left."""

    left: float
    """Number of calls."""
    at_s: float
    """The time at which it was calculated."""

    def at(self, now_s: float, rate: Rate) -> "Bucket":
        """Return the bucket as of now; a clock that is set back refills nothing."""
        filled = self.left + max(now_s - self.at_s, 0.0) * rate.per_s
        return Bucket(min(filled, float(rate.burst)), max(now_s, self.at_s))

    def less_one(self) -> "Bucket":
        """Return the bucket after a call."""
        return Bucket(self.left - 1, self.at_s)

    @property
    def has_one(self) -> bool:
        """Whether a call may come."""
        return self.left >= 1


def full(rate: Rate, now_s: float) -> Bucket:
    """Return a full bucket."""
    return Bucket(float(rate.burst), now_s)


class Period(Enum):
    """The period of a quota. All begin at midnight, UTC: a week on Monday, a month on its first day."""

    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"

    def begin(self, now: datetime) -> date:
        """Return the first day of the period that contains a time in UTC."""
        day = now.date()
        if self is Period.WEEK:
            return day - timedelta(days=day.weekday())
        return day.replace(day=1) if self is Period.MONTH else day


@dataclass(frozen=True, slots=True)
class Quota:
    """How many calls are allowed in a period."""

    limit: int
    """Number of calls."""
    offset: int
    """By how many fewer calls are allowed in the first period, in which the key is first used."""
    period: Period
    """The length of the period."""


@dataclass(frozen=True, slots=True)
class Usage:
    """How much of a quota is used."""

    begin: date
    """The first day of the period."""
    used: int
    """Number of calls."""
    is_first: bool
    """Whether this is the first period in which the key is used."""

    def at(self, now: datetime, quota: Quota) -> "Usage":
        """Return the usage as of now: none if a new period has begun."""
        begin = quota.period.begin(now)
        return self if begin <= self.begin else Usage(begin, 0, is_first=False)

    def one_more(self) -> "Usage":
        """Return the usage after a call."""
        return Usage(self.begin, self.used + 1, self.is_first)

    def has_one(self, quota: Quota) -> bool:
        """Whether a call may come."""
        return self.used < quota.limit - (quota.offset if self.is_first else 0)


def unused(quota: Quota, now: datetime) -> Usage:
    """Return a quota's usage before its first call."""
    return Usage(quota.period.begin(now), 0, is_first=True)
