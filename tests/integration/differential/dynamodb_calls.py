"""Calls of DynamoDB, a table with an index as the stack's."""

import json
from typing import Any

from tests.integration.differential.call import Answer, AwsCall, Call, HttpCall
from tests.integration.differential.sqs_calls import signed

TABLE = "differential"
KEYS_ONLY_INDEX = {
    "IndexName": "by-m",
    "KeySchema": [{"AttributeName": "m", "KeyType": "HASH"}],
    "Projection": {"ProjectionType": "KEYS_ONLY"},
}


def call(name: str, operation: str, **parameters: Any) -> AwsCall:
    return AwsCall(f"dynamodb: {name}", "dynamodb", operation, parameters)


def table(name: str, operation: str, **parameters: Any) -> AwsCall:
    return call(name, operation, TableName=TABLE, **parameters)


def create(name: str, **changes: Any) -> AwsCall:
    usual = {
        "TableName": TABLE,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [
            {"AttributeName": "id", "AttributeType": "S"},
            {"AttributeName": "m", "AttributeType": "S"},
        ],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "GlobalSecondaryIndexes": [KEYS_ONLY_INDEX],
    }
    return call(name, "create_table", **(usual | changes))


def raw(name: str, operation: str, body: bytes) -> HttpCall:
    content = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": f"DynamoDB_20120810.{operation}"}
    return HttpCall(f"dynamodb raw: {name}", "POST", "<<endpoint_url>>/", body, signed("dynamodb", **content))


def is_active(answer: Answer) -> bool:
    return bool(answer["body"]["Table"]["TableStatus"] == "ACTIVE")


def s(text: str) -> dict[str, str]:
    return {"S": text}


VALUES: dict[str, dict[str, Any]] = {
    "string": {"S": "\U0001f9d1 \"'\\\n"},
    "empty string": {"S": ""},
    "number": {"N": "1.50"},
    "large number": {"N": "12345678901234567890123456789012345678"},
    "too precise": {"N": "123456789012345678901234567890123456789"},
    "not a number": {"N": "x"},
    "exponent": {"N": "1E+125"},
    "too large a number": {"N": "1E+126"},
    "bytes": {"B": b"\x00\xff"},
    "bool": {"BOOL": True},
    "null": {"NULL": True},
    "list": {"L": [{"S": "a"}, {"N": "1"}]},
    "map": {"M": {"a": {"M": {}}}},
    "string set": {"SS": ["a", "b"]},
    "empty set": {"SS": []},
    "set with one twice": {"SS": ["a", "a"]},
    "number set": {"NS": ["1", "2.0"]},
}
CONDITIONS = (
    "attribute_not_exists(id)",
    "attribute_exists(id)",
    "attribute_exists(id) AND v = :one",
    "v IN (:one, :one)",
    "v BETWEEN :one AND :one",
    "begins_with(id, :text)",
    "contains(id, :text)",
    "size(id) > :one",
    "NOT (v < :one)",
    "v <> :one OR attribute_type(v, :text)",
    "nonsense",
    "v = ",
    "v = :missing",
    "",
)
UPDATES = (
    "SET v = v + :one",
    "SET w = if_not_exists(w, :one)",
    "SET l = list_append(if_not_exists(l, :list), :list)",
    "REMOVE w",
    "ADD v :one",
    "SET id = :one",
    "SET v = nothing + :one",
    "SET v = :one SET v = :one",
    "SET v = :one, v = :one",
    "DELETE v :one",
    "",
)
EXISTS = "attribute_exists(id)"
ONE: dict[str, Any] = {":one": {"N": "1"}}


def values_of(expression: str) -> dict[str, Any]:
    """Only what an expression uses: DynamoDB refuses what it does not."""
    known = {":one": {"N": "1"}, ":text": s("k"), ":list": {"L": [s("a")]}}
    used = {name: value for name, value in known.items() if name in expression}
    return {"ExpressionAttributeValues": used} if used else {}


WELL_KNOWN: tuple[Call, ...] = (
    create("create"),
    AwsCall("dynamodb: active", "dynamodb", "describe_table", {"TableName": TABLE}, until=is_active),
    table("put", "put_item", Item={"id": s("a"), "m": s("1"), "v": {"N": "1"}}),
    table("put another", "put_item", Item={"id": s("b"), "m": s("1")}),
    table("put without index key", "put_item", Item={"id": s("c")}),
    table("put if absent", "put_item", Item={"id": s("a")}, ConditionExpression="attribute_not_exists(id)"),
    table("get", "get_item", Key={"id": s("a")}),
    table("get none", "get_item", Key={"id": s("nothing")}),
    table("get some of it", "get_item", Key={"id": s("a")}, ProjectionExpression="v"),
    table("query", "query", KeyConditionExpression="id = :i", ExpressionAttributeValues={":i": s("a")}),
    table("query none", "query", KeyConditionExpression="id = :i", ExpressionAttributeValues={":i": s("z")}),
    table("delete", "delete_item", Key={"id": s("c")}, ReturnValues="ALL_OLD"),
    table("delete again", "delete_item", Key={"id": s("c")}, ReturnValues="ALL_OLD"),
    call("get from no table", "get_item", TableName="no-such-table", Key={"id": s("a")}),
)
"""What every stand-in for DynamoDB has to answer alike."""

CALLS: tuple[Call, ...] = (
    *WELL_KNOWN,
    create("create again"),
    create("create with a bad name", TableName="a b"),
    create("create without a definition", TableName="other", AttributeDefinitions=[]),
    table("describe", "describe_table"),
    call("describe none", "describe_table", TableName="no-such-table"),
    table("query the index", "query", IndexName="by-m", KeyConditionExpression="m = :m",
          ExpressionAttributeValues={":m": s("1")}),
    table("query the index, one", "query", IndexName="by-m", KeyConditionExpression="m = :m", Limit=1,
          ExpressionAttributeValues={":m": s("1")}),
    table("query the index, consistently", "query", IndexName="by-m", KeyConditionExpression="m = :m",
          ExpressionAttributeValues={":m": s("1")}, ConsistentRead=True),
    table("query the index for all attributes", "query", IndexName="by-m", KeyConditionExpression="m = :m",
          ExpressionAttributeValues={":m": s("1")}, Select="ALL_ATTRIBUTES"),
    table("query no index", "query", IndexName="nothing", KeyConditionExpression="m = :m",
          ExpressionAttributeValues={":m": s("1")}),
    table("query by no key", "query", KeyConditionExpression="v = :m", ExpressionAttributeValues={":m": s("1")}),
    table("query, counting", "query", IndexName="by-m", KeyConditionExpression="m = :m",
          ExpressionAttributeValues={":m": s("1")}, Select="COUNT"),
    *(table(f"put {name}", "put_item", Item={"id": s(f"value {name}"), "v": value})
      for name, value in VALUES.items()),
    *(table(f"get {name}", "get_item", Key={"id": s(f"value {name}")}) for name in VALUES),
    *(table(f"put if {condition!a}", "put_item", Item={"id": s("key"), "v": {"N": "1"}},
            ConditionExpression=condition, **values_of(condition)) for condition in CONDITIONS),
    *(table(f"update {update!a}", "update_item", Key={"id": s("key")}, UpdateExpression=update,
            ReturnValues="ALL_NEW", **values_of(update)) for update in UPDATES),
    table("update none", "update_item", Key={"id": s("new")}, UpdateExpression="SET v = :one",
          ExpressionAttributeValues=ONE, ReturnValues="UPDATED_NEW"),
    table("put without key", "put_item", Item={"v": s("x")}),
    table("put with an empty key", "put_item", Item={"id": s("")}),
    table("put with a number for a key", "put_item", Item={"id": {"N": "1"}}),
    table("put with a number for an index key", "put_item", Item={"id": s("x"), "m": {"N": "1"}}),
    table("put too much", "put_item", Item={"id": s("x"), "v": s("x" * 410_000)}),
    table("get by wrong key", "get_item", Key={"v": s("a")}),
    table("get by long key", "get_item", Key={"id": s("x" * 2049)}),
    table("scan", "scan", FilterExpression="v = :one", ExpressionAttributeValues=ONE),
    table("scan two", "scan", Limit=2, Select="COUNT"),
    call("write a batch", "batch_write_item", RequestItems={TABLE: [
        {"PutRequest": {"Item": {"id": s("batch")}}}, {"DeleteRequest": {"Key": {"id": s("b")}}}]}),
    call("write one key twice", "batch_write_item", RequestItems={TABLE: [
        {"PutRequest": {"Item": {"id": s("x")}}}, {"PutRequest": {"Item": {"id": s("x")}}}]}),
    call("write too many", "batch_write_item", RequestItems={TABLE: [
        {"PutRequest": {"Item": {"id": s(str(n))}}} for n in range(26)]}),
    call("get a batch", "batch_get_item", RequestItems={TABLE: {"Keys": [{"id": s("batch")}, {"id": s("nothing")}]}}),
    call("transact", "transact_write_items", TransactItems=[
        {"Put": {"TableName": TABLE, "Item": {"id": s("t")}}},
        {"ConditionCheck": {"TableName": TABLE, "Key": {"id": s("batch")}, "ConditionExpression": EXISTS}}]),
    call("transact in vain", "transact_write_items", TransactItems=[
        {"Put": {"TableName": TABLE, "Item": {"id": s("u")}}},
        {"ConditionCheck": {"TableName": TABLE, "Key": {"id": s("none")}, "ConditionExpression": EXISTS}}]),
    table("what was in vain", "get_item", Key={"id": s("u")}),
    call("get transacted", "transact_get_items", TransactItems=[{"Get": {"TableName": TABLE, "Key": {"id": s("t")}}}]),
    table("time to live", "update_time_to_live", TimeToLiveSpecification={"Enabled": True, "AttributeName": "e"}),
    table("its state", "describe_time_to_live"),
    raw("not JSON", "GetItem", b"{"),
    raw("no such operation", "Nothing", b"{}"),
    raw("no table", "GetItem", b"{}"),
    raw("wrong type", "GetItem", json.dumps({"TableName": TABLE, "Key": {"id": {"X": "a"}}}).encode()),
    raw("two types", "GetItem", json.dumps({"TableName": TABLE, "Key": {"id": {"S": "a", "N": "1"}}}).encode()),
    raw("get", "GetItem", json.dumps({"TableName": TABLE, "Key": {"id": {"S": "a"}}}).encode()),
    table("delete the table", "delete_table"),
    call("delete no table", "delete_table", TableName="no-such-table"),
)  # fmt: skip
