"""Until when a create may be invisible because of faults: intervals, and what they amount to. Pure."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence

type Interval = tuple[float, float]
"""From and until, in seconds on the run's clock; infinity: nobody knows until when."""


def merged(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """Return what intervals cover together, in order; those that touch are one."""
    covered: list[Interval] = []
    for from_s, until_s in sorted(intervals):
        if covered and from_s <= covered[-1][1]:
            covered[-1] = covered[-1][0], max(covered[-1][1], until_s)
        else:
            covered.append((from_s, until_s))
    return tuple(covered)


def held_until(since_s: float, bound_s: float, shared: Sequence[Interval], own: Sequence[Interval] = ()) -> float:
    """Return the time from which on a bound counts: the later of `since_s` and the end of what held it back.

    A fault that begins before the bound is over holds back what is not visible by then: the bound counts anew from its
    end, and so on from one to the next.

    Args:
        since_s: from when it would count.
        bound_s: the bound.
        shared: intervals of which none overlaps another, in order.
        own: more of them, as they come, and few.
    """
    base_s = since_s
    while True:
        ends_s = [until_s for from_s, until_s in own if from_s < base_s + bound_s and until_s > base_s]
        # The first that is not over at the base. Intervals in order end in order too.
        index = bisect_right(shared, base_s, key=lambda interval: interval[1])
        if index < len(shared) and shared[index][0] < base_s + bound_s:
            ends_s.append(shared[index][1])
        if not ends_s:
            return base_s
        base_s = max(ends_s)


def covers(intervals: Sequence[Interval], from_s: float, until_s: float) -> bool:
    """Whether any of these intervals shares a moment with the time between two others."""
    return any(begin_s <= until_s and end_s >= from_s for begin_s, end_s in intervals)
