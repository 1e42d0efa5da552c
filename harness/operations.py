"""One HTTP call of a flow, as it is recorded, and how a flow ends."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class OperationKind(enum.StrEnum):
    """What a call is for."""

    CREATE = "create"
    STATUS = "status"
    RETRIEVE = "retrieve"


class Outcome(enum.StrEnum):
    """How a call ended, in Jepsen's words."""

    OK = "ok"
    """It was answered, and the answer can be relied on."""
    FAIL = "fail"
    """It was definitely not applied."""
    INFO = "info"
    """Nobody knows whether it was applied."""


class Meaning(enum.StrEnum):
    """What an answer says, by the API's shape."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNAUTHORIZED = "unauthorized"
    """Whoever calls may not."""
    VISIBLE = "visible"
    """A status says done."""
    PENDING = "pending"
    FAILED = "failed"
    """A status says that the work ended without a result."""
    FOUND = "found"
    MISSING = "missing"
    UNEXPECTED = "unexpected"
    """An answer that the shape does not have here."""
    NO_ANSWER = "no answer"


class FlowEnding(enum.StrEnum):
    """How a flow ended, as evidence."""

    COMPLETED = "completed"
    """The result came back exactly as it was sent; or a create that had to be rejected was."""
    FAILED = "failed"
    """The stack answered, and what it answered, or did not do in time, is wrong."""
    UNREACHABLE = "unreachable"
    """There was no answer: it says nothing about the stack."""
    INTERRUPTED = "interrupted"
    """The run was stopped before the flow could end."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One call. Times are seconds on the run's clock, whose zero is the run's start."""

    kind: OperationKind
    scheduled_s: float
    """When the call was meant to start."""
    started_s: float
    ended_s: float
    """For a call whose end was never recorded: when it was started."""
    outcome: Outcome
    meaning: Meaning
    status: int | None = None
    """The HTTP status; None when there was no answer."""
    request_id: str | None = None
    """The server's own ID of the request, if it gave one."""
    response_bytes: int = 0
    target: str | None = None
    """What was asked for: the handle of a status, the identity of a retrieve."""
    handle: str | None = None
    """From an accepted create."""
    result_id: str | None = None
    """From a status that says done."""
    document: Mapping[str, Any] | None = None
    """From a retrieve that is found: the JSON body."""
    body: str | None = None
    """The answer's body as text, where it is at most `BODY_KEPT_BYTES` long; `document` has longer ones."""
    seen: str = ""
    """What was answered, or why nothing was, for a person."""


BODY_KEPT_BYTES = 4096
