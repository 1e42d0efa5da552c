"""The workload of a round, drawn from the soak's seed and the round's number alone. Pure.

What is drawn is bounded so that a sound stack survives it: each message fails a few times at most and is received far
more often than that, what waits waits for less than the function's time, and what stops everybody is over in seconds.
"""

import math
import random
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from harness.faults import Fault
from harness.faults.catalogue import usual_fault
from harness.soaking.kind_selection import kinds_of_round
from harness.workload import Deadlines, Workload
from harness.workload.arrival import Arrival, Bursts, ClosedLoop, ConstantRate, PoissonRate, schedule
from harness.workload.polling import ExponentialBackoff, FixedInterval, Polling, RetryAfter
from model.faults.delays import Delay, ExponentialDelay, FixedDelay, UniformDelay
from model.faults.kinds import Kind, Place

LEAST_FLOWS: Final = 30
"""A round of fewer would need faults that hit nearly everything."""
DEFAULT_FLOWS: Final = 160

_DELIVERIES: Final = 8
"""A message that fails so often, and comes again each time, is none of a flow that hangs."""
_SEED_BITS: Final = 32
_LEAST_CLIENTS: Final = 8
_MOST_CLIENTS: Final = 32
_RATES_PER_S: Final = (8.0, 20.0)
_HITS: Final = 12
"""As many hits are expected of a fault at the least: that there is none happens once in 100,000 rounds."""
_MOST_RATE: Final = 0.6
_MOST_API_RATE: Final = 0.25
"""Of what ends a request: several such faults together must leave enough creates for the others to hit."""
_CALLS_OF_A_FLOW: Final = 3
_TIMES: Final = (1, 1, 1, 2)
"""What fails takes its batch with it, so that a message fails for its neighbours too: few are enough, and few times."""
_SHORTEST_SHARE: Final = 0.2
"""Of what a kind waits if nobody says: the shortest that is drawn. The longest is all of it."""
_WINDOWED: Final = 1 / 3
"""The share of faults that have times of their own, where flows start at a rate."""
_FEW_FLOWS: Final = 60
"""Of fewer, too few may start within such a time."""
_BRIEF_KINDS: Final = frozenset({"pauses", "full-disk"})
"""What stops everybody, and so lasts seconds, whatever the round lasts."""
_BRIEF_S: Final = (1.0, 4.0)


def draw_round(
    kinds: Sequence[Kind], seed: int, number: int, redelivery_s: float, most_flows: int = DEFAULT_FLOWS
) -> Workload:
    """Return what a round does: its kinds of faults, dealt, and everything else, drawn.

    Args:
        kinds: all that there are.
        seed: the soak's.
        number: the round's, from 1.
        redelivery_s: how long a message that failed is hidden. It decides how long a flow may take, and nothing else.
        most_flows: so many flows at the most, and half as many at the least.
    """
    drawn = random.Random(f"{seed}/round/{number}")  # noqa: S311  - repeatable is the point
    by_name = {kind.name: kind for kind in kinds}
    chosen = [by_name[name] for name in kinds_of_round(list(by_name), seed, number)]
    run_seed, flows = drawn.getrandbits(_SEED_BITS), drawn.randint((most_flows + 1) // 2, most_flows)
    arrival = _arrival(drawn, flows, waits=any(kind.of_the_run for kind in chosen))
    span_s = _span_s(arrival, flows, run_seed)
    faults = [_fault(kind, drawn, flows, span_s) for kind in chosen]
    return Workload(
        run_seed,
        flows,
        arrival=arrival,
        polling=_polling(drawn, arrival),
        deadlines=Deadlines(flow_timeout_s=_DELIVERIES * redelivery_s, quiet_timeout_s=_DELIVERIES * redelivery_s),
        confirming_polls=drawn.randint(1, 3),
        faults=tuple(faults),
    )


def _arrival(drawn: random.Random, flows: int, *, waits: bool) -> Arrival:
    """Return when flows start: in a closed loop in half of all rounds, and in all in which clients have to wait.

    Args:
        drawn: the round's.
        flows: how many.
        waits: whether the engine is away for a time: flows that start meanwhile, whatever happens, show nothing.
    """
    clients = drawn.randint(_LEAST_CLIENTS, _MOST_CLIENTS)
    per_s = round(drawn.uniform(*_RATES_PER_S), 1)
    bursts = Bursts(min(clients, flows), round(clients / per_s, 1))
    arrivals: tuple[Arrival, ...] = (ClosedLoop(clients), ConstantRate(per_s), PoissonRate(per_s), bursts)
    [drawn_one] = drawn.choices(arrivals, (3, 1, 1, 1))
    return ClosedLoop(clients) if waits else drawn_one


def _span_s(arrival: Arrival, flows: int, seed: int) -> float:
    """Return how long flows start at a rate; 0 where they start all at once, or when another has ended."""
    if not isinstance(arrival, ConstantRate | PoissonRate):
        return 0
    [last_s] = deque(schedule(arrival, flows, seed), maxlen=1)
    return last_s


def _polling(drawn: random.Random, arrival: Arrival) -> Polling:
    """Return how clients poll: patiently where flows pile up while messages wait to come again."""
    patient = (ExponentialBackoff(most_s=2), RetryAfter())
    hasty = (FixedInterval(0.1), FixedInterval(0.3))
    return drawn.choice((*hasty, *patient) if isinstance(arrival, ClosedLoop) else patient)


def _fault(kind: Kind, drawn: random.Random, flows: int, span_s: float) -> Fault:
    fault = replace(usual_fault(kind), delay=_delay(kind.delay, drawn))
    if kind.name in _BRIEF_KINDS:
        return replace(fault, from_s=_round(drawn.uniform(0, span_s / 2)), for_s=_round(drawn.uniform(*_BRIEF_S)))
    if _is_of_the_engine(kind):
        return fault
    if kind.redelivers:
        fault = replace(fault, times=drawn.choice(_TIMES))
    if span_s and flows >= _FEW_FLOWS and drawn.random() < _WINDOWED:
        begins_s, lasts_s = drawn.uniform(0, span_s / 4), drawn.uniform(span_s / 2, span_s * 3 / 4)
        fault = replace(fault, from_s=_round(begins_s), for_s=_round(lasts_s))
    share = fault.for_s / span_s if fault.for_s else 1.0
    return replace(fault, rate=_rate(kind, drawn, flows * share))


def _rate(kind: Kind, drawn: random.Random, flows: float) -> float:
    """Return the share of things that are hit: enough for some hits, and not so many that nothing is left."""
    is_of_api = kind.place is Place.REQUEST
    things = flows * _CALLS_OF_A_FLOW if is_of_api else flows
    least = min(1.0, _HITS / things)
    if kind.rate == 1:
        return _up(drawn.uniform(max(0.5, least), 1))
    if kind.redelivers:
        return _up(min(1.0, least * drawn.uniform(1, 1.5)))
    return _up(drawn.uniform(least, max(least, _MOST_API_RATE if is_of_api else _MOST_RATE)))


def _delay(usual: Delay | None, drawn: random.Random) -> Delay | None:
    """Return a delay of any form, and no longer than what is usual."""
    match usual:
        case None:
            return None
        case FixedDelay(fixed_ms=most_ms) | UniformDelay(most_ms=most_ms) | ExponentialDelay(most_ms=most_ms):
            longest_ms = round(most_ms * drawn.uniform(_SHORTEST_SHARE, 1))
            if not longest_ms:
                return usual
            forms = (
                FixedDelay(longest_ms),
                UniformDelay(0, longest_ms),
                ExponentialDelay(round(longest_ms / 4), longest_ms),
            )
            return drawn.choice(forms)


def _is_of_the_engine(kind: Kind) -> bool:
    """Whether a kind hits the engine as a whole, and no share of anything."""
    return kind.place in {Place.PROCESS, Place.RUN}


def _up(rate: float) -> float:
    """Return a share as a person writes it, and not a smaller one."""
    return math.ceil(rate * 1000) / 1000


def _round(number: float) -> float:
    """Return a number as a person writes it."""
    return round(number, 2)
