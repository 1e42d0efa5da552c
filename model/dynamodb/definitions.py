"""What CreateTable and UpdateTable may declare, and the definition that comes of it.

Sources: API reference, "CreateTable", "UpdateTable", "GlobalSecondaryIndex", "LocalSecondaryIndex"; Developer
Guide, "Quotas in Amazon DynamoDB", section "Secondary indexes".
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from model.dynamodb.errors import LimitExceededError, ResourceNotFoundError, ValidationError
from model.dynamodb.schema import Index, KeyAttribute, KeySchema, TableDefinition

MAX_LOCAL_INDEXES = 5
MAX_GLOBAL_INDEXES = 20
MAX_INCLUDED_ATTRIBUTES = 100

_TABLE_NAME = re.compile(r"[a-zA-Z0-9_.-]+")
_INVALID = "One or more parameter values were invalid: "

type _Schema = Sequence[Mapping[str, str]]


def created_definition(request: Mapping[str, Any], name: str) -> TableDefinition:
    """Return what a CreateTable request declares. Raises ValidationError."""
    _check_table_name(name)
    types = _types(request.get("AttributeDefinitions"))
    billing_mode = request.get("BillingMode", "PROVISIONED")
    throughput = request.get("ProvisionedThroughput")
    _check_billing(billing_mode, throughput)
    keys = _key_schema(request.get("KeySchema"), types)
    local = [_local_index(one, keys, types) for one in _declared(request, "LocalSecondaryIndexes")]
    globals_ = [_global_index(one, keys, types, billing_mode) for one in _declared(request, "GlobalSecondaryIndexes")]
    _check_indexes(local, globals_, keys)
    definition = TableDefinition(
        name=name,
        keys=keys,
        indexes={index.name: index for index in (*local, *globals_)},
        billing_mode=billing_mode,
        throughput=throughput,
        stream_view_type=stream_view_type(request.get("StreamSpecification")),
        deletion_protection=bool(request.get("DeletionProtectionEnabled")),
    )
    _check_all_used(definition, types)
    return definition


def updated_definition(table: TableDefinition, request: Mapping[str, Any]) -> TableDefinition:
    """Return what an UpdateTable request makes of a definition, its stream aside.

    Raises:
        ValidationError: the request declares something impossible, or an index that is there already.
        ResourceNotFoundError: it is about an index that is not there.
        LimitExceededError: it makes or deletes more than one index.
    """
    billing_mode = request.get("BillingMode", table.billing_mode)
    throughput = request.get("ProvisionedThroughput", table.throughput)
    if billing_mode == "PAY_PER_REQUEST":
        throughput = request.get("ProvisionedThroughput")
    _check_billing(billing_mode, throughput)
    # A new index's keys have to be declared with it, and an attribute that is a key already keeps its type:
    # https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html
    stored = {one["AttributeName"]: one["AttributeType"] for one in table.attribute_definitions()}
    declared = _types(request.get("AttributeDefinitions", ()))
    types = {name: stored.get(name, kind) for name, kind in declared.items()}
    updated = replace(
        table,
        billing_mode=billing_mode,
        throughput=throughput,
        indexes=_updated_indexes(table, request, types, billing_mode),
        deletion_protection=request.get("DeletionProtectionEnabled", table.deletion_protection),
    )
    if sum(index.is_global for index in updated.indexes.values()) > MAX_GLOBAL_INDEXES:
        raise LimitExceededError(
            _INVALID + f"GlobalSecondaryIndex count exceeds the per-table limit of {MAX_GLOBAL_INDEXES}"
        )
    return updated


def stream_view_type(specification: Mapping[str, Any] | None) -> str | None:
    """Return which images a stream is to carry, or None for no stream. Raises ValidationError."""
    if specification is None or not specification.get("StreamEnabled"):
        if specification and "StreamViewType" in specification:
            raise ValidationError(
                _INVALID + "Table is being created or updated with a StreamViewType but without a stream enabled"
            )
        return None
    if "StreamViewType" not in specification:
        raise ValidationError(_INVALID + "StreamViewType is required when the stream is enabled")
    return str(specification["StreamViewType"])


def _updated_indexes(
    table: TableDefinition, request: Mapping[str, Any], types: Mapping[str, str], billing_mode: str
) -> dict[str, Index]:
    indexes = dict(table.indexes)
    changes = [(kind, one) for update in request.get("GlobalSecondaryIndexUpdates", ()) for kind, one in update.items()]
    if sum(kind != "Update" for kind, _ in changes) > 1:
        raise LimitExceededError(
            "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table"
        )
    for kind, one in changes:
        name = one["IndexName"]
        known = name in indexes and indexes[name].is_global
        if kind != "Create" and not known:
            raise ResourceNotFoundError(f"Requested resource not found: Index: {name} not found")
        match kind:
            case "Create" if name in indexes:
                raise ValidationError(_INVALID + f"Attempting to create an index which already exists: {name}")
            case "Create":
                indexes[name] = _global_index(one, table.keys, types, billing_mode)
            case "Update":
                throughput = one.get("ProvisionedThroughput", indexes[name].throughput)
                indexes[name] = replace(indexes[name], throughput=throughput)
            case _:
                del indexes[name]
    return indexes


def _check_table_name(name: str) -> None:
    problem = None
    if len(name) < 3:  # noqa: PLR2004 - the message says it
        problem = "Member must have length greater than or equal to 3"
    elif len(name) > 255:  # noqa: PLR2004 - the message says it
        problem = "Member must have length less than or equal to 255"
    elif not _TABLE_NAME.fullmatch(name):
        problem = f"Member must satisfy regular expression pattern: {_TABLE_NAME.pattern}"
    if problem:
        raise ValidationError(
            f"1 validation error detected: Value '{name}' at 'tableName' failed to satisfy constraint: " + problem
        )


def _check_billing(billing_mode: str, throughput: Mapping[str, int] | None) -> None:
    if billing_mode == "PAY_PER_REQUEST" and throughput is not None:
        raise ValidationError(
            _INVALID + "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is "
            "PAY_PER_REQUEST"
        )
    if billing_mode == "PROVISIONED" and throughput is None:
        raise ValidationError(
            _INVALID + "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED"
        )


def _types(definitions: Iterable[Mapping[str, str]] | None) -> dict[str, str]:
    if definitions is None:
        raise ValidationError(_INVALID + "AttributeDefinitions must be specified")
    types: dict[str, str] = {}
    for one in definitions:
        name, kind = one["AttributeName"], one["AttributeType"]
        if types.setdefault(name, kind) != kind:
            raise ValidationError(_INVALID + f"Cannot define an attribute with different types: AttributeName: {name}")
    return types


def _declared(request: Mapping[str, Any], parameter: str) -> Sequence[Mapping[str, Any]]:
    if parameter in request and not request[parameter]:
        raise ValidationError(_INVALID + f"List of {parameter} is empty")
    declared: Sequence[Mapping[str, Any]] = request.get(parameter, ())
    return declared


def _key_schema(schema: _Schema | None, types: Mapping[str, str]) -> KeySchema:
    """Return a key schema: a HASH key and at most a RANGE key after it. Raises ValidationError."""
    if schema is None:
        raise ValidationError(_INVALID + "KeySchema must be specified")
    names = [one["AttributeName"] for one in schema]
    if len(schema) > 2:  # noqa: PLR2004  - the message says it
        shown = ", ".join(
            f"KeySchemaElement(attributeName={one['AttributeName']}, keyType={one['KeyType']})" for one in schema
        )
        raise ValidationError(
            f"1 validation error detected: Value '[{shown}]' at 'keySchema' failed to satisfy constraint: "
            "Member must have length less than or equal to 2"
        )
    if schema[0]["KeyType"] != "HASH":
        raise ValidationError("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")
    if len(schema) > 1 and schema[1]["KeyType"] != "RANGE":
        raise ValidationError("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")
    if len(set(names)) < len(names):
        raise ValidationError("Both the Hash Key and the Range Key element in the KeySchema have the same name")
    if any(name not in types for name in names):
        raise ValidationError(
            _INVALID + "Some index key attributes are not defined in AttributeDefinitions. "
            f"Keys: [{', '.join(names)}], AttributeDefinitions: [{', '.join(types)}]"
        )
    return KeySchema(
        *(KeyAttribute(one["AttributeName"], types[one["AttributeName"]], one["KeyType"]) for one in schema)
    )


def _local_index(request: Mapping[str, Any], table_keys: KeySchema, types: Mapping[str, str]) -> Index:
    name, keys = request["IndexName"], _key_schema(request["KeySchema"], types)
    if keys.range is None:
        raise ValidationError(_INVALID + f"Index KeySchema does not have a range key for index: {name}")
    if keys.hash.name != table_keys.hash.name:
        raise ValidationError(
            _INVALID + "Index KeySchema does not have the same leading hash key as table KeySchema for index: "
            f"{name}. index hash key: {keys.hash.name}, table hash key: {table_keys.hash.name}"
        )
    return _index(request, keys, table_keys, is_global=False)


def _global_index(
    request: Mapping[str, Any], table_keys: KeySchema, types: Mapping[str, str], billing_mode: str
) -> Index:
    if billing_mode == "PAY_PER_REQUEST" and "ProvisionedThroughput" in request:
        raise ValidationError(
            _INVALID + f"ProvisionedThroughput should not be specified for index: {request['IndexName']} when "
            "BillingMode is PAY_PER_REQUEST"
        )
    if billing_mode == "PROVISIONED" and "ProvisionedThroughput" not in request:
        raise ValidationError(_INVALID + f"ProvisionedThroughput must be specified for index: {request['IndexName']}")
    return _index(request, _key_schema(request["KeySchema"], types), table_keys, is_global=True)


def _index(request: Mapping[str, Any], keys: KeySchema, table_keys: KeySchema, *, is_global: bool) -> Index:
    projection = request["Projection"]
    kind, others = projection.get("ProjectionType"), projection.get("NonKeyAttributes")
    if kind is None:
        raise ValidationError(_INVALID + "Unknown ProjectionType: null")
    if others is not None and kind != "INCLUDE":
        raise ValidationError(_INVALID + f"ProjectionType is {kind}, but NonKeyAttributes is specified")
    if others is None and kind == "INCLUDE":
        raise ValidationError(_INVALID + "ProjectionType is INCLUDE, but NonKeyAttributes is not specified")
    included = None if kind == "ALL" else frozenset({*table_keys.names, *keys.names, *(others or ())})
    return Index(request["IndexName"], keys, is_global, included, projection, request.get("ProvisionedThroughput"))


def _check_indexes(local: list[Index], globals_: list[Index], keys: KeySchema) -> None:
    if local and keys.range is None:
        raise ValidationError(
            _INVALID + "Table KeySchema does not have a range key, which is required when specifying a "
            "LocalSecondaryIndex"
        )
    if len(local) > MAX_LOCAL_INDEXES:
        raise ValidationError(
            _INVALID + f"Number of LocalSecondaryIndexes exceeds per-table limit of {MAX_LOCAL_INDEXES}"
        )
    if len(globals_) > MAX_GLOBAL_INDEXES:
        raise ValidationError(
            _INVALID + f"GlobalSecondaryIndex count exceeds the per-table limit of {MAX_GLOBAL_INDEXES}"
        )
    names = [index.name for index in (*local, *globals_)]
    for name in names:
        if names.count(name) > 1:
            raise ValidationError(_INVALID + f"Duplicate index name: {name}")
    included = sum(len(index.projection.get("NonKeyAttributes", ())) for index in (*local, *globals_))
    if included > MAX_INCLUDED_ATTRIBUTES:
        raise ValidationError(
            _INVALID + f"The total number of projected attributes exceeds the limit of {MAX_INCLUDED_ATTRIBUTES}"
        )


def _check_all_used(definition: TableDefinition, types: Mapping[str, str]) -> None:
    """Check that no attribute is defined that is not a key. Raises ValidationError."""
    used = {one["AttributeName"] for one in definition.attribute_definitions()}
    if used == set(types):
        return
    if not definition.indexes:
        raise ValidationError(
            _INVALID + "Number of attributes in KeySchema does not exactly match number of attributes defined in "
            "AttributeDefinitions"
        )
    raise ValidationError(
        _INVALID + f"Some AttributeDefinitions are not used. AttributeDefinitions: [{', '.join(types)}], "
        f"keys used: [{', '.join(sorted(used))}]"
    )
