"""How sure an estimate from one run is, though what happens in a run hangs together. Pure, and repeatable.

Calls that follow each other share the machine's mood: 10,000 of them are not 10,000 independent samples, and a test
that takes them for such finds a difference between any two runs. So whole stretches of time are drawn, not calls: the
circular block bootstrap (D. N. Politis and J. P. Romano, "A circular block-resampling procedure for stationary data",
1992). A stretch is a fifth of the run, long against whatever hangs together within it; that few stretches say little
of their own spread is paid for by Student's t with their degrees of freedom instead of a normal quantile (the "fixed-b"
argument: N. M. Kiefer and T. J. Vogelsang, Econometric Theory 21, 2005). Values are compared by their logarithms,
so that what is estimated is a ratio.
"""

import math
import random
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_STRETCHES: Final = 5
_RESAMPLES: Final = 400
_SEED: Final = 20_261_123

DEGREES_OF_FREEDOM: Final = 2 * (_STRETCHES - 1)
"""Of the difference of two runs. It is even, which `confidence` relies on."""

T_OF_INTERVAL: Final = 2.306
"""Student's t for a two-sided 95 % interval with 8 degrees of freedom."""

T_OF_POWER: Final = 0.889
"""Student's t that 80 % lie below, with 8 degrees of freedom."""

_LEAST_ERROR: Final = 0.005
"""No error of a logarithm is less: a histogram's buckets are a thousandth wide, and no two runs are that equal."""

type Weights = Sequence[int]
"""How often each window of a run was drawn."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value of one run, and the standard error of its logarithm."""

    value: float
    error: float


def estimate(windows: int, value_of: Callable[[Weights], float]) -> Estimate | None:
    """Return what a run says of a value.

    Args:
        windows: how many windows of time the run has.
        value_of: from how often each window counts to the value; 0 or less where there is none.

    Returns:
        None where the run does not say enough: there is no value, or not in most of what is drawn from it.
    """
    value = value_of([1] * windows)
    if value <= 0:
        return None
    drawn = [value_of(weights) for weights in _resamples(windows)]
    logarithms = [math.log(value) for value in drawn if value > 0]
    if len(logarithms) < _RESAMPLES / 2:
        return None
    few_stretches = math.sqrt(_STRETCHES / (_STRETCHES - 1))
    return Estimate(value, max(_LEAST_ERROR, few_stretches * statistics.stdev(logarithms)))


@lru_cache(maxsize=2)  # every figure of two runs is estimated from the same two
def _resamples(windows: int) -> Sequence[Weights]:
    """Return how often each window counts in each resample: always the same, so that an estimate is repeatable."""
    generator = random.Random(_SEED)  # noqa: S311 - a statistic, not a secret
    return [_draw(windows, generator) for _ in range(_RESAMPLES)]


def _draw(windows: int, generator: random.Random) -> Weights:
    """Draw stretches of windows, with replacement, as many as make a run; the run's end is followed by its start."""
    length = math.ceil(windows / _STRETCHES)
    weights = [0] * windows
    for _ in range(_STRETCHES):
        start = generator.randrange(windows)
        for index in range(start, start + length):
            weights[index % windows] += 1
    return weights


def confidence(t: float) -> float:
    """Return the probability that Student's t with `DEGREES_OF_FREEDOM` lies between -t and t.

    The sum is that for even degrees of freedom: M. Abramowitz and I. Stegun, Handbook of Mathematical Functions,
    26.7.4.
    """
    angle = math.atan(abs(t) / math.sqrt(DEGREES_OF_FREEDOM))
    term, total = 1.0, 1.0
    for power in range(2, DEGREES_OF_FREEDOM, 2):
        term *= (power - 1) / power * math.cos(angle) ** 2
        total += term
    return math.sin(angle) * total


class WindowedQuantile:
    """A quantile of durations that are kept window by window, for any weights of the windows.

    Args:
        windows: the counts of each window, by duration.
        share: 0.5 for the median.
    """

    def __init__(self, windows: Sequence[Mapping[int, int]], share: float) -> None:
        self._share = share
        self._values = sorted(set().union(*windows))
        self._up_to = self._cumulate(windows)

    def _cumulate(self, windows: Sequence[Mapping[int, int]]) -> list[list[int]]:
        """Return, for each value, how many durations up to it there are in each window."""
        changes: dict[int, list[tuple[int, int]]] = {value: [] for value in self._values}
        for index, window in enumerate(windows):
            for value, count in window.items():
                changes[value].append((index, count))
        so_far = [0] * len(windows)
        rows = []
        for value in self._values:
            so_far = so_far.copy()
            for index, count in changes[value]:
                so_far[index] += count
            rows.append(so_far)
        return rows

    def __call__(self, weights: Weights) -> float:
        """Return the quantile by nearest rank; 0 where there are no durations. Zero is told as a half."""
        if not self._values:
            return 0
        rank = self._share * _dot(weights, self._up_to[-1])
        if not rank:
            return 0
        low, high = 0, len(self._values) - 1
        while low < high:
            middle = (low + high) // 2
            if _dot(weights, self._up_to[middle]) >= rank:
                high = middle
            else:
                low = middle + 1
        return self._values[low] or 0.5


class WindowedRate:
    """How many a second, for any weights of the windows.

    Args:
        counts: how many there were in each window.
        length_s: how long each window is.
    """

    def __init__(self, counts: Sequence[int], length_s: float) -> None:
        self._counts = counts
        self._length_s = length_s

    def __call__(self, weights: Weights) -> float:
        """Return the rate."""
        return _dot(weights, self._counts) / (sum(weights) * self._length_s)


def _dot(weights: Weights, counts: Sequence[int]) -> int:
    return int(math.sumprod(weights, counts))
