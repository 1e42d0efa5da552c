"""One HTTP call of a flow, as it is recorded."""

import enum
from dataclasses import asdict, dataclass
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


@dataclass(frozen=True, slots=True)
class Operation:
    """One call. Times are seconds on the event loop's clock, whose zero means nothing."""

    kind: OperationKind
    scheduled_s: float
    """When the call was meant to start."""
    started_s: float
    ended_s: float
    outcome: Outcome
    status: int | None
    """The HTTP status; None when there was no answer."""
    request_id: str | None
    """The server's own ID of the request, if it gave one."""
    response_bytes: int
    seen: str
    """What was answered, or why nothing was, for a person."""

    def to_json(self) -> dict[str, Any]:
        """Return the fields as a JSON object."""
        return asdict(self)
