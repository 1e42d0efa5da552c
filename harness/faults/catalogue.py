"""The kinds of faults that a run can ask for, and what they do if nobody says: the engine has the same. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from harness.errors import MisuseError
from harness.faults import Fault, FaultDelay, FixedDelay, UniformDelay

EVERY_ATTEMPT: Final = 1_000_000
"""More attempts than any thing has."""


@dataclass(frozen=True, slots=True)
class FaultKind:
    """One kind of fault."""

    name: str
    rate: float = 0.1
    delay: FaultDelay | None = None
    """None: there is nothing to wait for, and no delay can be given."""
    operations: frozenset[str] | None = frozenset()
    """Those that it can be narrowed to; None: a method and a path of the API, as it declares them."""
    redelivers: bool = False
    """Whether messages come again for it once their visibility timeout is over."""
    times: int = 1
    """How many attempts of each thing it hits; of one whose attempts are drawn each by itself: how many may be hit."""
    of_the_run: bool = False
    """Whether a run carries it out, since no engine can do it to itself. Other kinds are set on the engine."""
    from_flows: float = 0
    """When it begins: see `Fault`."""

    def fault(self, name: str | None = None) -> Fault:
        """Return a fault of this kind that does what the kind does if nobody says."""
        return Fault(self.name, name or self.name, self.rate, self.times, delay=self.delay, from_flows=self.from_flows)


_WRITES: Final = frozenset({"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem"})
_EVENTUAL_READS: Final = frozenset({"GetItem", "Query", "Scan", "BatchGetItem"})
_CALLS: Final = _WRITES | _EVENTUAL_READS | {"TransactGetItems"}
_SEND: Final = frozenset({"SendMessage"})
_RECEIVE: Final = frozenset({"ReceiveMessage"})
_DELETE: Final = frozenset({"DeleteMessage"})
_INVOKE: Final = frozenset({"Invoke"})
_A_THIRD: Final = 0.33
"""Of the flows, so that some have ended, some are in the middle, and most begin when the engine is there again, however
many there are and however fast. A time would be too late for a short run, and too early for a slow one."""

KILLS: Final = "kills"

KINDS: Final = (
    # API Gateway
    FaultKind("api-latency", 0.5, UniformDelay(0, 500), operations=None),
    FaultKind("api-429", operations=None),
    FaultKind("api-500", operations=None),
    FaultKind("api-504", operations=None),
    FaultKind("api-reset-before", operations=None),
    FaultKind("api-reset-after", operations=None),
    # SQS
    FaultKind("duplicates", 0.2, UniformDelay(0, 500), _RECEIVE),
    FaultKind("delays", 0.2, UniformDelay(0, 2000), _SEND),
    FaultKind("lost-deletes", operations=_DELETE, redelivers=True),
    FaultKind("receive-throttles", operations=_RECEIVE, redelivers=True),
    FaultKind("send-throttles", operations=_SEND),
    # Lambda
    FaultKind("cold-starts", 0.2, FixedDelay(500), _INVOKE),
    FaultKind("crashes", 0.05, None, _WRITES, redelivers=True),
    FaultKind("late-crashes", 0.05, None, _WRITES, redelivers=True),
    FaultKind("timeouts", 0.02, None, _INVOKE, redelivers=True),
    FaultKind("init-failures", 0.05, None, _INVOKE, redelivers=True),
    FaultKind("function-throttles", 0.05, None, _INVOKE, redelivers=True),
    FaultKind("slow-handlers", 0.2, UniformDelay(0, 500), _INVOKE, redelivers=True),
    FaultKind("out-of-memory", 0.02, None, _INVOKE, redelivers=True),
    # DynamoDB
    FaultKind("gsi-lag", 1.0, UniformDelay(0, 2000), _WRITES),
    FaultKind("table-lag", 1.0, UniformDelay(0, 500), _WRITES),
    FaultKind("stale-reads", 0.2, UniformDelay(0, 2000), _EVENTUAL_READS, times=EVERY_ATTEMPT),
    FaultKind("table-throttles", operations=_CALLS, redelivers=True),
    FaultKind("table-errors", operations=_CALLS, redelivers=True),
    FaultKind("lost-answers", operations=_WRITES, redelivers=True),
    FaultKind("slow-tables", 0.2, UniformDelay(0, 500), _CALLS, redelivers=True),
    # The engine
    FaultKind("pauses", 1.0, FixedDelay(1000)),
    FaultKind("full-disk", 1.0),
    FaultKind(KILLS, 1.0, FixedDelay(0), of_the_run=True, from_flows=_A_THIRD),
)

_BY_NAME: Final = {kind.name: kind for kind in KINDS}


def kind_named(name: str, where: str = "fault") -> FaultKind:
    """Return the kind of this name.

    Raises:
        MisuseError: there is none; the text says which is the nearest.
    """
    if kind := _BY_NAME.get(name):
        return kind
    nearest = get_close_matches(name, _BY_NAME, n=1)
    next_step = f"did you mean {nearest[0]}?" if nearest else f"there are {', '.join(_BY_NAME)}"
    raise MisuseError(f"{where}: no kind of fault is called {name!a}; {next_step}")


def kills_engine(faults: Iterable[Fault]) -> bool:
    """Whether any of these faults ends the engine, with everything in it."""
    return any(fault.kind == KILLS for fault in faults)


def check_settable(fault: Fault) -> None:
    """Check that a fault can be set on an engine, by a person or a test, without a run.

    Raises:
        MisuseError: only a run carries it out, or it says what only a run can know.
    """
    if kind_named(fault.kind).of_the_run:
        what = f"{fault.kind}: a run kills its engine and starts it again; no engine does that to itself"
        raise MisuseError(f"{what}: use `harness run --faults {fault.kind}`")
    if fault.from_s or fault.for_s is not None:
        raise MisuseError("from= and for= are a run's; here a fault begins at once, and lasts as --ttl or ttl_s says")


def redelivers(faults: Iterable[Fault]) -> bool:
    """Whether any of these faults makes messages come again, which takes a visibility timeout each time."""
    return any(kind_named(fault.kind).redelivers for fault in faults)
