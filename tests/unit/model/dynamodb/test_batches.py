"""BatchGetItem and BatchWriteItem: limits, duplicates, what is left unprocessed."""

from typing import Any

import pytest

from tests.unit.model.dynamodb.local import LocalDynamoDb


def key(number: object) -> dict[str, Any]:
    return {"pk": {"S": str(number)}}


def put(number: object, **more: Any) -> dict[str, Any]:
    return {"PutRequest": {"Item": key(number) | more}}


def delete(number: object) -> dict[str, Any]:
    return {"DeleteRequest": {"Key": key(number)}}


@pytest.fixture
def tables(dynamodb: LocalDynamoDb) -> LocalDynamoDb:
    dynamodb.create("one")
    dynamodb.create("two")
    return dynamodb


def test_a_batch_writes_and_reads_several_tables(tables: LocalDynamoDb) -> None:
    tables.call("BatchWriteItem", RequestItems={"two": [put("old")]})
    written = tables.call("BatchWriteItem", RequestItems={"one": [put(1), put(2)], "two": [delete("old"), put(3)]})
    assert written == {"UnprocessedItems": {}}
    keys = [key(1), key(2), key("none")]
    read = tables.call("BatchGetItem", RequestItems={"one": {"Keys": keys}, "two": {"Keys": [key(3), key("old")]}})
    assert read == {"Responses": {"one": [key(1), key(2)], "two": [key(3)]}, "UnprocessedKeys": {}}


def test_a_batch_can_project(tables: LocalDynamoDb) -> None:
    tables.call("BatchWriteItem", RequestItems={"one": [put(1, x={"S": "x"}, y={"S": "y"})]})
    wanted = {"Keys": [key(1)], "ProjectionExpression": "#x", "ExpressionAttributeNames": {"#x": "x"}}
    assert tables.call("BatchGetItem", RequestItems={"one": wanted})["Responses"] == {"one": [{"x": {"S": "x"}}]}


@pytest.mark.parametrize(
    ("operation", "requested", "message"),
    [
        ("BatchWriteItem", {"one": [put(n) for n in range(26)]}, "[Member must have length less than or equal to 25"),
        ("BatchWriteItem", {"one": []}, "Member must have length greater than or equal to 1]"),
        (
            "BatchWriteItem",
            {"one": [put(n) for n in range(13)], "two": [put(n) for n in range(13)]},
            "Too many items requested for the BatchWriteItem call",
        ),
        ("BatchWriteItem", {"one": [put(1), delete(1)]}, "Provided list of item keys contains duplicates"),
        ("BatchWriteItem", {"one": [put(1), put(1, x={"S": "x"})]}, "Provided list of item keys contains duplicates"),
        ("BatchWriteItem", {"one": [put(1), {"PutRequest": {"Item": {}}}]}, "Missing the key pk in the item"),
        ("BatchWriteItem", {"one": [{}]}, "exactly one of PutRequest and DeleteRequest"),
        (
            "BatchGetItem",
            {"one": {"Keys": [key(n) for n in range(101)]}},
            "'requestItems.one.member.keys' failed to satisfy constraint: Member must have length less than or equal",
        ),
        (
            "BatchGetItem",
            {"one": {"Keys": [key(n) for n in range(51)]}, "two": {"Keys": [key(n) for n in range(51)]}},
            "Too many items requested for the BatchGetItem call",
        ),
        ("BatchGetItem", {"one": {"Keys": [key(1), key(1)]}}, "Provided list of item keys contains duplicates"),
        ("BatchGetItem", {"one": {"Keys": [{"x": {"S": "1"}}]}}, "The provided key element does not match the schema"),
    ],
)
def test_a_wrong_batch_is_refused(
    tables: LocalDynamoDb, operation: str, requested: dict[str, Any], message: str
) -> None:
    error = tables.refusal(operation, RequestItems=requested)
    assert error.code == "ValidationException"
    assert message in error.message


def test_nothing_of_a_wrong_batch_is_written(tables: LocalDynamoDb) -> None:
    tables.refusal("BatchWriteItem", RequestItems={"one": [put(1)], "two": [put("")]})
    tables.refusal("BatchWriteItem", RequestItems={"one": [put(1)], "none": [put(1)]})
    assert tables.call("Scan", TableName="one")["Count"] == 0


def test_what_exceeds_16_mb_comes_back_as_unprocessed(tables: LocalDynamoDb) -> None:
    for number in range(45):
        item = key(number) | {"x": {"B": bytes(390 * 1024)}}
        tables.call("PutItem", TableName="one", Item=item)
    wanted = {"one": {"Keys": [key(number) for number in range(45)], "ConsistentRead": True}}
    read = tables.call("BatchGetItem", RequestItems=wanted)
    assert len(read["Responses"]["one"]) == 42
    assert read["UnprocessedKeys"] == {
        "one": {"Keys": [key(number) for number in range(42, 45)], "ConsistentRead": True}
    }
