"""From a value to its place along an axis, and the ticks that let a reader go back."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

_NICE: Final = (1, 2, 5)
_MOST_STEPS: Final = 6
_FULL_LOG_DECADES: Final = 2.5
"""On a longer logarithmic axis only the powers of ten are ticks."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A labelled place on an axis."""

    at: float
    """0 to 1."""
    label: str


@dataclass(frozen=True, slots=True)
class Scale:
    """One axis' arithmetic."""

    place: Callable[[float], float]
    """From a value to its place, 0 to 1; what is outside the scale is put at its end."""
    ticks: tuple[Tick, ...]


type Labels = Callable[[float], str]


def number(value: float) -> str:
    """Write a number as a label: thousands apart, no needless zero."""
    return f"{value:,.6f}".rstrip("0").rstrip(".")


def linear(highest: float, labels: Labels = number, *, ends_on_tick: bool = True, whole: bool = False) -> Scale:
    """Return a scale from 0 to `highest`, or to the first tick that is not below it.

    Args:
        highest: the greatest value; one that is not above 0 counts as 1.
        labels: writes a tick's value.
        ends_on_tick: whether the scale is made longer, so that it ends with a tick.
        whole: whether values are counts, between which there is no tick.
    """
    highest = highest if highest > 0 else 1.0
    step = _nice_at_least(highest / _MOST_STEPS)
    if whole:
        step = max(1.0, step)
    steps = math.ceil(highest / step - 1e-9) if ends_on_tick else math.floor(highest / step + 1e-9)
    end = steps * step if ends_on_tick else highest
    ticks = tuple(Tick(index * step / end, labels(index * step)) for index in range(steps + 1))
    return Scale(lambda value: _clamp(value / end), ticks)


def logarithmic(lowest: float, highest: float, labels: Labels = number) -> Scale:
    """Return a logarithmic scale from the tick at or below `lowest` to the one at or above `highest`.

    Both are above 0. A value that is not is put at the lower end.
    """
    start, end = _nice_at_most(lowest), _nice_at_least(highest)
    if start == end:
        start, end = _nice_at_most(start * 0.99), _nice_at_least(end * 1.01)
    low, length = math.log10(start), math.log10(end / start)

    def place(value: float) -> float:
        return _clamp((math.log10(value) - low) / length) if value > 0 else 0.0

    mantissas = _NICE if length <= _FULL_LOG_DECADES else (1,)
    ticks = tuple(Tick(place(value), labels(value)) for value in _nice_between(start, end, mantissas))
    return Scale(place, ticks)


def quantiles(count: int) -> Scale:
    """Return the scale of HdrHistogram's plots: each further nine of a percentile takes the same length.

    Args:
        count: of how many values the quantiles are. A share of 1, their maximum, is put at the end.
    """
    nines = max(1.0, math.log10(max(1, count)))

    def place(share: float) -> float:
        return _clamp(-math.log10(1 - share) / nines) if share < 1 else 1.0

    percentiles = ["0", "50", "90", "99", *(f"99.{'9' * digits}" for digits in range(1, 6))]
    ticks = (Tick(place(float(percentile) / 100), percentile) for percentile in percentiles)
    return Scale(place, tuple(tick for tick in ticks if tick.at < 1 - 1e-9))


def _clamp(place: float) -> float:
    return min(1.0, max(0.0, place))


def _nice_at_most(value: float) -> float:
    return max(nice for nice in _nice_around(value) if nice <= value * (1 + 1e-9))


def _nice_at_least(value: float) -> float:
    return min(nice for nice in _nice_around(value) if nice >= value * (1 - 1e-9))


def _nice_around(value: float) -> Iterator[float]:
    exponent = math.floor(math.log10(value))
    return (mantissa * 10.0**power for power in (exponent - 1, exponent, exponent + 1) for mantissa in _NICE)


def _nice_between(start: float, end: float, mantissas: tuple[int, ...]) -> Iterator[float]:
    for power in range(math.floor(math.log10(start)), math.ceil(math.log10(end)) + 1):
        for mantissa in mantissas:
            value = mantissa * 10.0**power
            if start * (1 - 1e-9) <= value <= end * (1 + 1e-9):
                yield value
