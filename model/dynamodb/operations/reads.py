"""Operations GetItem, Query and Scan.

Sources: API reference of these; Developer Guide, "Querying tables in DynamoDB" and "Scanning tables in
DynamoDB", sections on pagination; "Using Global Secondary Indexes in DynamoDB", on what an index can be
asked for.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from model.dynamodb.capacity import Consumption, reported
from model.dynamodb.database import Database, Table
from model.dynamodb.errors import ValidationError
from model.dynamodb.expressions.conditions import Condition, paths
from model.dynamodb.expressions.key_conditions import key_condition
from model.dynamodb.expressions.request import Expressions
from model.dynamodb.keys import KeyCondition, PrimaryKey, primary_key
from model.dynamodb.operations import Request, Response
from model.dynamodb.operations.writes import kept_key
from model.dynamodb.order import Entry, LateOrder, Order
from model.dynamodb.past import Sight
from model.dynamodb.paths import Path, project
from model.dynamodb.schema import Index, KeySchema
from model.dynamodb.values import Item, comparable, item_size_bytes, keep_item, type_of

MAX_PAGE_BYTES = 1024 * 1024

_INVALID = "One or more parameter values were invalid: "


def get_item(database: Database, request: Request) -> Response:
    """Return one item, or what a projection leaves of it."""
    table = database.table(request["TableName"])
    expressions = Expressions(request)
    projection = expressions.projection()
    expressions.finish()
    key = primary_key(table.definition.keys, kept_key(table, request["Key"]))
    item = table.store.get(key) if request.get("ConsistentRead") else table.store.get_seen(key, database.ago_s)
    consumption = Consumption(table.definition)
    consumption.add_read(item_size_bytes(item or {}), consistent=bool(request.get("ConsistentRead")))
    found = {} if item is None else {"Item": projected(item, projection)}
    return found | reported(consumption, request)


def query(database: Database, request: Request) -> Response:
    """Return a page of the items with one hash key, in the order of their sort keys."""
    table = database.table(request["TableName"])
    expressions = Expressions(request)
    parsed_condition = expressions.key_condition()
    view, wanted = _view(table, request, expressions, database.ago_s), expressions.filter()
    expressions.finish()
    condition = key_condition(parsed_condition, view.keys)
    _check_filter(wanted, view.keys)
    start = view.start(request)
    if start is not None:
        _check_within(condition, start)
    walk = view.order.query(condition, after=start, forward=request.get("ScanIndexForward", True))
    return _page(view, walk, wanted, request)


def scan(database: Database, request: Request) -> Response:
    """Return a page of all items, or of one segment's share of them."""
    table = database.table(request["TableName"])
    expressions = Expressions(request)
    view, wanted = _view(table, request, expressions, database.ago_s), expressions.filter()
    expressions.finish()
    segment, segments = _segment(request)
    walk = view.order.scan(segment, segments, after=view.start(request))
    return _page(view, walk, wanted, request)


def projected(item: Item, projection: tuple[Path, ...] | None) -> Item:
    """Return what a projection, if there is one, leaves of an item."""
    return item if projection is None else project(item, projection)


@dataclass(frozen=True, slots=True)
class _View:
    """What a query or scan sees: a table or an index, and how much of each item."""

    table: Table
    index: Index | None
    projection: tuple[Path, ...] | None
    fetches_all: bool
    consistent: bool
    past: Sight | None = None
    """What it saw a while ago, if that is what it is to see."""

    @property
    def is_global(self) -> bool:
        return self.index is not None and self.index.is_global

    @property
    def keys(self) -> KeySchema:
        return self.index.keys if self.index else self.table.definition.keys

    @property
    def order(self) -> Order | LateOrder:
        if self.past is not None:
            return self.past.order
        name = self.index.name if self.index else None
        if self.is_global or self.consistent:
            return self.table.store.order(name)
        return self.table.store.order_seen(name)

    def item(self, key: PrimaryKey) -> Item:
        """Return an item of the order that was last asked for."""
        store = self.table.store
        if self.past is not None:
            item = self.past.item(key)
        elif self.index is not None and self.is_global:
            item = store.get_ordered(key, self.index.name)
        else:
            item = store.get(key) if self.consistent else store.get_ordered(key, None)
        assert item is not None  # noqa: S101  - an order has no entry without an item
        return item if self.index is None or self.fetches_all else self.index.project(item)

    def position(self, item: Item) -> Item:
        """Return the attributes that say where a page ended: the keys of the table and of the index."""
        return {name: item[name] for name in (*self.table.definition.keys.names, *self.keys.names)}

    def start(self, request: Request) -> Entry | None:
        """Return where a page starts. Raises ValidationError when that is no place in this order."""
        if "ExclusiveStartKey" not in request:
            return None
        start = keep_item(request["ExclusiveStartKey"])
        attributes = {one.name: one for one in (*self.table.definition.keys.attributes, *self.keys.attributes)}
        if set(start) != set(attributes):
            raise ValidationError("The provided starting key is invalid")
        if any(type_of(start[name]) != attributes[name].type for name in attributes):
            raise ValidationError(
                "The provided starting key is invalid: The provided key element does not match the schema"
            )
        return self.order.entry(start)


def _view(table: Table, request: Request, expressions: Expressions, ago_s: float) -> _View:
    projection = expressions.projection()
    select = request.get("Select")
    _check_select(request, select, has_projection=projection is not None)
    consistent = bool(request.get("ConsistentRead"))
    name = request.get("IndexName")
    if name is None:
        past = table.store.sight_ago(None, None, ago_s) if ago_s and not consistent else None
        return _View(table, None, projection, fetches_all=True, consistent=consistent, past=past)
    index = table.definition.indexes.get(name)
    if index is None:
        raise ValidationError(f"The table does not have the specified index: {name}")
    missing = sorted({str(path[0]) for path in projection or () if not index.carries(str(path[0]))})
    all_attributes = select == "ALL_ATTRIBUTES" and index.included is not None
    if index.is_global:
        _check_global(request, index, missing, all_attributes=all_attributes)
    reader = name if index.is_global else None
    past = table.store.sight_ago(reader, name, ago_s) if ago_s and not consistent else None
    fetches_all = bool(missing) or all_attributes
    return _View(table, index, projection, fetches_all=fetches_all, consistent=consistent, past=past)


def _check_global(request: Request, index: Index, missing: list[str], *, all_attributes: bool) -> None:
    """A global index cannot fetch what it does not carry, and is never consistent."""
    if request.get("ConsistentRead"):
        raise ValidationError("Consistent reads are not supported on global secondary indexes")
    if all_attributes:
        raise ValidationError(
            _INVALID + "Select type ALL_ATTRIBUTES is not supported for global secondary index "
            f"{index.name} because its projection type is not ALL"
        )
    if missing:
        raise ValidationError(_INVALID + f"Global secondary index {index.name} does not project [{', '.join(missing)}]")


def _check_select(request: Request, select: str | None, *, has_projection: bool) -> None:
    if select == "ALL_PROJECTED_ATTRIBUTES" and "IndexName" not in request:
        raise ValidationError("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName")
    if select == "SPECIFIC_ATTRIBUTES" and not has_projection:
        raise ValidationError(
            "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES"
        )
    if has_projection and select not in {None, "SPECIFIC_ATTRIBUTES"}:
        parameter = "AttributesToGet" if "AttributesToGet" in request else "ProjectionExpression"
        shown = "only the Count" if select == "COUNT" else select
        raise ValidationError(f"Cannot specify the {parameter} when choosing to get {shown}")


def _check_filter(wanted: Condition | None, keys: KeySchema) -> None:
    for path in paths(wanted) if wanted is not None else ():
        if path[0] in keys.names:
            raise ValidationError(
                f"Filter Expression can only contain non-primary key attributes: Primary key attribute: {path[0]}"
            )


def _check_within(condition: KeyCondition, start: Entry) -> None:
    if start.hash_key != comparable(condition.hash_value):
        raise ValidationError("The provided starting key is outside query boundaries based on provided conditions")
    if condition.sort_range is not None and not condition.sort_range.holds(start.sort_key):
        raise ValidationError("The provided starting key does not match the range key predicate")


def _segment(request: Request) -> tuple[int, int]:
    segment, segments = request.get("Segment"), request.get("TotalSegments")
    if segment is None and segments is None:
        return 0, 1
    if segments is None:
        raise ValidationError(
            "The TotalSegments parameter is required but was not present in the request when Segment "
            "parameter is present"
        )
    if segment is None:
        raise ValidationError(
            "The Segment parameter is required but was not present in the request when parameter "
            "TotalSegments is present"
        )
    if segment >= segments:
        raise ValidationError(
            "The Segment parameter is zero-based and must be less than parameter TotalSegments: "
            f"Segment: {segment} is not less than TotalSegments: {segments}"
        )
    return int(segment), int(segments)


def _page(view: _View, walk: Iterator[Entry], wanted: Condition | None, request: Request) -> Response:
    """Return the response for items from `walk` on: until there are none, `Limit`, or a megabyte is read.

    A page that stopped early says where, even if it happens that nothing comes after.
    """
    limit, items, scanned, size_bytes = request.get("Limit"), list[Item](), 0, 0
    response: Response = {}
    for entry in walk:
        item = view.item(entry.primary_key)
        scanned += 1
        size_bytes += item_size_bytes(item)
        if wanted is None or wanted.holds(item):
            items.append(projected(item, view.projection))
        if scanned == limit or size_bytes >= MAX_PAGE_BYTES:
            response["LastEvaluatedKey"] = view.position(item)
            break
    if request.get("Select") != "COUNT":
        response["Items"] = items
    consumption = Consumption(view.table.definition)
    consumption.add_read(size_bytes, consistent=bool(request.get("ConsistentRead")), index=view.index)
    return response | {"Count": len(items), "ScannedCount": scanned} | reported(consumption, request)
