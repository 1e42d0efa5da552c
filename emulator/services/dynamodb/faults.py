"""Faults of DynamoDB: what is done to an operation on items before and after it runs, and how late writes are seen.

To a read that `stale-reads` hit, the server shows what was `read_ago_s` before.

What AWS answers: API Reference, "Common Errors" of DynamoDB, and Developer Guide, "Error handling with DynamoDB".
"""

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

from localstack.aws.api import CommonServiceException, RequestContext, ServiceRequest, ServiceResponse
from localstack.aws.api.core import ServiceRequestHandler

from emulator.faults.flows import FLOWS
from emulator.faults.registry import FAULTS
from emulator.faults.running import RUNNING
from emulator.faults.taken import TakenRequest, require_spared
from model.dynamodb.database import table_name
from model.dynamodb.lagging import Lag
from model.dynamodb.values import Item
from model.faults.catalogue import STALE_READS
from model.faults.fault import Fault, Thing
from model.faults.identity import TRACE_HEADER, Identity, flow_in
from model.faults.kinds import EVENTUAL_READS, Place
from model.faults.registry import Hit

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
_TABLE_NAME: Final = "TableName"
_LAGS: Final = frozenset({"gsi-lag", "table-lag"})
_AGO_S: Final = ContextVar[float]("read_ago_s", default=0)


def breaking(run: ServiceRequestHandler) -> ServiceRequestHandler:
    """Return what runs an operation, with what the faults that are set do to it."""

    def run_or_break(context: RequestContext, request: ServiceRequest) -> ServiceResponse:
        if not FAULTS.at(Place.CALL) or context.operation.name not in ITEM_OPERATIONS:
            return run(context, request)
        return _run_under_faults(run, context, request)

    return run_or_break


def lag_of(operation: str, table_arn: str, item: Item) -> Lag | None:
    """Return how late a write of an item is seen; for `server.Server`."""
    if not FAULTS.any:
        return None
    _, _, _, _, account_id, table = table_arn.split(":", 5)
    is_remembered = FAULTS.is_set(account_id, STALE_READS)
    if not FAULTS.at(Place.WRITE):
        return Lag(is_remembered=True) if is_remembered else None
    texts = (value["S"] for value in item.values() if "S" in value)
    identity = FLOWS.identity_of(texts) or Identity.of_content(json.dumps(item, sort_keys=True, default=str))
    hits = FAULTS.hits(Place.WRITE, Thing(identity, account_id, operation, table.partition("/")[2]))
    lags_s = {kind: sum(hit.delay_ms for hit in hits if hit.kind == kind) / 1000 for kind in _LAGS}
    if not hits and not is_remembered:
        return None
    return Lag(index_s=lags_s["gsi-lag"], table_s=lags_s["table-lag"], is_remembered=is_remembered)


def read_ago_s() -> float:
    """Return as of how long ago the read that is run now sees what it reads, if it need not be consistent."""
    return _AGO_S.get()


def is_lag(fault: Fault) -> bool:
    """Whether there is something to catch up with when a fault has ended."""
    return fault.kind.name in _LAGS


def ends_remembering(fault: Fault) -> bool:
    """Whether nobody asks any more, when a fault has ended, for what its account's reads saw before."""
    return fault.kind.name == STALE_READS and not FAULTS.is_set(fault.account_id, STALE_READS)


def _run_under_faults(run: ServiceRequestHandler, context: RequestContext, request: ServiceRequest) -> ServiceResponse:
    trace_header = context.request.headers.get(TRACE_HEADER)
    thing = Thing(
        _identity(request, trace_header),
        context.account_id,
        context.operation.name,
        _table(request),
        by_function=RUNNING.runs(trace_header),
        is_eventual_read=_is_eventual_read(context.operation.name, request),
    )
    if isinstance(context.request, TakenRequest):
        require_spared(Place.CALL, thing)
        return run(context, request)
    hits = FAULTS.hits(Place.CALL, thing)
    if waits_ms := sum(hit.delay_ms for hit in hits if hit.kind != STALE_READS):
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
    with _seeing_what_was(hits):
        response = run(context, request)
    if "late-crashes" in kinds:
        RUNNING.kill(trace_header)
    if "lost-answers" in kinds:
        raise _internal_error()
    return response


@contextmanager
def _seeing_what_was(hits: Iterable[Hit]) -> Iterator[None]:
    """Have reads see what was, as long ago as the replica is behind that is asked."""
    ago_ms = max((hit.delay_ms for hit in hits if hit.kind == STALE_READS), default=0)
    before = _AGO_S.set(ago_ms / 1000)
    try:
        yield
    finally:
        _AGO_S.reset(before)


def _is_eventual_read(operation: str, request: ServiceRequest) -> bool:
    """Whether an operation reads what need not be consistent; of a batch, at one table at least."""
    if operation not in EVENTUAL_READS:
        return False
    asked: Mapping[str, Any] = request
    reads = asked["RequestItems"].values() if operation == "BatchGetItem" else (asked,)
    return any(not read.get("ConsistentRead") for read in reads)


def _identity(request: ServiceRequest, trace_header: str | None) -> Identity:
    flow = flow_in(trace_header)
    if flow is not None:
        return Identity.of_flow(flow)
    return FLOWS.identity_of(_texts(request)) or Identity.of_content(_content(request))


def _table(request: Mapping[str, Any]) -> str:
    """Return the name of the table that is asked; of several, the first one's."""
    names = (member[_TABLE_NAME] for member in _members(request) if _TABLE_NAME in member)
    return table_name(str(next(names, next(iter(request.get("RequestItems") or {}), ""))))


def _members(request: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield a request and what it does to each item, if it is a batch or a transaction."""
    yield request
    for actions in request.get("TransactItems") or ():
        yield from actions.values()
    for asked in (request.get("RequestItems") or {}).values():
        if isinstance(asked, Mapping):
            yield from ({"Key": key} for key in asked.get("Keys") or ())
        else:
            yield from (change for changes in asked or () for change in changes.values())


def _texts(request: Mapping[str, Any]) -> Iterator[str]:
    """Yield the texts among each item's attributes, each key's, and each expression's values."""
    for member in _members(request):
        for values in ("Item", "Key", "ExpressionAttributeValues"):
            for value in (member.get(values) or {}).values():
                if isinstance(value, Mapping) and "S" in value:
                    yield value["S"]


def _content(request: Mapping[str, Any]) -> str:
    """Return what a request asks for, without what each run has another of: tables' names, an SDK's token."""
    return json.dumps(_unnamed(request), sort_keys=True, default=str)


def _unnamed(asked: Any) -> Any:
    if isinstance(asked, list):
        return [_unnamed(one) for one in asked]
    if not isinstance(asked, Mapping):
        return asked
    return {
        name: [_unnamed(one) for one in value.values()] if name == "RequestItems" else _unnamed(value)
        for name, value in asked.items()
        if name not in {_TABLE_NAME, "ClientRequestToken"}
    }


def _internal_error() -> CommonServiceException:
    return CommonServiceException("InternalServerError", "Internal server error", status_code=500)
