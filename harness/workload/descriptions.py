"""A workload's parts in words, as a report says them. Pure."""

from harness.workload.arrival import Arrival, Bursts, ClosedLoop, ConstantRate, PoissonRate, Ramp
from harness.workload.polling import ExponentialBackoff, FixedInterval, Polling, RetryAfter


def arrival_in_words(arrival: Arrival) -> str:
    """Return when flows start."""
    match arrival:
        case ClosedLoop(clients):
            return f"a closed loop of {clients:,} clients"
        case ConstantRate(per_s):
            return f"an open loop at {per_s:g} a second"
        case PoissonRate(per_s):
            return f"an open loop at random, {per_s:g} a second"
        case Ramp(from_per_s, to_per_s, over_s):
            return f"an open loop from {from_per_s:g} to {to_per_s:g} a second over {over_s:g} s"
        case Bursts(size, every_s):
            return f"an open loop of {size:,} at once every {every_s:g} s"


def polling_in_words(polling: Polling) -> str:
    """Return how a client polls."""
    match polling:
        case FixedInterval(interval_s):
            return f"polled every {interval_s * 1000:g} ms"
        case ExponentialBackoff(first_s, factor, most_s):
            return f"polled after {first_s * 1000:g} ms, each wait {factor:g} times the last, up to {most_s:g} s"
        case RetryAfter():
            return "polled when Retry-After says"
