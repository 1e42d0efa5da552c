"""How a client polls: how long it waits between an answer and its next poll. No clock."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FixedInterval:
    """Always the same wait."""

    interval_s: float = 0.05


@dataclass(frozen=True, slots=True)
class ExponentialBackoff:
    """Waits that grow by a factor up to a most, each shortened by a drawn share of itself."""

    first_s: float = 0.05
    factor: float = 2
    most_s: float = 5
    jitter: float = 0.5
    """0: none; 1: anything between nothing and the whole wait."""


@dataclass(frozen=True, slots=True)
class RetryAfter:
    """What the answer's `Retry-After` says, or `otherwise_s` where it says nothing."""

    otherwise_s: float = 1
    most_s: float = 30


type Polling = FixedInterval | ExponentialBackoff | RetryAfter


def delay_s(polling: Polling, polls: int, retry_after_s: float | None, draw: Callable[[], float]) -> float:
    """Return how long to wait before the next poll.

    Args:
        polling: how to poll.
        polls: how many waits there were before this one.
        retry_after_s: what the answer's `Retry-After` says; None: nothing.
        draw: gives a number from the flow's own random source, from 0 to less than 1.
    """
    match polling:
        case FixedInterval(interval_s):
            return interval_s
        case ExponentialBackoff(first_s, factor, most_s, jitter):
            try:
                whole_s = min(first_s * factor**polls, most_s)
            except OverflowError:  # more than a float holds, after some hundred polls
                whole_s = most_s
            return whole_s * (1 - jitter * draw())
        case RetryAfter(otherwise_s, most_s):
            return min(otherwise_s if retry_after_s is None else retry_after_s, most_s)
