"""What numbers of a workload make sense. One line names the one that does not."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from harness.callers import Auth
from harness.errors import MisuseError
from harness.faults.catalogue import kills_engine
from harness.faults.ranges import check_faults
from harness.shape.document import check_shape
from harness.workload import Workload
from harness.workload.arrival import Arrival, Bursts, ClosedLoop, ConstantRate, PoissonRate, Ramp
from harness.workload.payloads import PayloadMix
from harness.workload.polling import ExponentialBackoff, FixedInterval, Polling, RetryAfter

MOST_FLOWS: Final = 1_000_000
LONGEST_S: Final = 3600
"""Far less than `harness.timing` can record, also when something is late."""
MOST_AT_ONCE: Final = 10_000
"""Clients, or flows in flight: each may have a connection, and a machine has some 30,000 ports for them."""
LEAST_PER_S: Final = 0.001
MOST_PER_S: Final = 100_000
SHORTEST_WAIT_S: Final = 0.001
MOST_POISON: Final = 1_000
MOST_CONFIRMING_POLLS: Final = 100

type _Range = tuple[str, float, float, float]
"""Where, the value, the least, the most."""


def check_workload(workload: Workload, where: str = "workload") -> None:
    """Check every number of a workload, and its shape.

    Raises:
        MisuseError: one is out of its range.
    """
    for place, value, least, most in _ranges(workload):
        if not least <= value <= most:
            raise MisuseError(f"{where}.{place}: {least:,} to {most:,} is expected, not {value:,}")
    if _share_sum(workload.payloads) > 1:
        what = f"the shares are {_share_sum(workload.payloads):g} together; 1 at most is expected"
        raise MisuseError(f"{where}.payloads: {what}")
    check_faults(workload.faults, f"{where}.faults")
    if workload.strangers and workload.auth is Auth.NONE:
        raise MisuseError(f"{where}.strangers: an API that knows no callers has none; add --auth iam or --auth jwt")
    if workload.auth is Auth.IAM and kills_engine(workload.faults):
        what = "an engine that was killed has forgotten whose the access keys are"
        raise MisuseError(f"{where}.auth: {what}; leave out kills, or add --auth jwt")
    if workload.only_flows is not None:
        _check_only_flows(workload.only_flows, workload.flows, f"{where}.only_flows")
    check_shape(workload.shape, f"{where}.shape")


def _check_only_flows(numbers: Sequence[int], flows: int, where: str) -> None:
    if not numbers:
        raise MisuseError(f"{where}: one flow at least is expected")
    if any(later <= earlier for earlier, later in pairwise(numbers)):
        raise MisuseError(f"{where}: numbers that grow are expected")
    if numbers[0] < 0 or numbers[-1] >= flows:
        wrong = numbers[0] if numbers[0] < 0 else numbers[-1]
        raise MisuseError(f"{where}: numbers from 0 to {flows - 1:,} are expected, not {wrong:,}")


def _ranges(workload: Workload) -> Iterator[_Range]:
    yield "seed", workload.seed, 0, 2**63 - 1
    yield "flows", workload.flows, 1, MOST_FLOWS
    yield "confirming_polls", workload.confirming_polls, 0, MOST_CONFIRMING_POLLS
    yield "poison", workload.poison, 0, MOST_POISON
    yield "strangers", workload.strangers, 0, 1
    yield "warm_up_s", workload.warm_up_s, 0, LONGEST_S
    yield from _arrival_ranges(workload.arrival)
    yield from _polling_ranges(workload.polling)
    for name in ("unicode_share", "hostile_share", "limit_share", "invalid_share"):
        yield f"payloads.{name}", getattr(workload.payloads, name), 0, 1
    for name in ("call_timeout_s", "flow_timeout_s", "visible_within_s", "quiet_timeout_s"):
        yield f"deadlines.{name}", getattr(workload.deadlines, name), SHORTEST_WAIT_S, LONGEST_S


def _arrival_ranges(arrival: Arrival) -> Iterator[_Range]:
    match arrival:
        case ClosedLoop(clients):
            yield "arrival.clients", clients, 1, MOST_AT_ONCE
            return
        case ConstantRate(per_s) | PoissonRate(per_s):
            yield "arrival.per_s", per_s, LEAST_PER_S, MOST_PER_S
        case Ramp(from_per_s, to_per_s, over_s):
            yield "arrival.from_per_s", from_per_s, 0, MOST_PER_S
            yield "arrival.to_per_s", to_per_s, LEAST_PER_S, MOST_PER_S
            yield "arrival.over_s", over_s, SHORTEST_WAIT_S, LONGEST_S
        case Bursts(size, every_s):
            yield "arrival.size", size, 1, MOST_FLOWS
            yield "arrival.every_s", every_s, SHORTEST_WAIT_S, LONGEST_S
    yield "arrival.most_in_flight", arrival.most_in_flight, 1, MOST_AT_ONCE


def _polling_ranges(polling: Polling) -> Iterator[_Range]:
    match polling:
        case FixedInterval(interval_s):
            yield "polling.interval_s", interval_s, SHORTEST_WAIT_S, LONGEST_S
        case ExponentialBackoff(first_s, factor, most_s, jitter):
            yield "polling.first_s", first_s, SHORTEST_WAIT_S, LONGEST_S
            yield "polling.factor", factor, 1, 100
            yield "polling.most_s", most_s, SHORTEST_WAIT_S, LONGEST_S
            yield "polling.jitter", jitter, 0, 1
        case RetryAfter(otherwise_s, most_s):
            yield "polling.otherwise_s", otherwise_s, SHORTEST_WAIT_S, LONGEST_S
            yield "polling.most_s", most_s, SHORTEST_WAIT_S, LONGEST_S


def _share_sum(mix: PayloadMix) -> float:
    total = mix.unicode_share + mix.hostile_share + mix.limit_share + mix.invalid_share
    return round(total, 9)  # tenths do not add up exactly in binary
