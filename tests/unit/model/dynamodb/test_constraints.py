"""What AWS's service model says of a request is checked before anything else, in AWS's words."""

from typing import Any

import pytest

from tests.unit.model.dynamodb.local import LocalDynamoDb


@pytest.mark.parametrize(
    ("operation", "request_", "message"),
    [
        (
            "PutItem",
            {"TableName": None, "Item": {}},
            (
                "1 validation error detected: Value null at 'tableName' failed to satisfy constraint: "
                "Member must not be null"
            ),
        ),
        (
            "GetItem",
            {"TableName": ""},
            (
                "2 validation errors detected: Value null at 'key' failed to satisfy constraint: Member must not be "
                "null; Value '' at 'tableName' failed to satisfy constraint: Member must have length greater than or "
                "equal to 1"
            ),
        ),
        (
            "Scan",
            {"TableName": "table", "TotalSegments": 1_000_001, "Segment": 0},
            (
                "1 validation error detected: Value '1000001' at 'totalSegments' failed to satisfy constraint: Member "
                "must have value less than or equal to 1000000"
            ),
        ),
        (
            "TransactWriteItems",
            {"TransactItems": [{"Delete": {"Key": {"pk": {"S": "a"}}}}]},
            (
                "1 validation error detected: Value null at 'transactItems.1.member.delete.tableName' failed to "
                "satisfy constraint: Member must not be null"
            ),
        ),
        (
            "BatchWriteItem",
            {"RequestItems": {"table": []}},
            (
                "1 validation error detected: Value '{table=[]}' at 'requestItems' failed to satisfy constraint: Map "
                "value must satisfy constraint: [Member must have length less than or equal to 25, Member must have "
                "length greater than or equal to 1]"
            ),
        ),
    ],
)
def test_a_broken_constraint_is_named(
    dynamodb: LocalDynamoDb, operation: str, request_: dict[str, Any], message: str
) -> None:
    error = dynamodb.refusal(operation, **request_)
    assert (error.code, error.message) == ("ValidationException", message)


def test_no_more_than_ten_are_named(dynamodb: LocalDynamoDb) -> None:
    actions = [{"Delete": {"TableName": "", "Key": {}}} for _ in range(20)]
    assert dynamodb.refusal("TransactWriteItems", TransactItems=actions).message.startswith("10 validation errors")


def test_a_string_that_is_none_is_refused(dynamodb: LocalDynamoDb) -> None:
    error = dynamodb.refusal("DescribeTable", TableName=5)
    assert (error.code, error.message) == ("SerializationException", "int can not be converted to a String")
