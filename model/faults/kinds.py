"""What a kind of fault is: where it is injected, what it hits and does by default. `catalogue` has them all."""

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from model.faults.delays import Delay
from model.faults.effects import Effect


class Place(enum.StrEnum):
    """Where a fault is injected. A thing that may be hit is seen at one place."""

    REQUEST = "request"
    """A request to a deployed API, before anything is done about it."""
    SEND = "send"
    """A message that is about to be put into a queue."""
    RECEIVE = "receive"
    """A message that is about to be returned by a receive."""
    DELETE = "delete"
    """A message that is about to be deleted by its receiver."""
    INVOCATION = "invocation"
    """A message, or else an event, that is about to be handed to a function."""
    CALL = "call"
    """An operation on a table's items, before it is run."""
    WRITE = "write"
    """A change of an item in a table, when it is made."""
    PROCESS = "process"
    """The engine itself, once, when the fault is set."""
    RUN = "run"
    """The engine, by the run that uses it: no engine can do this to itself, so none can be asked for it."""


EVENTUAL_READS: Final = frozenset({"GetItem", "Query", "Scan", "BatchGetItem"})
WRITES: Final = frozenset({"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem"})
ITEM_OPERATIONS: Final = WRITES | EVENTUAL_READS | {"TransactGetItems"}
EVERY_ATTEMPT: Final = 1_000_000
"""More attempts than any thing has."""
NO_LIMIT: Final = 1_000_000
"""More hits than a fault has."""

_OPERATIONS: Final[Mapping[Place, frozenset[str] | None]] = {
    Place.REQUEST: None,
    Place.SEND: frozenset({"SendMessage"}),
    Place.RECEIVE: frozenset({"ReceiveMessage"}),
    Place.DELETE: frozenset({"DeleteMessage"}),
    Place.INVOCATION: frozenset({"Invoke"}),
    Place.CALL: ITEM_OPERATIONS,
    Place.WRITE: WRITES,
    Place.PROCESS: frozenset(),
    Place.RUN: frozenset(),
}
"""What a place sees; None: the methods and paths of an API."""
_METHOD_AND_PATH: Final = re.compile(r"[A-Z]+ /.*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of fault."""

    name: str
    """What it is called everywhere, stored files included."""
    place: Place
    what: str
    """What it does to a thing that it hits, as one sentence."""
    effect: Effect
    """What a hit may do to a sound stack."""
    rate: float = 0.1
    """Default share of things that it hits."""
    delay: Delay | None = None
    """Default delay; None: the kind delays nothing, and no delay can be given."""
    operations: frozenset[str] = frozenset()
    """What it hits by default; empty: whatever its place sees."""
    of_functions: bool = False
    """Whether it hits only what a function does."""
    of_eventual_reads: bool = False
    """Whether it hits only eventually consistent reads."""
    times: int = 1
    """Default number of attempts of each thing that it hits; where each is drawn by itself: that it may hit."""
    draws_each_attempt: bool = False
    """Whether each attempt is drawn by itself; else a thing is hit at its first attempts or never."""
    redelivers: bool = False
    """Whether it makes messages come again, once their visibility timeout is over."""
    from_flows: float = 0
    """Default share of a run's flows that have ended when it begins; 0: it begins with the run."""

    @property
    def of_the_run(self) -> bool:
        """Whether a run carries it out. Other kinds are set on the engine."""
        return self.place is Place.RUN

    @property
    def known_operations(self) -> frozenset[str] | None:
        """The operations that a scope can name; None: any method and path of an API, as it declares them."""
        return self.operations or _OPERATIONS[self.place]

    def knows(self, operation: str) -> bool:
        """Whether a scope can name this operation."""
        known = self.known_operations
        return bool(_METHOD_AND_PATH.fullmatch(operation)) if known is None else operation in known
