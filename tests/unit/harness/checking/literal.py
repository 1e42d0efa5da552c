"""Literal histories of the users API, in few words. Every call takes 0.1 s unless it says otherwise."""

from collections.abc import Mapping
from typing import Any

from harness.checking import Agreement, CheckResult, Contract
from harness.checking.catalogue import check_all
from harness.checking.check import Check
from harness.history import (
    FaultHistory,
    FinalState,
    Firing,
    FlowHistory,
    History,
    Message,
    QueueDepths,
    StoredItem,
)
from harness.operations import FlowEnding, Meaning, Operation, OperationKind, Outcome
from harness.shape.users import USERS_API

CREATE, STATUS, RETRIEVE = OperationKind.CREATE, OperationKind.STATUS, OperationKind.RETRIEVE
TEXT = {"type": "string"}
ERROR = {"type": "object", "required": ["message"], "properties": {"message": TEXT}, "additionalProperties": False}
CONTRACT = Contract(
    {
        "create": {
            "202": {"type": "object", "required": ["messageId"], "properties": {"messageId": TEXT}},
            "400": ERROR,
            "5xx": ERROR,
        },
        "status": {
            "200": {"type": "object", "required": ["messageId", "userId"]},
            "404": {"$ref": "#/$defs/error", "$defs": {"error": ERROR}},
            "503": None,
        },
        "retrieve": {"200": {"type": "object", "properties": {"createdAt": TEXT}}, "default": ERROR},
    }
)
AGREEMENT = Agreement(USERS_API, visible_within_s=30, contract=CONTRACT)


def payload(number: int) -> dict[str, Any]:
    return {"name": f"Ada {number}", "email": f"{number}@example.com"}


def user(number: int, **other: Any) -> dict[str, Any]:
    return {"id": f"u{number}", **payload(number), "createdAt": "2026-01-01T00:00:00.000Z"} | other


def call(
    kind: OperationKind, meaning: Meaning, at_s: float, outcome: Outcome = Outcome.OK, **members: Any
) -> Operation:
    given: dict[str, Any] = {"ended_s": at_s + 0.1} | members
    return Operation(kind, at_s, at_s, outcome=outcome, meaning=meaning, **given)


def accepted(handle: str = "m0", at_s: float = 0.0, **members: Any) -> Operation:
    body = f'{{"messageId": "{handle}"}}'
    given: dict[str, Any] = {"status": 202, "handle": handle, "body": body} | members
    return call(CREATE, Meaning.ACCEPTED, at_s, **given)


def rejected(at_s: float = 0.0, **members: Any) -> Operation:
    given: dict[str, Any] = {"status": 400, "body": '{"message": "no"}', "seen": "400"} | members
    return call(CREATE, Meaning.REJECTED, at_s, Outcome.FAIL, **given)


def unknown_create(at_s: float = 0.0) -> Operation:
    return call(CREATE, Meaning.NO_ANSWER, at_s, Outcome.INFO, seen="timed out")


def pending(at_s: float, handle: str = "m0", **members: Any) -> Operation:
    given: dict[str, Any] = {"status": 404, "target": handle, "body": '{"message": "not yet"}'} | members
    return call(STATUS, Meaning.PENDING, at_s, **given)


def visible(at_s: float, handle: str = "m0", result_id: str = "u0", **members: Any) -> Operation:
    body = f'{{"messageId": "{handle}", "userId": "{result_id}"}}'
    given: dict[str, Any] = {"status": 200, "target": handle, "result_id": result_id, "body": body} | members
    return call(STATUS, Meaning.VISIBLE, at_s, **given)


def found(at_s: float, document: Mapping[str, Any], **members: Any) -> Operation:
    given: dict[str, Any] = {"status": 200, "target": document["id"], "document": document} | members
    return call(RETRIEVE, Meaning.FOUND, at_s, **given)


def missing(at_s: float, result_id: str = "u0", **members: Any) -> Operation:
    given: dict[str, Any] = {"status": 404, "target": result_id, "body": '{"message": "none"}', "seen": "404"} | members
    return call(RETRIEVE, Meaning.MISSING, at_s, **given)


def flow(number: int, *operations: Operation, ending: FlowEnding | None = FlowEnding.COMPLETED) -> FlowHistory:
    reason = "" if ending is FlowEnding.COMPLETED else "why"
    return FlowHistory(number, payload(number), True, operations, ending, reason)


def good_flow(number: int = 0) -> FlowHistory:
    handle, result_id = f"m{number}", f"u{number}"
    return flow(
        number,
        accepted(handle),
        pending(0.2, handle),
        visible(0.4, handle, result_id),
        found(0.6, user(number)),
        visible(0.8, handle, result_id),
    )


def item(number: int, **other: Any) -> StoredItem:
    document = user(number, messageId=f"m{number}") | other
    return StoredItem(document["id"], document["messageId"], document)


def message(message_id: str) -> Message:
    return Message(message_id, "{}", 5)


def state(*stored: StoredItem, **members: Any) -> FinalState:
    given: dict[str, Any] = {
        "quiet": True,
        "waited_s": 1.0,
        "depths": QueueDepths(0, 0, 0, 0),
        "stored": stored,
        "queued": (),
        "dead_lettered": (),
        "has_dead_letter_queue": True,
        "max_receive_count": 5,
        "visibility_timeout_s": 30.0,
    } | members
    return FinalState(**given)


def history(*flows: FlowHistory, final: FinalState | None, **members: Any) -> History:
    given: dict[str, Any] = {"flows": flows, "asked": len(flows), "final": final} | members
    return History(**given)


def firing(at_s: float, flow: int | None = 0, operation: str = "PutItem", *, delay_s: float = 0) -> Firing:
    return Firing(at_s, flow, "a thing", operation, 1, delay_s)


def fault(kind: str, *firings: Firing, until_s: float | None = 100.0, **members: Any) -> FaultHistory:
    """A fault that was active from the run's start on, of which everything is known."""
    given: dict[str, Any] = {
        "name": kind,
        "definition": {"kind": kind, "name": kind, "rate": 0.1},
        "periods": ((0.0, until_s),),
        "eligible": 10 * len(firings),
        "fired": len(firings),
    } | members
    return FaultHistory(kind=kind, firings=firings, **given)


def check(checker: type[Check], held: History, agreement: Agreement = AGREEMENT) -> CheckResult:
    (result,) = check_all(held, agreement, [checker])
    return result
