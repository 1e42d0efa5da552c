"""ConsumedCapacity: the units that DynamoDB would count, and only if asked."""

from typing import Any

import pytest

from tests.unit.model.dynamodb.local import HASH_AND_RANGE, LocalDynamoDb, attributes, index

KEY = {"pk": {"S": "a"}, "sk": {"S": "b"}}


@pytest.fixture
def table(dynamodb: LocalDynamoDb) -> LocalDynamoDb:
    dynamodb.create(
        KeySchema=HASH_AND_RANGE,
        AttributeDefinitions=attributes(pk="S", sk="S", g="S", l="S"),
        GlobalSecondaryIndexes=[index("by_g", "g", projection="KEYS_ONLY")],
        LocalSecondaryIndexes=[index("by_l", "pk", "l")],
    )
    return dynamodb


def consumed(dynamodb: LocalDynamoDb, operation: str, **request: Any) -> Any:
    response = dynamodb.call(operation, ReturnConsumedCapacity="TOTAL", **request)
    return response["ConsumedCapacity"]


def test_nothing_is_said_unless_asked(table: LocalDynamoDb) -> None:
    assert "ConsumedCapacity" not in table.call("GetItem", TableName="table", Key=KEY)
    silent = table.call("GetItem", TableName="table", Key=KEY, ReturnConsumedCapacity="NONE")
    assert "ConsumedCapacity" not in silent


def test_a_read_counts_4_kb_and_half_when_it_is_eventually_consistent(table: LocalDynamoDb) -> None:
    get = {"TableName": "table", "Key": KEY}
    assert consumed(table, "GetItem", **get)["CapacityUnits"] == 0.5
    table.put(**KEY, x={"B": bytes(5000)})
    assert consumed(table, "GetItem", **get)["CapacityUnits"] == 1
    assert consumed(table, "GetItem", ConsistentRead=True, **get)["CapacityUnits"] == 2
    [transaction] = consumed(table, "TransactGetItems", TransactItems=[{"Get": get}])
    assert transaction["CapacityUnits"] == 4


def test_a_write_counts_1_kb_of_the_larger_item_and_each_index_that_changes(table: LocalDynamoDb) -> None:
    def put(**more: Any) -> Any:
        return table.call("PutItem", TableName="table", Item=KEY | more, ReturnConsumedCapacity="INDEXES")[
            "ConsumedCapacity"
        ]

    assert put(x={"B": bytes(2500)}) == {
        "TableName": "table",
        "CapacityUnits": 3,
        "Table": {"CapacityUnits": 3},
    }
    assert put(g={"S": "x"}) == {
        "TableName": "table",
        "CapacityUnits": 4,
        "Table": {"CapacityUnits": 3},
        "GlobalSecondaryIndexes": {"by_g": {"CapacityUnits": 1}},
    }
    assert put(g={"S": "x"}, y={"S": "y"})["CapacityUnits"] == 1
    assert put(g={"S": "z"}, l={"S": "l"}) == {
        "TableName": "table",
        "CapacityUnits": 4,
        "Table": {"CapacityUnits": 1},
        "GlobalSecondaryIndexes": {"by_g": {"CapacityUnits": 2}},
        "LocalSecondaryIndexes": {"by_l": {"CapacityUnits": 1}},
    }


def test_a_query_of_an_index_is_counted_there(table: LocalDynamoDb) -> None:
    table.put(**KEY, g={"S": "x"})
    response = table.call(
        "Query",
        TableName="table",
        IndexName="by_g",
        KeyConditionExpression="g = :g",
        ExpressionAttributeValues={":g": {"S": "x"}},
        ReturnConsumedCapacity="INDEXES",
    )
    assert response["ConsumedCapacity"] == {
        "TableName": "table",
        "CapacityUnits": 0.5,
        "Table": {"CapacityUnits": 0},
        "GlobalSecondaryIndexes": {"by_g": {"CapacityUnits": 0.5}},
    }


def test_batches_and_transactions_count_each_table(table: LocalDynamoDb) -> None:
    put = {"PutRequest": {"Item": KEY}}
    assert consumed(table, "BatchWriteItem", RequestItems={"table": [put]}) == [
        {"TableName": "table", "CapacityUnits": 1}
    ]
    assert consumed(table, "BatchGetItem", RequestItems={"table": {"Keys": [KEY]}}) == [
        {"TableName": "table", "CapacityUnits": 0.5}
    ]
    actions = [{"Put": {"TableName": "table", "Item": KEY}}]
    assert consumed(table, "TransactWriteItems", TransactItems=actions) == [{"TableName": "table", "CapacityUnits": 2}]
