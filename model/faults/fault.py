"""A fault that is set: its definition as a value, and the things that may be hit. Pure."""

from dataclasses import dataclass, field

from model.faults.delays import Delay
from model.faults.draws import draw
from model.faults.identity import Identity
from model.faults.kinds import NO_LIMIT, Kind


@dataclass(frozen=True, slots=True)
class Scope:
    """Which of the things that a place sees a fault may hit. What is empty or None asks for nothing."""

    operations: frozenset[str] = frozenset()
    """As the place names them: `POST /users` (the resource's path, as the API declares it), `SendMessage`,
    `PutItem`.
    """
    resources: frozenset[str] = frozenset()
    """Names of APIs (their IDs), queues, functions or tables."""
    flows: tuple[int, int] | None = None
    """The first and the last number of a range; a thing of no flow is not in it."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault, as it was set."""

    account_id: str
    """Only what belongs to this account is hit."""
    name: str
    """The fault's own in its account; the draws depend on it."""
    kind: Kind
    seed: int
    """The draws depend on it too."""
    rate: float
    """The share of things that are hit, from 0 to 1."""
    ttl_s: float
    """It heals by itself so many seconds after it was last set."""
    times: int = 1
    """How many times each of them is hit: its first attempts, at this place. Where the kind draws each attempt by
    itself: how many of its first attempts may be.
    """
    limit: int = NO_LIMIT
    """The fault does nothing more when it has hit so many. Which they are depends on the order of things, as nothing
    else does.
    """
    scope: Scope = field(default_factory=Scope)
    delay: Delay | None = None
    """How long, where the kind has something to wait for."""


@dataclass(frozen=True, slots=True)
class Thing:
    """What came by at a place."""

    identity: Identity
    account_id: str
    operation: str = ""
    """As `Scope.operations` names it."""
    resource: str = ""
    """As `Scope.resources` names it."""
    by_function: bool = False
    """Whether a function that runs here does it."""
    is_eventual_read: bool = False
    """Whether it is a read that is eventually consistent."""

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
