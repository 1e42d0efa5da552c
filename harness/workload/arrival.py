"""When flows start: a closed loop of clients, or an open loop at a rate. No clock.

An open loop does not wait for answers: what was meant to start at a time is timed from that time.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate


@dataclass(frozen=True, slots=True)
class ClosedLoop:
    """So many clients, each making one flow after the other."""

    clients: int = 10


@dataclass(frozen=True, slots=True)
class ConstantRate:
    """Flows at equal distances."""

    per_s: float
    most_in_flight: int = 1000
    """As many flows at once at most; a flow that would be one too many is not started, and counted."""


@dataclass(frozen=True, slots=True)
class PoissonRate:
    """Flows independent of each other: exponential distances, drawn from the seed."""

    per_s: float
    most_in_flight: int = 1000


@dataclass(frozen=True, slots=True)
class Ramp:
    """A rate that grows, or falls, evenly from one to another, and stays there."""

    from_per_s: float
    to_per_s: float
    over_s: float
    most_in_flight: int = 1000


@dataclass(frozen=True, slots=True)
class Bursts:
    """So many flows at the same moment, again and again."""

    size: int
    every_s: float
    most_in_flight: int = 1000


type Arrival = ClosedLoop | ConstantRate | PoissonRate | Ramp | Bursts
type OpenLoop = ConstantRate | PoissonRate | Ramp | Bursts


def schedule(arrival: OpenLoop, flows: int, seed: int) -> Iterator[float]:
    """Return when each flow is meant to start, in seconds after the first moment, never falling.

    The first flow starts at 0, but for a Poisson rate, where it comes after a drawn distance like any other.
    """
    match arrival:
        case ConstantRate(per_s):
            return (number / per_s for number in range(flows))
        case PoissonRate(per_s):
            drawn = random.Random(f"{seed}/arrival")  # noqa: S311  - repeatable is the point
            return accumulate(drawn.expovariate(per_s) for _ in range(flows))
        case Ramp():
            return (_ramp_start_s(arrival, number) for number in range(flows))
        case Bursts(size, every_s):
            return (number // size * every_s for number in range(flows))


def _ramp_start_s(ramp: Ramp, number: int) -> float:
    """Return when as many flows have started: where the integral of the rate is `number`."""
    in_ramp = (ramp.from_per_s + ramp.to_per_s) / 2 * ramp.over_s
    if number >= in_ramp:
        return ramp.over_s + (number - in_ramp) / ramp.to_per_s
    if number == 0:
        return 0.0
    # from * t + slope / 2 * t^2 = number, solved in the form that loses no digits where the slope is small.
    slope = (ramp.to_per_s - ramp.from_per_s) / ramp.over_s
    root = math.sqrt(max(0.0, ramp.from_per_s**2 + 2 * slope * number))
    return 2 * number / (ramp.from_per_s + root)
