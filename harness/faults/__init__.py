"""What is to be broken in a run, as values: part of its workload. No I/O.

`model.faults` says what there is to break, for the engine and for the harness. This package says what is broken in a
run, when and for how long, and `harness.history.FaultHistory` is what became of it. `catalogue` looks kinds up;
`notation` is how a person writes a fault, `document` is one in JSON, `ranges` says which make sense; `control` sets
them on an engine and `schedule` does so at their times. `killing` carries out the one kind that no engine can do to
itself.
"""

from dataclasses import dataclass

from model.faults.delays import Delay, ExponentialDelay, FixedDelay, UniformDelay
from model.faults.kinds import NO_LIMIT

__all__ = ["ExponentialDelay", "Fault", "FixedDelay", "FlowRange", "UniformDelay"]


@dataclass(frozen=True, slots=True)
class FlowRange:
    """Flows from one number to another, both included."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a workload, with everything that decides what it does: nothing is left to an engine's defaults."""

    kind: str
    """As `model.faults.catalogue` names it."""
    name: str
    """Its own in the workload; what it hits depends on it and on the workload's seed."""
    rate: float
    """The share of things that it hits, from 0 to 1. Which they are depends on no clock and on no order."""
    times: int = 1
    """How many attempts of each of them it hits: the first ones."""
    limit: int = NO_LIMIT
    """It hits no more than so many in all."""
    operations: frozenset[str] = frozenset()
    """What it may hit, as `POST /users` or `PutItem`; empty: whatever the kind is about."""
    resources: frozenset[str] = frozenset()
    """Names of queues, functions or tables; empty: all."""
    flows: FlowRange | None = None
    """None: all."""
    delay: Delay | None = None
    """None: the kind has nothing to wait for."""
    from_s: float = 0
    """When it begins, on the run's clock. With this, or `for_s`, what is hit depends on time."""
    for_s: float | None = None
    """How long it lasts; None: to the end of the flows."""
    from_flows: float = 0
    """In place of `from_s`: it begins when this share of the flows has ended. Of what a run carries out alone."""
    every_s: float | None = None
    """It comes again so long after it was over; None: it comes once. Of what a run carries out alone."""
