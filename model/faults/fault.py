"""A fault that is set: its definition as a value, and the things that may be hit. Pure."""

from dataclasses import dataclass, field

from model.faults.delays import Delay
from model.faults.draws import draw
from model.faults.identity import Identity
from model.faults.kinds import NO_LIMIT, Kind


@dataclass(frozen=True, slots=True)
class Scope:
    """Which of the things that a place sees a fault may hit. What is empty or None asks for nothing.

    Attributes:
        operations: as the place names them: `POST /users` (the resource's path, as the API declares it),
            `SendMessage`, `PutItem`.
        resources: names of APIs (their IDs), queues, functions or tables.
        flows: the first and the last number of a range; a thing of no flow is not in it.
    """

    operations: frozenset[str] = frozenset()
    resources: frozenset[str] = frozenset()
    flows: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault, as it was set.

    Attributes:
        account_id: only what belongs to this account is hit.
        name: the fault's own in its account; the draws depend on it.
        seed: the draws depend on it too.
        rate: the share of things that are hit, from 0 to 1.
        times: how many times each of them is hit: its first attempts, at this place. Where the kind draws each attempt
            by itself: how many of its first attempts may be.
        limit: the fault does nothing more when it has hit so many. Which they are depends on the order of things, as
            nothing else does.
        ttl_s: it heals by itself so many seconds after it was last set.
        delay: how long, where the kind has something to wait for.
    """

    account_id: str
    name: str
    kind: Kind
    seed: int
    rate: float
    ttl_s: float
    times: int = 1
    limit: int = NO_LIMIT
    scope: Scope = field(default_factory=Scope)
    delay: Delay | None = None


@dataclass(frozen=True, slots=True)
class Thing:
    """What came by at a place.

    Attributes:
        operation: as `Scope.operations` names it.
        resource: as `Scope.resources` names it.
        by_function: whether a function that runs here does it.
        is_eventual_read: whether it is a read that is eventually consistent.
    """

    identity: Identity
    account_id: str
    operation: str = ""
    resource: str = ""
    by_function: bool = False
    is_eventual_read: bool = False

    @property
    def key(self) -> str:
        """What the draws depend on: the same in every run. The resource's name may be another each time."""
        return f"{self.operation} {self.identity.key}"


def concerns(fault: Fault, thing: Thing) -> bool:
    """Whether a thing is one that the fault may hit."""
    scope, flow = fault.scope, thing.identity.flow
    operations = scope.operations or fault.kind.operations
    return (
        fault.account_id == thing.account_id
        and (thing.by_function or not fault.kind.of_functions)
        and (thing.is_eventual_read or not fault.kind.of_eventual_reads)
        and (not operations or thing.operation in operations)
        and (not scope.resources or thing.resource in scope.resources)
        and (scope.flows is None or (flow is not None and scope.flows[0] <= flow <= scope.flows[1]))
    )


def chooses(fault: Fault, thing: Thing, attempt: int = 1) -> bool:
    """Whether a thing that the fault may hit is one that it hits at this attempt, if that is one of the first ones."""
    purpose = f"hit {attempt}" if fault.kind.draws_each_attempt else "hit"
    return draw(fault.seed, fault.name, thing.key, purpose) < fault.rate


def delay_ms(fault: Fault, thing: Thing, attempt: int) -> float:
    """Return how long a thing has to wait that is hit; 0 where the kind has nothing to wait for."""
    if fault.delay is None:
        return 0
    return fault.delay.drawn_ms(draw(fault.seed, fault.name, thing.key, f"delay {attempt}"))
