"""The table's items as results: scanned consistently, in plain values."""

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from harness.history import StoredItem
from harness.observation.clients import AwsClients
from harness.observation.reading import Reading
from harness.shape import StoredShape

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import ScanInputTypeDef


def read_items(clients: AwsClients, table_name: str, shape: StoredShape, reading: Reading) -> list[StoredItem]:
    """Return every item of a table.

    Raises:
        ObservationError: see `AwsClients.asking` and `Reading.go_on`.
    """
    request: ScanInputTypeDef = {"TableName": table_name, "ConsistentRead": True}
    with clients.asking(_name(table_name)):
        return [_stored_item(item, shape) for item in _scanned(clients, request, reading)]


def read_identities(clients: AwsClients, table_name: str, shape: StoredShape, reading: Reading) -> frozenset[str]:
    """Return the identity of every item of a table.

    Raises:
        ObservationError: see `AwsClients.asking` and `Reading.go_on`.
    """
    request: ScanInputTypeDef = {
        "TableName": table_name,
        "ConsistentRead": True,
        "ProjectionExpression": "#identity",
        "ExpressionAttributeNames": {"#identity": shape.identity},
    }
    with clients.asking(_name(table_name)):
        return frozenset(_text(item.get(shape.identity)) for item in _scanned(clients, request, reading))


def plain(value: Mapping[str, Any]) -> Any:
    """Return a typed value of DynamoDB's as what JSON has for it, so that it compares with what was sent.

    A number is what JSON's parser makes of it, a set a sorted list, bytes their Base64.
    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html

    Raises:
        KeyError: it is none of DynamoDB's types.
    """
    ((kind, content),) = value.items()
    return _PLAIN[kind](content)


_PLAIN: Final[Mapping[str, Callable[[Any], Any]]] = {
    "S": str,
    "N": json.loads,
    "B": lambda content: base64.b64encode(content).decode(),
    "BOOL": bool,
    "NULL": lambda _content: None,
    "M": lambda content: {name: plain(member) for name, member in content.items()},
    "L": lambda content: [plain(element) for element in content],
    "SS": sorted,
    "NS": lambda content: sorted(plain({"N": element}) for element in content),
    "BS": lambda content: sorted(plain({"B": element}) for element in content),
}


def _scanned(clients: AwsClients, request: "ScanInputTypeDef", reading: Reading) -> Iterator[Mapping[str, Any]]:
    count = 0
    while True:
        page = clients.dynamodb.scan(**request)
        yield from page["Items"]
        count += len(page["Items"])
        if not (last_key := page.get("LastEvaluatedKey")):
            return
        reading.go_on(_name(request["TableName"]), f"{count} items")
        request = {**request, "ExclusiveStartKey": last_key}


def _name(table_name: str) -> str:
    return f"table {table_name}"


def _stored_item(item: Mapping[str, Any], shape: StoredShape) -> StoredItem:
    """Return the result; one without a handle has an empty one, which no flow has."""
    document = {name: plain(value) for name, value in item.items()}
    return StoredItem(_text(item.get(shape.identity)), _text(item.get(shape.handle)), document)


def _text(value: Mapping[str, Any] | None) -> str:
    if value is None:
        return ""
    content = plain(value)
    return content if isinstance(content, str) else json.dumps(content)
