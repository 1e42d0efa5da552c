"""What is to be broken in a run, as values: part of its workload. No I/O.

The engine breaks things (its faults are named after the same kinds); this package says which, when and for how long,
and `harness.history.FaultHistory` is what became of it. `catalogue` knows the kinds, and what they do by default;
`notation` is how a person writes a fault, `document` is one in JSON, `ranges` says which make sense; `control` sets
them on an engine and `schedule` does so at their times. `killing` carries out the one kind that no engine can do to
itself.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FixedDelay:
    """Always the same."""

    fixed_ms: float


@dataclass(frozen=True, slots=True)
class UniformDelay:
    """Anything between two bounds, each as likely."""

    least_ms: float
    most_ms: float


@dataclass(frozen=True, slots=True)
class ExponentialDelay:
    """Mostly short and at times long, by its mean, and never longer than its bound."""

    mean_ms: float
    most_ms: float


type FaultDelay = FixedDelay | UniformDelay | ExponentialDelay


@dataclass(frozen=True, slots=True)
class FlowRange:
    """Flows from one number to another, both included."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a workload, with everything that decides what it does: nothing is left to an engine's defaults."""

    kind: str
    """As `catalogue` names it."""
    name: str
    """Its own in the workload; what it hits depends on it and on the workload's seed."""
    rate: float
    """The share of things that it hits, from 0 to 1. Which they are depends on no clock and on no order."""
    times: int = 1
    """How many attempts of each of them it hits: the first ones."""
    limit: int = 1_000_000
    """It hits no more than so many in all."""
    operations: frozenset[str] = frozenset()
    """What it may hit, as `POST /users` or `PutItem`; empty: whatever the kind is about."""
    resources: frozenset[str] = frozenset()
    """Names of queues, functions or tables; empty: all."""
    flows: FlowRange | None = None
    """None: all."""
    delay: FaultDelay | None = None
    """None: the kind has nothing to wait for."""
    from_s: float = 0
    """When it begins, on the run's clock. With this, or `for_s`, what is hit depends on time."""
    for_s: float | None = None
    """How long it lasts; None: to the end of the flows."""
    from_flows: float = 0
    """In place of `from_s`: it begins when this share of the flows has ended. Of what a run carries out alone."""
    every_s: float | None = None
    """It comes again so long after it was over; None: it comes once. Of what a run carries out alone."""
