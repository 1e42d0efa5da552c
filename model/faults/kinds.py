"""The catalogue of faults: what each kind does, where, and what it needs to be told."""

import enum
from dataclasses import dataclass
from typing import Final

from model.faults.delays import Delay, FixedDelay, UniformDelay


class Place(enum.StrEnum):
    """Where in the engine a fault is injected. A thing that may be hit is seen at one place."""

    REQUEST = "request"
    """A request to a deployed API, before anything is done about it."""
    SEND = "send"
    """A message that is about to be put into a queue."""
    RECEIVE = "receive"
    """A message that is about to be handed to who receives it."""
    DELETE = "delete"
    """A message that is about to be deleted by who received it."""
    INVOCATION = "invocation"
    """A message, or else an event, that is about to be handed to a function."""
    CALL = "call"
    """An operation on a table's items, before it is run."""
    WRITE = "write"
    """A change of an item in a table, when it is made."""
    PROCESS = "process"
    """The engine itself, once, when the fault is set."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of fault.

    Attributes:
        name: what it is called everywhere.
        place: where it is injected.
        what: what it does to a thing that it hits, as one sentence.
        rate: the share of things that it hits, if nobody says.
        delay: how long, if nobody says; None where there is nothing to say.
        operations: what it hits, if nobody says; empty: whatever the place sees.
        of_functions: whether it hits only what a function does.
        of_eventual_reads: whether it hits only reads that are eventually consistent.
        times: how many attempts of each thing it hits, if nobody says.
        draws_each_attempt: whether each attempt is drawn by itself; else a thing is hit at its first attempts or never.
    """

    name: str
    place: Place
    what: str
    rate: float = 0.1
    delay: Delay | None = None
    operations: frozenset[str] = frozenset()
    of_functions: bool = False
    of_eventual_reads: bool = False
    times: int = 1
    draws_each_attempt: bool = False


MOST_TIMES: Final = 1_000_000
STALE_READS: Final = "stale-reads"
EVENTUAL_READS: Final = frozenset({"GetItem", "Query", "Scan", "BatchGetItem"})
WRITES: Final = frozenset({"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem"})

KINDS: Final = (
    # API Gateway
    Kind(
        "api-latency", Place.REQUEST, "The request waits before anything is done about it.", 0.5, UniformDelay(0, 500)
    ),
    Kind("api-429", Place.REQUEST, "The request is answered 429, Too Many Requests, and not carried out."),
    Kind("api-500", Place.REQUEST, "The request is answered 500, Internal server error, and not carried out."),
    Kind("api-504", Place.REQUEST, "The request is answered 504, Endpoint request timed out, and not carried out."),
    Kind("api-reset-before", Place.REQUEST, "The connection is reset, and the request not carried out."),
    Kind("api-reset-after", Place.REQUEST, "The request is carried out, and the connection reset before its answer."),
    # SQS
    Kind("duplicates", Place.RECEIVE, "The message is delivered once more, after a delay.", 0.2, UniformDelay(0, 500)),
    Kind(
        "delays",
        Place.SEND,
        "The message becomes visible so much later, and others overtake it.",
        0.2,
        UniformDelay(0, 2000),
    ),
    Kind("lost-deletes", Place.DELETE, "The delete is answered as done, and is not: the message comes again."),
    Kind("receive-throttles", Place.RECEIVE, "The receive that would return the message is throttled."),
    Kind("send-throttles", Place.SEND, "The send is throttled, and nothing is put into the queue."),
    # Lambda
    Kind(
        "cold-starts", Place.INVOCATION, "The environment starts anew, and takes so much longer.", 0.2, FixedDelay(500)
    ),
    Kind("crashes", Place.CALL, "The function dies right before a write.", 0.05, None, WRITES, of_functions=True),
    Kind("late-crashes", Place.CALL, "The function dies right after a write.", 0.05, None, WRITES, of_functions=True),
    Kind("timeouts", Place.INVOCATION, "The function stands still until its time is over.", 0.02),
    Kind("init-failures", Place.INVOCATION, "The environment starts anew, and fails to initialize.", 0.05),
    Kind("function-throttles", Place.INVOCATION, "The invocation is throttled, and the function not run.", 0.05),
    Kind("slow-handlers", Place.INVOCATION, "The function takes so much longer.", 0.2, UniformDelay(0, 500)),
    Kind("out-of-memory", Place.INVOCATION, "The function begins, and is killed for want of memory.", 0.02),
    # DynamoDB
    Kind("gsi-lag", Place.WRITE, "Global secondary indexes see the write so much later.", 1.0, UniformDelay(0, 2000)),
    Kind(
        "table-lag",
        Place.WRITE,
        "Reads that are not consistent see the write so much later.",
        1.0,
        UniformDelay(0, 500),
    ),
    Kind(
        STALE_READS,
        Place.CALL,
        "A replica answers that is so far behind: the read, if it need not be consistent, sees what was.",
        0.2,
        UniformDelay(0, 2000),
        EVENTUAL_READS,
        of_eventual_reads=True,
        times=MOST_TIMES,  # a thing's first reads are mostly before there is anything to see
        draws_each_attempt=True,
    ),
    Kind("table-throttles", Place.CALL, "The call is refused: ProvisionedThroughputExceededException."),
    Kind("table-errors", Place.CALL, "The call is answered with InternalServerError, and nothing is done."),
    Kind("lost-answers", Place.CALL, "The write is done, and answered with InternalServerError.", operations=WRITES),
    Kind("slow-tables", Place.CALL, "The call takes so much longer.", 0.2, UniformDelay(0, 500)),
    # The engine
    Kind("pauses", Place.PROCESS, "The whole engine stands still so long.", 1.0, FixedDelay(1000)),
    Kind("full-disk", Place.PROCESS, "No file of the engine or of its functions can grow, until it heals.", 1.0),
)

BY_NAME: Final = {kind.name: kind for kind in KINDS}
