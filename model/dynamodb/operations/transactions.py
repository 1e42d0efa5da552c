"""Operations TransactWriteItems and TransactGetItems: all or nothing.

A database runs one operation at a time, so no other request comes between the checks and the changes. Sources:
API reference, "TransactWriteItems", "TransactGetItems", "CancellationReason"; Developer Guide, "Amazon
DynamoDB Transactions: How it works", on idempotency.
"""

import json
from collections.abc import Callable
from datetime import timedelta
from hashlib import blake2b
from itertools import takewhile
from typing import Any

from model.dynamodb.capacity import Consumption, all_reported
from model.dynamodb.database import Database, Table
from model.dynamodb.errors import (
    ConditionalCheckFailedError,
    DynamoDbError,
    IdempotentParameterMismatchError,
    TransactionCanceledError,
    ValidationError,
)
from model.dynamodb.expressions.request import Expressions
from model.dynamodb.keys import PrimaryKey, primary_key
from model.dynamodb.operations import Request, Response
from model.dynamodb.operations.reads import projected
from model.dynamodb.operations.writes import (
    Write,
    kept_key,
    read_check,
    read_delete,
    read_put,
    read_update,
)
from model.dynamodb.values import Item, item_size_bytes

TOKEN_LIFETIME = timedelta(minutes=10)
MAX_PAYLOAD_BYTES = 4 * 1024 * 1024

_ONE_ITEM_TWICE = "Transaction request cannot include multiple operations on one item"
_TOO_LARGE = "Transaction payload size cannot exceed 4 MB"

_READERS: dict[str, Callable[[Database, Request], Write]] = {
    "Put": read_put,
    "Update": read_update,
    "Delete": read_delete,
    "ConditionCheck": read_check,
}


def transact_write_items(database: Database, request: Request) -> Response:
    """Carry out up to 100 writes, or none of them."""
    token = request.get("ClientRequestToken")
    fingerprint = _fingerprint(request)
    remembered = _remembered(database, token, fingerprint)
    if remembered is not None:
        return remembered
    writes = [_read(database, action) for action in request["TransactItems"]]
    if sum(item_size_bytes(write.key_source) for write in writes) > MAX_PAYLOAD_BYTES:
        raise ValidationError(_TOO_LARGE)
    keys = _checked_keys(writes)
    response = _apply(writes, keys, request)
    if token is not None:
        database.tokens[token] = fingerprint, database.host.utc_now(), response
    return response


def transact_get_items(database: Database, request: Request) -> Response:
    """Return up to 100 items as they were at one moment, in the order asked for, each once and 4 MB at the most.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactGetItems.html
    """
    gets = [action["Get"] for action in request["TransactItems"]]
    consumptions: dict[str, Consumption] = {}
    responses: list[dict[str, Item]] = []
    asked: set[tuple[str, PrimaryKey]] = set()
    found_bytes = 0
    for get in gets:
        table = database.table(get["TableName"])
        expressions = Expressions(get)
        projection = expressions.projection()
        expressions.finish()
        key = primary_key(table.definition.keys, kept_key(table, get["Key"]))
        if (table.name, key) in asked:
            raise ValidationError(_ONE_ITEM_TWICE)
        asked.add((table.name, key))
        item = table.store.get(key)
        item_bytes = item_size_bytes(item or {})
        found_bytes += item_bytes
        if found_bytes > MAX_PAYLOAD_BYTES:
            raise ValidationError(_TOO_LARGE)
        consumption = consumptions.setdefault(table.name, Consumption(table.definition))
        consumption.add_read(item_bytes, consistent=True, factor=2)
        found = projected(item, projection) if item else {}
        responses.append({"Item": found} if found else {})
    return {"Responses": responses} | all_reported(consumptions, request)


def _read(database: Database, action: Request) -> Write:
    if len(action) != 1:
        raise ValidationError("TransactItems can only contain one of Check, Put, Update or Delete")
    [(kind, request)] = action.items()
    return _READERS[kind](database, request)


def _checked_keys(writes: list[Write]) -> list[PrimaryKey]:
    """Return the writes' keys. The first that does not fit its table cancels the transaction, by itself."""
    keys: list[PrimaryKey] = []
    targets: set[tuple[str, PrimaryKey]] = set()
    for position, write in enumerate(writes):
        try:
            key = write.checked_key()
        except ValidationError as error:
            reasons = _no_reasons(len(writes))
            reasons[position] = _reason(error)
            raise TransactionCanceledError(reasons) from error
        keys.append(key)
        targets.add((write.table.name, key))
    if len(targets) < len(writes):
        raise ValidationError(_ONE_ITEM_TWICE)
    return keys


def _apply(writes: list[Write], keys: list[PrimaryKey], request: Request) -> Response:
    """Make all new items, then put them in their places. Raises TransactionCanceledError before the first."""
    reasons = _no_reasons(len(writes))
    changes: list[tuple[Table, PrimaryKey, Item | None]] = []
    consumptions: dict[str, Consumption] = {}
    for position, (write, key) in enumerate(zip(writes, keys, strict=True)):
        old = write.table.store.get(key)
        try:
            write.check_condition(old)
            new = write.make(old)
        except DynamoDbError as error:
            reasons[position] = _reason(error)
            continue
        changes.append((write.table, key, new))
        consumption = consumptions.setdefault(write.table.name, Consumption(write.table.definition))
        consumption.add_write(old, new, factor=2)
    if len(changes) < len(writes):
        raise TransactionCanceledError(reasons)
    for table, key, new in changes:
        table.write(key, new)
    return all_reported(consumptions, request)


def _no_reasons(count: int) -> list[dict[str, Any]]:
    return [{"Code": "None"} for _ in range(count)]


def _reason(error: DynamoDbError) -> dict[str, Any]:
    is_condition = isinstance(error, ConditionalCheckFailedError)
    code = "ConditionalCheckFailed" if is_condition else "ValidationError"
    return {"Code": code, "Message": error.message, **error.members}


def _remembered(database: Database, token: str | None, fingerprint: bytes) -> Response | None:
    """Return the response of the same transaction with the same token, if it was carried out lately.

    Raises:
        IdempotentParameterMismatchError: the token was used for another transaction.
    """
    oldest = database.host.utc_now() - TOKEN_LIFETIME
    for name in list(takewhile(lambda name: database.tokens[name][1] < oldest, database.tokens)):
        del database.tokens[name]  # the oldest come first
    if token is None or token not in database.tokens:
        return None
    used_for, _, response = database.tokens[token]
    if used_for != fingerprint:
        raise IdempotentParameterMismatchError(
            "The request uses the same client token as a previous, but non-identical request. "
            "Do not reuse a client token with different requests, unless the requests are identical"
        )
    return response


def _fingerprint(request: Request) -> bytes:
    text = json.dumps(request["TransactItems"], sort_keys=True, default=lambda data: bytes(data).hex())
    return blake2b(text.encode()).digest()
