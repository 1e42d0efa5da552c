"""PutItem, UpdateItem, DeleteItem: conditions, returned values, keys, and sizes."""

from typing import Any

import pytest

from tests.unit.model.dynamodb.local import HASH_AND_RANGE, LocalDynamoDb, attributes, index

KEY = {"pk": {"S": "a"}}


@pytest.fixture
def table(dynamodb: LocalDynamoDb) -> LocalDynamoDb:
    """A table with a string key and an index on another string; `b` is the hash key of a binary index."""
    dynamodb.create(
        AttributeDefinitions=attributes(pk="S", g="S", b="B"),
        GlobalSecondaryIndexes=[index("by_g", "g"), index("by_b", "b")],
    )
    return dynamodb


def update(dynamodb: LocalDynamoDb, expression: str, **more: Any) -> dict[str, Any]:
    return dynamodb.call("UpdateItem", TableName="table", Key=KEY, UpdateExpression=expression, **more)


def test_a_failed_condition_changes_nothing_and_can_show_the_item(table: LocalDynamoDb) -> None:
    table.put(**KEY, n={"N": "1"})
    put = {"TableName": "table", "Item": KEY, "ConditionExpression": "attribute_not_exists(pk)"}
    for more, members in (
        ({}, {}),
        ({"ReturnValuesOnConditionCheckFailure": "NONE"}, {}),
        ({"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}, {"Item": KEY | {"n": {"N": "1"}}}),
    ):
        error = table.refusal("PutItem", **put, **more)
        assert (error.code, error.message) == ("ConditionalCheckFailedException", "The conditional request failed")
        assert error.members == members
    assert table.get(**KEY) == KEY | {"n": {"N": "1"}}


def test_there_is_no_item_to_show_where_there_is_none(table: LocalDynamoDb) -> None:
    error = table.refusal(
        "DeleteItem",
        TableName="table",
        Key=KEY,
        ConditionExpression="attribute_exists(pk)",
        ReturnValuesOnConditionCheckFailure="ALL_OLD",
    )
    assert error.members == {}


def test_put_replaces_the_whole_item_and_can_return_the_old(table: LocalDynamoDb) -> None:
    put = {"TableName": "table", "ReturnValues": "ALL_OLD"}
    assert table.call("PutItem", Item=KEY | {"x": {"S": "1"}}, **put) == {}
    assert table.call("PutItem", Item=KEY, **put) == {"Attributes": KEY | {"x": {"S": "1"}}}
    assert table.get(**KEY) == KEY


def test_delete_can_return_the_old_item(table: LocalDynamoDb) -> None:
    table.put(**KEY, x={"S": "1"})
    delete: dict[str, Any] = {"TableName": "table", "Key": KEY, "ReturnValues": "ALL_OLD"}
    assert table.call("DeleteItem", **delete) == {"Attributes": KEY | {"x": {"S": "1"}}}
    assert table.call("DeleteItem", **delete) == {}


@pytest.mark.parametrize(
    ("returned", "expression", "attributes_"),
    [
        ("NONE", "SET x = :v", None),
        ("ALL_OLD", "SET x = :v", KEY | {"x": {"S": "old"}, "m": {"M": {"a": {"N": "1"}, "b": {"N": "2"}}}}),
        ("ALL_NEW", "SET x = :v", KEY | {"x": {"S": "new"}, "m": {"M": {"a": {"N": "1"}, "b": {"N": "2"}}}}),
        ("UPDATED_OLD", "SET x = :v, y = :v", {"x": {"S": "old"}}),
        ("UPDATED_NEW", "SET x = :v, y = :v", {"x": {"S": "new"}, "y": {"S": "new"}}),
        ("UPDATED_OLD", "SET m.a = :v", {"m": {"M": {"a": {"N": "1"}}}}),
        ("UPDATED_NEW", "SET m.a = :v", {"m": {"M": {"a": {"S": "new"}}}}),
        ("UPDATED_OLD", "SET y = :v", None),
        ("UPDATED_NEW", "SET m.c = :v REMOVE x", {"m": {"M": {"c": {"S": "new"}}}}),
    ],
)
def test_update_returns_the_values_asked_for(
    table: LocalDynamoDb, returned: str, expression: str, attributes_: dict[str, Any] | None
) -> None:
    table.put(**KEY, x={"S": "old"}, m={"M": {"a": {"N": "1"}, "b": {"N": "2"}}})
    response = update(table, expression, ExpressionAttributeValues={":v": {"S": "new"}}, ReturnValues=returned)
    assert response == ({} if attributes_ is None else {"Attributes": attributes_})


def test_update_makes_an_item_but_not_by_removing(table: LocalDynamoDb) -> None:
    update(table, "REMOVE x, y.z")
    assert table.get(**KEY) is None
    table.call("UpdateItem", TableName="table", Key=KEY)
    assert table.get(**KEY) == KEY


def test_an_update_that_fails_leaves_the_item_as_it_was(table: LocalDynamoDb) -> None:
    table.put(**KEY, x={"N": "1"}, y={"S": "s"})
    error = table.refusal(
        "UpdateItem",
        TableName="table",
        Key=KEY,
        UpdateExpression="SET x = :v ADD y :v",
        ExpressionAttributeValues={":v": {"N": "5"}},
    )
    assert error.message == "An operand in the update expression has an incorrect data type"
    assert table.get(**KEY) == KEY | {"x": {"N": "1"}, "y": {"S": "s"}}


def test_updates_nest_no_deeper_than_a_put_may(table: LocalDynamoDb) -> None:
    update(table, "SET m = :m", ExpressionAttributeValues={":m": {"M": {"m": {"S": ""}}}})
    for _ in range(30):
        update(table, "SET m.m = m")
    item = table.get(**KEY)

    refusal = table.refusal("UpdateItem", TableName="table", Key=KEY, UpdateExpression="SET m.m = m")

    assert refusal.message == "Nesting Levels have exceeded supported limits"
    assert table.get(**KEY) == item


def test_what_was_read_does_not_change_with_a_later_update(table: LocalDynamoDb) -> None:
    table.put(**KEY, m={"M": {"l": {"L": [{"N": "1"}]}}})
    read = table.get(**KEY)
    update(table, "SET m.l[0] = :v", ExpressionAttributeValues={":v": {"N": "2"}})
    assert read == KEY | {"m": {"M": {"l": {"L": [{"N": "1"}]}}}}


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ({}, "One or more parameter values were invalid: Missing the key pk in the item"),
        ({"pk": {"N": "1"}}, "Type mismatch for key pk expected: S actual: N"),
        ({"pk": {"NULL": True}}, "Type mismatch for key pk expected: S actual: NULL"),
        ({"pk": {"S": ""}}, "The AttributeValue for a key attribute cannot contain an empty string value. Key: pk"),
        ({"pk": {"S": "x" * 2049}}, "Size of hashkey has exceeded the maximum size limit of2048 bytes"),
        (KEY | {"g": {"N": "1"}}, "Type mismatch for Index Key g Expected: S Actual: N IndexName: by_g"),
        (KEY | {"g": {"S": ""}}, "cannot contain an empty string value. IndexName: by_g, IndexKey: g"),
        (KEY | {"b": {"B": b""}}, "cannot contain an empty binary value. IndexName: by_b, IndexKey: b"),
        (KEY | {"x": {"S": "x" * 409_600}}, "Item size has exceeded the maximum allowed size"),
        (KEY | {"x": {"NS": []}}, "An number set  may not be empty"),
    ],
)
def test_an_item_that_may_not_be_is_refused(table: LocalDynamoDb, item: dict[str, Any], message: str) -> None:
    error = table.refusal("PutItem", TableName="table", Item=item)
    assert error.code == "ValidationException"
    assert message in error.message


def test_an_item_of_exactly_400_kb_is_allowed(table: LocalDynamoDb) -> None:
    table.put(**KEY, x={"S": "x" * (409_600 - len("pk") - len("a") - len("x"))})
    error = table.refusal(
        "UpdateItem",
        TableName="table",
        Key=KEY,
        UpdateExpression="SET y = :v",
        ExpressionAttributeValues={":v": {"S": ""}},
    )
    assert error.message == "Item size to update has exceeded the maximum allowed size"


def test_a_sort_key_may_have_1024_bytes(dynamodb: LocalDynamoDb) -> None:
    dynamodb.create(KeySchema=HASH_AND_RANGE, AttributeDefinitions=attributes(pk="S", sk="S"))
    dynamodb.put(pk={"S": "x" * 2048}, sk={"S": "x" * 1024})
    error = dynamodb.refusal("PutItem", TableName="table", Item={"pk": {"S": "x"}, "sk": {"S": "x" * 1025}})
    assert "Aggregated size of all range keys has exceeded the size limit of 1024 bytes" in error.message


@pytest.mark.parametrize(
    ("expression", "value", "message"),
    [
        ("SET pk = :v", {"S": "b"}, "Cannot update attribute pk. This attribute is part of the key"),
        ("SET g = :v", {"S": ""}, "The update expression attempted to update a secondary index key to a value"),
        ("SET g = :v", {"N": "1"}, "Type mismatch for Index Key g Expected: S Actual: N IndexName: by_g"),
        ("SET g.x = :v", {"S": "b"}, "Key attributes must be scalars"),
        ("ADD g :v", {"N": "1"}, "Type mismatch for Index Key g"),
    ],
)
def test_an_update_of_a_key_is_refused(
    table: LocalDynamoDb, expression: str, value: dict[str, Any], message: str
) -> None:
    error = table.refusal(
        "UpdateItem",
        TableName="table",
        Key=KEY,
        UpdateExpression=expression,
        ExpressionAttributeValues={":v": value},
    )
    assert message in error.message
    assert table.get(**KEY) is None


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"ReturnValues": "ALL_NEW"}, "ReturnValues can only be ALL_OLD or NONE"),
        ({"ReturnValues": "DOG"}, "'returnValues' failed to satisfy constraint: Member must satisfy enum value set"),
        ({"ExpressionAttributeValues": {":v": {"S": "x"}}}, "can only be specified when using expressions"),
        ({"ExpressionAttributeNames": {"#a": "a"}}, "can only be specified when using expressions"),
        ({"ConditionExpression": ""}, "Invalid ConditionExpression: The expression can not be empty;"),
        (
            {"ConditionExpression": "a = :v", "ExpressionAttributeValues": {}},
            "ExpressionAttributeValues must not be empty",
        ),
        (
            {"ConditionExpression": "a = :v", "ExpressionAttributeValues": {"v": {"S": ""}}},
            'ExpressionAttributeValues contains invalid key: Syntax error; key: "v"',
        ),
        (
            {"ConditionExpression": "a = :v", "ExpressionAttributeValues": {":v": {"NS": []}}},
            "invalid value: One or more parameter values were invalid: An number set  may not be empty for key :v",
        ),
        (
            {"ConditionExpression": "#a = a", "ExpressionAttributeNames": {"#a": "b", "#c": "c"}},
            "Value provided in ExpressionAttributeNames unused in expressions: keys: {#c}",
        ),
        (
            {"ConditionExpression": "attribute_exists(a)", "ExpressionAttributeValues": {":v": {"S": ""}}},
            "Value provided in ExpressionAttributeValues unused in expressions: keys: {:v}",
        ),
        (
            {"ConditionExpression": "attribute_exists(a)", "Expected": {"a": {"Exists": False}}},
            "Non-expression parameters: {Expected} Expression parameters: {ConditionExpression}",
        ),
        ({"Expected": {"a": {"Exists": True}}}, "Value must be provided when Exists is true for Attribute: a"),
        (
            {"Expected": {"a": {"ComparisonOperator": "EQ"}}},
            "Invalid number of argument(s) for the EQ ComparisonOperator",
        ),
    ],
)
def test_wrong_parameters_are_refused(table: LocalDynamoDb, more: dict[str, Any], message: str) -> None:
    error = table.refusal("PutItem", TableName="table", Item=KEY, **more)
    assert error.code == "ValidationException"
    assert message in error.message


def test_the_older_parameters_mean_the_same(table: LocalDynamoDb) -> None:
    table.call(
        "UpdateItem",
        TableName="table",
        Key=KEY,
        AttributeUpdates={
            "n": {"Action": "ADD", "Value": {"N": "2"}},
            "s": {"Value": {"SS": ["a", "b"]}},
        },
        Expected={"pk": {"Exists": False}},
    )
    table.call(
        "UpdateItem",
        TableName="table",
        Key=KEY,
        AttributeUpdates={
            "n": {"Action": "DELETE"},
            "s": {"Action": "DELETE", "Value": {"SS": ["a"]}},
        },
        Expected={"n": {"Value": {"N": "2.0"}}, "x": {"ComparisonOperator": "NULL"}},
    )
    assert table.get(**KEY) == KEY | {"s": {"SS": ["b"]}}


def test_a_table_that_is_not_there_is_not_found(dynamodb: LocalDynamoDb) -> None:
    error = dynamodb.refusal("PutItem", TableName="none", Item=KEY)
    assert (error.code, error.message) == ("ResourceNotFoundException", "Requested resource not found")
