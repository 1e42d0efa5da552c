"""Which outcomes are definite: the one table that says what a call tells about the server's state.

What an answer means is the API's shape's to say; this table begins where an answer means nothing that the shape knows.
A read changes nothing, so a read without a usable answer is always *fail*. A create is *fail* only where it
cannot have reached the queue; wherever it may have, it is *info*. When in doubt: *info*.
"""

import enum
from dataclasses import dataclass
from typing import Final

from harness.operations import Meaning, OperationKind, Outcome
from harness.transport import TransportFailure


class Oddity(enum.StrEnum):
    """Causes that are neither an answer's meaning, nor its status, nor a failure of the transport."""

    INTERRUPTED = "interrupted"
    """The client was stopped while it waited for the answer."""


type Cause = Meaning | int | TransportFailure | Oddity
"""What was seen of a call: what the answer means or, where the shape does not know it, its status."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    `cause` is a class of statuses ("4xx"), "xxx" for any other status, or the value of a `Meaning`, a
    `TransportFailure` or an `Oddity`.
    """

    kind: OperationKind
    cause: str
    outcome: Outcome
    reason: str


_CREATE, _STATUS, _RETRIEVE = OperationKind.CREATE, OperationKind.STATUS, OperationKind.RETRIEVE
_OK, _FAIL, _INFO = Outcome.OK, Outcome.FAIL, Outcome.INFO

TABLE: Final[tuple[Row, ...]] = (
    Row(_CREATE, "accepted", _OK, "the queue has the message"),
    Row(_CREATE, "rejected", _FAIL, "the API says that it did not take it"),
    Row(_CREATE, "unauthorized", _FAIL, "the gateway refused its caller before it called the queue"),
    Row(_CREATE, "2xx", _INFO, "most likely accepted, under a handle that we could not read"),
    Row(_CREATE, "4xx", _FAIL, "the gateway refused it before it called the queue, or the queue refused it"),
    Row(_CREATE, "5xx", _INFO, "the queue may have taken the message before something else went wrong"),
    Row(_CREATE, "xxx", _INFO, "not in the shape: it says nothing about the queue"),
    Row(_CREATE, "interrupted", _INFO, "the server may go on without us"),
    Row(_CREATE, "refused", _FAIL, "there was no connection to send it over"),
    Row(_CREATE, "connect timed out", _FAIL, "not a byte of it was sent"),
    Row(_CREATE, "reset before sending", _FAIL, "not a byte of it was sent"),
    Row(_CREATE, "reset after sending", _INFO, "the server may have read it before the connection was lost"),
    Row(_CREATE, "read timed out", _INFO, "the server may be at it still"),
    Row(_CREATE, "malformed", _INFO, "the server answered something, so it read something"),
    Row(_CREATE, "too large", _INFO, "the server answered something, so it read something"),
    Row(_STATUS, "visible", _OK, "done"),
    Row(_STATUS, "pending", _OK, "not visible: pending, or unknown"),
    Row(_STATUS, "failed", _OK, "ended without a result"),
    Row(_STATUS, "xxx", _FAIL, "a read changes nothing"),
    Row(_STATUS, "interrupted", _FAIL, "a read changes nothing"),
    *(Row(_STATUS, failure, _FAIL, "a read changes nothing") for failure in TransportFailure),
    Row(_RETRIEVE, "found", _OK, "found"),
    Row(_RETRIEVE, "missing", _OK, "there is no such result"),
    Row(_RETRIEVE, "xxx", _FAIL, "a read changes nothing"),
    Row(_RETRIEVE, "interrupted", _FAIL, "a read changes nothing"),
    *(Row(_RETRIEVE, failure, _FAIL, "a read changes nothing") for failure in TransportFailure),
)

_BY_KIND_AND_CAUSE: Final = {(row.kind, row.cause): row.outcome for row in TABLE}


def outcome_of(kind: OperationKind, cause: Cause) -> Outcome:
    """Return how a call of this kind ended, given what was seen of it."""
    if not isinstance(cause, int):
        return _BY_KIND_AND_CAUSE[kind, cause.value]
    status_class = _BY_KIND_AND_CAUSE.get((kind, f"{cause // 100}xx"))
    return status_class or _BY_KIND_AND_CAUSE[kind, "xxx"]
