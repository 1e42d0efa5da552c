"""Faults of DynamoDB: what is done to an operation on items before and after it runs, and how late writes are seen.

What AWS answers: API Reference, "Common Errors" of DynamoDB, and Developer Guide, "Error handling with DynamoDB".
"""

import json
import time
from collections.abc import Iterable, Mapping
from typing import Any, Final

from localstack.aws.api import CommonServiceException, RequestContext, ServiceRequest, ServiceResponse
from localstack.aws.api.core import ServiceRequestHandler

from emulator.dynamodb.lagging import Lag
from emulator.dynamodb.values import Item
from emulator.faults.fault import Fault, Thing
from emulator.faults.flows import FLOWS
from emulator.faults.identity import TRACE_HEADER, Identity, flow_in
from emulator.faults.kinds import Place
from emulator.faults.registry import FAULTS
from emulator.faults.running import RUNNING
from emulator.faults.taken import TakenRequest, require_spared

ITEM_OPERATIONS: Final = frozenset(
    {
        "BatchGetItem",
        "BatchWriteItem",
        "DeleteItem",
        "GetItem",
        "PutItem",
        "Query",
        "Scan",
        "TransactGetItems",
        "TransactWriteItems",
        "UpdateItem",
    }
)
_LAGS: Final = frozenset({"gsi-lag", "table-lag"})


def breaking(run: ServiceRequestHandler) -> ServiceRequestHandler:
    """Return what runs an operation, with what the faults that are set do to it."""

    def run_or_break(context: RequestContext, request: ServiceRequest) -> ServiceResponse:
        if not FAULTS.at(Place.CALL) or context.operation.name not in ITEM_OPERATIONS:
            return run(context, request)
        return _run_under_faults(run, context, request)

    return run_or_break


def lag_of(operation: str, table_arn: str, item: Item) -> Lag | None:
    """Return how late a write of an item is seen; for `emulator.dynamodb.server.Server`."""
    if not FAULTS.at(Place.WRITE):
        return None
    _, _, _, _, account_id, table = table_arn.split(":", 5)
    texts = (value["S"] for value in item.values() if "S" in value)
    identity = FLOWS.identity_of(texts) or Identity.of_content(json.dumps(item, sort_keys=True, default=str))
    hits = FAULTS.hits(Place.WRITE, Thing(identity, account_id, operation, table.partition("/")[2]))
    lags_s = {kind: sum(hit.delay_ms for hit in hits if hit.kind == kind) / 1000 for kind in _LAGS}
    return Lag(index_s=lags_s["gsi-lag"], table_s=lags_s["table-lag"]) if hits else None


def is_lag(fault: Fault) -> bool:
    """Whether there is something to catch up with when a fault has ended."""
    return fault.kind.name in _LAGS


def _run_under_faults(run: ServiceRequestHandler, context: RequestContext, request: ServiceRequest) -> ServiceResponse:
    trace_header = context.request.headers.get(TRACE_HEADER)
    thing = Thing(
        _identity(request, trace_header),
        context.account_id,
        context.operation.name,
        str(request.get("TableName", "")),
        by_function=RUNNING.runs(trace_header),
    )
    if isinstance(context.request, TakenRequest):
        require_spared(Place.CALL, thing)
        return run(context, request)
    hits = FAULTS.hits(Place.CALL, thing)
    if waits_ms := sum(hit.delay_ms for hit in hits):
        time.sleep(waits_ms / 1000)  # in a thread of the request's own
    kinds = {hit.kind for hit in hits}
    if "crashes" in kinds:
        RUNNING.kill(trace_header)
        raise _internal_error()  # nobody hears of it
    if "table-throttles" in kinds:
        raise CommonServiceException(
            "ProvisionedThroughputExceededException",
            "The level of configured provisioned throughput for the table was exceeded. "
            "Consider increasing your provisioning level with the UpdateTable API.",
        )
    if "table-errors" in kinds:
        raise _internal_error()
    response = run(context, request)
    if "late-crashes" in kinds:
        RUNNING.kill(trace_header)
    if "lost-answers" in kinds:
        raise _internal_error()
    return response


def _identity(request: ServiceRequest, trace_header: str | None) -> Identity:
    flow = flow_in(trace_header)
    if flow is not None:
        return Identity.of_flow(flow)
    known = FLOWS.identity_of(_texts(request))
    return known or Identity.of_content(json.dumps(request, sort_keys=True, default=str))


def _texts(request: Mapping[str, Any]) -> Iterable[str]:
    """Yield the texts among an item's attributes, a key's, or an expression's values."""
    for member in ("Item", "Key", "ExpressionAttributeValues"):
        for value in (request.get(member) or {}).values():
            if isinstance(value, Mapping) and "S" in value:
                yield value["S"]


def _internal_error() -> CommonServiceException:
    return CommonServiceException("InternalServerError", "Internal server error", status_code=500)
