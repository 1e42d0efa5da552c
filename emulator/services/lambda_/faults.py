"""Faults of Lambda: what ails an invocation, by the messages that it is for."""

import json
import math
from collections.abc import Iterator
from typing import Any, Final

from localstack.aws.api.lambda_ import ThrottleReason, TooManyRequestsException

from emulator.faults.registry import FAULTS
from emulator.services.lambda_.ailments import HEALTHY, Ailments
from model.faults.fault import Thing
from model.faults.identity import Identity, identity_of_message
from model.faults.kinds import Place

INVOKE: Final = "Invoke"


def ailments_of(account_id: str, function: str, event: bytes) -> Ailments:
    """Return what ails an invocation: of all that the fault hits for any of its messages, or for its event.

    Raises:
        TooManyRequestsException: the invocation is throttled.
    """
    if not FAULTS.at(Place.INVOCATION):
        return HEALTHY
    things = [Thing(identity, account_id, INVOKE, function) for identity in _identities(event)]
    hits = [hit for thing in things for hit in FAULTS.hits(Place.INVOCATION, thing)]
    kinds = {hit.kind for hit in hits}
    longest_s = {kind: max(hit.delay_ms for hit in hits if hit.kind == kind) / 1000 for kind in kinds}
    if "function-throttles" in kinds:
        # https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html, on its errors
        raise TooManyRequestsException(
            "Rate Exceeded.", Reason=ThrottleReason.ReservedFunctionConcurrentInvocationLimitExceeded, Type="User"
        )
    return Ailments(
        starts_anew_s=longest_s.get("cold-starts"),
        fails_to_start="init-failures" in kinds,
        stands_still_s=math.inf if "timeouts" in kinds else longest_s.get("slow-handlers", 0),
        is_killed="out-of-memory" in kinds,
    )


def _identities(event: bytes) -> Iterator[Identity]:
    try:
        document: Any = json.loads(event)
    except ValueError:
        document = None
    records = document.get("Records") if isinstance(document, dict) else None
    if not (isinstance(records, list) and records and all(_is_message(record) for record in records)):
        yield Identity.of_content(event)
        return
    for record in records:
        yield identity_of_message({"Attributes": record.get("attributes"), "Body": record["body"]})


def _is_message(record: Any) -> bool:
    return isinstance(record, dict) and record.get("eventSource") == "aws:sqs" and isinstance(record.get("body"), str)
