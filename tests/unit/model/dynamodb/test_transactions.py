"""TransactWriteItems and TransactGetItems: all or nothing, reasons in order, tokens."""

from typing import Any

import pytest

from tests.unit.model.dynamodb.local import LocalDynamoDb, attributes, index


def key(name: str) -> dict[str, Any]:
    return {"pk": {"S": name}}


def put(name: str, **more: Any) -> dict[str, Any]:
    return {"Put": {"TableName": "table", "Item": key(name), **more}}


def check(name: str, condition: str, **more: Any) -> dict[str, Any]:
    return {"ConditionCheck": {"TableName": "table", "Key": key(name), "ConditionExpression": condition, **more}}


def increment(name: str) -> dict[str, Any]:
    return {
        "Update": {
            "TableName": "table",
            "Key": key(name),
            "UpdateExpression": "ADD n :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}},
        }
    }


def delete(name: str) -> dict[str, Any]:
    return {"Delete": {"TableName": "table", "Key": key(name)}}


@pytest.fixture
def table(dynamodb: LocalDynamoDb) -> LocalDynamoDb:
    dynamodb.create(AttributeDefinitions=attributes(pk="S", g="S"), GlobalSecondaryIndexes=[index("by_g", "g")])
    return dynamodb


def transact(dynamodb: LocalDynamoDb, *actions: dict[str, Any], **more: Any) -> dict[str, Any]:
    return dynamodb.call("TransactWriteItems", TransactItems=list(actions), **more)


def everything(dynamodb: LocalDynamoDb) -> set[str]:
    return {item["pk"]["S"] for item in dynamodb.call("Scan", TableName="table")["Items"]}


def test_a_transaction_does_all_of_it(table: LocalDynamoDb) -> None:
    table.put(**key("gone"))
    table.create("other")
    other = {"Put": {"TableName": "arn:aws:dynamodb:us-east-1:000000000000:table/other", "Item": key("o")}}
    transact(table, put("new"), delete("gone"), increment("n"), check("x", "attribute_not_exists(pk)"), other)
    assert everything(table) == {"new", "n"}
    assert table.call("Scan", TableName="other")["Count"] == 1


def test_one_failed_condition_undoes_all_and_the_reasons_come_in_order(table: LocalDynamoDb) -> None:
    table.put(**key("there"), x={"N": "1"})
    error = table.refusal(
        "TransactWriteItems",
        TransactItems=[
            put("new"),
            check("there", "attribute_not_exists(pk)", ReturnValuesOnConditionCheckFailure="ALL_OLD"),
            increment("n"),
            put("x", ConditionExpression="attribute_exists(pk)"),
        ],
    )
    assert error.message == (
        "Transaction cancelled, please refer cancellation reasons for specific reasons "
        "[None, ConditionalCheckFailed, None, ConditionalCheckFailed]"
    )
    failed = {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"}
    assert error.members["CancellationReasons"] == [
        {"Code": "None"},
        failed | {"Item": key("there") | {"x": {"N": "1"}}},
        {"Code": "None"},
        failed,
    ]
    assert everything(table) == {"there"}


def test_a_key_that_does_not_fit_cancels_by_itself(table: LocalDynamoDb) -> None:
    wrong = {"Put": {"TableName": "table", "Item": {"pk": {"N": "7"}}}}
    error = table.refusal(
        "TransactWriteItems",
        TransactItems=[put("a"), wrong, wrong, put("b", ConditionExpression="attribute_exists(pk)")],
    )
    message = "One or more parameter values were invalid: Type mismatch for key pk expected: S actual: N"
    assert error.members["CancellationReasons"] == [
        {"Code": "None"},
        {"Code": "ValidationError", "Message": message},
        {"Code": "None"},
        {"Code": "None"},
    ]


@pytest.mark.parametrize(
    ("actions", "message"),
    [
        ([], "'transactItems' failed to satisfy constraint: Member must have length greater than or equal to 1"),
        ([put(str(n)) for n in range(101)], "Member must have length less than or equal to 100"),
        ([put("a"), delete("a")], "Transaction request cannot include multiple operations on one item"),
        ([put("a") | delete("b")], "TransactItems can only contain one of Check, Put, Update or Delete"),
        ([put("")], "cannot contain an empty string value. Key: pk"),
        ([put("a", ConditionExpression="#x = pk")], "attribute name used in the document path is not defined"),
        ([put("a", ConditionExpression="hello!")], "Invalid ConditionExpression: Syntax error"),
        (
            [{"Put": {"TableName": "table", "Item": key("a") | {"g": {"S": ""}}}}],
            "cannot contain an empty string value. IndexName: by_g, IndexKey: g",
        ),
        (
            [{"Put": {"TableName": "table", "Item": key(str(n)) | {"x": {"B": bytes(390_000)}}}} for n in range(12)],
            "size cannot exceed 4 MB",
        ),
        ([{"ConditionCheck": {"TableName": "table", "Key": key("a")}}], "conditionExpression"),
    ],
)
def test_a_wrong_transaction_is_refused_as_a_whole(
    table: LocalDynamoDb, actions: list[dict[str, Any]], message: str
) -> None:
    error = table.refusal("TransactWriteItems", TransactItems=actions)
    assert error.code == "ValidationException"
    assert message in error.message
    assert everything(table) == set()


def test_100_actions_are_allowed(table: LocalDynamoDb) -> None:
    transact(table, *(put(str(number)) for number in range(100)))
    assert len(everything(table)) == 100


def test_a_token_makes_a_transaction_happen_once_for_ten_minutes(table: LocalDynamoDb) -> None:
    for _ in range(3):
        transact(table, increment("n"), ClientRequestToken="token")
    assert table.get(**key("n")) == key("n") | {"n": {"N": "1"}}
    error = table.refusal("TransactWriteItems", TransactItems=[increment("m")], ClientRequestToken="token")
    assert error.code == "IdempotentParameterMismatchException"
    table.time.now_s += 11 * 60
    transact(table, increment("n"), ClientRequestToken="token")
    assert table.get(**key("n")) == key("n") | {"n": {"N": "2"}}


def test_a_cancelled_transaction_does_not_use_up_its_token(table: LocalDynamoDb) -> None:
    actions = [put("a"), check("b", "attribute_exists(pk)")]
    table.refusal("TransactWriteItems", TransactItems=actions, ClientRequestToken="token")
    table.put(**key("b"))
    transact(table, *actions, ClientRequestToken="token")
    assert everything(table) == {"a", "b"}


def test_gets_come_in_the_order_asked_for(table: LocalDynamoDb) -> None:
    table.put(**key("a"), x={"S": "x"}, y={"S": "y"})
    table.put(**key("b"), x={"S": "x"}, y={"S": "y"})
    table.put(**key("c"), y={"S": "y"})
    gets = [
        {"Get": {"TableName": "table", "Key": key("none")}},
        {"Get": {"TableName": "table", "Key": key("b"), "ProjectionExpression": "x"}},
        {"Get": {"TableName": "table", "Key": key("c"), "ProjectionExpression": "x"}},
        {"Get": {"TableName": "table", "Key": key("a")}},
    ]
    assert table.call("TransactGetItems", TransactItems=gets) == {
        "Responses": [
            {},
            {"Item": {"x": {"S": "x"}}},
            {},
            {"Item": key("a") | {"x": {"S": "x"}, "y": {"S": "y"}}},
        ]
    }


def test_an_item_is_got_once_in_a_transaction(table: LocalDynamoDb) -> None:
    gets = [{"Get": {"TableName": "table", "Key": key("a")}}] * 2
    refusal = table.refusal("TransactGetItems", TransactItems=gets)
    assert refusal.message == "Transaction request cannot include multiple operations on one item"


def test_a_transaction_gets_four_megabytes_at_the_most(table: LocalDynamoDb) -> None:
    names = [f"{number}" for number in range(12)]
    for name in names:
        table.put(**key(name), x={"S": "x" * 390_000})
    gets = [{"Get": {"TableName": "table", "Key": key(name)}} for name in names]
    assert len(table.call("TransactGetItems", TransactItems=gets[:10])["Responses"]) == 10
    assert "4 MB" in table.refusal("TransactGetItems", TransactItems=gets).message
