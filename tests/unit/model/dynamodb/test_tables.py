"""Tables: what may be declared, what a description says, how a table changes and goes."""

from typing import Any

import pytest

from tests.unit.model.dynamodb.local import HASH, HASH_AND_RANGE, LocalDynamoDb, attributes, index

PROVISIONED = {"ReadCapacityUnits": 3, "WriteCapacityUnits": 4}


def described(dynamodb: LocalDynamoDb, name: str = "table") -> dict[str, Any]:
    description: dict[str, Any] = dynamodb.call("DescribeTable", TableName=name)["Table"]
    return description


def by(name: str) -> dict[str, Any]:
    """Return the creation of a global index on an attribute of the same name."""
    return {"Create": index(name, name)}


def test_a_description_says_what_was_declared(dynamodb: LocalDynamoDb) -> None:
    dynamodb.create(
        KeySchema=HASH_AND_RANGE,
        AttributeDefinitions=attributes(pk="S", sk="N", g="B"),
        GlobalSecondaryIndexes=[index("by_g", "g", projection="INCLUDE", NonKeyAttributes=["x"])],
        LocalSecondaryIndexes=[index("by_l", "pk", "g", projection="KEYS_ONLY")],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
        DeletionProtectionEnabled=True,
    )
    dynamodb.put(pk={"S": "a"}, sk={"N": "1"})
    description = described(dynamodb)
    arn = "arn:aws:dynamodb:us-east-1:000000000000:table/table"
    assert description["TableArn"] == arn
    assert description["TableStatus"] == "ACTIVE"
    assert description["KeySchema"] == HASH_AND_RANGE
    assert description["AttributeDefinitions"] == attributes(pk="S", sk="N", g="B")
    assert description["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert (description["ItemCount"], description["TableSizeBytes"]) == (1, 7)
    assert description["DeletionProtectionEnabled"]
    assert description["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    assert description["LatestStreamArn"] == f"{arn}/stream/2026-01-01T00:00:00.000"
    [global_index] = description["GlobalSecondaryIndexes"]
    assert global_index["Projection"] == {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["x"]}
    assert global_index["IndexArn"] == f"{arn}/index/by_g"
    assert (global_index["IndexStatus"], global_index["ItemCount"]) == ("ACTIVE", 0)
    [local_index] = description["LocalSecondaryIndexes"]
    assert "IndexStatus" not in local_index


def test_a_provisioned_table_says_its_throughput(dynamodb: LocalDynamoDb) -> None:
    dynamodb.create(BillingMode="PROVISIONED", ProvisionedThroughput=PROVISIONED)
    description = described(dynamodb)
    assert description["ProvisionedThroughput"] == PROVISIONED | {"NumberOfDecreasesToday": 0}
    assert "BillingModeSummary" not in description


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"KeySchema": HASH_AND_RANGE[::-1]}, "The first KeySchemaElement is not a HASH key type"),
        ({"KeySchema": [HASH[0], HASH[0]]}, "The second KeySchemaElement is not a RANGE key type"),
        (
            {"KeySchema": [*HASH_AND_RANGE, HASH[0]]},
            "'keySchema' failed to satisfy constraint: Member must have length",
        ),
        (
            {"KeySchema": [HASH[0], {"AttributeName": "pk", "KeyType": "RANGE"}]},
            "Both the Hash Key and the Range Key element in the KeySchema have the same name",
        ),
        ({"KeySchema": [{"AttributeName": "pk", "KeyType": "SORT"}]}, "enum value set: [HASH, RANGE]"),
        ({"KeySchema": HASH_AND_RANGE}, "Some index key attributes are not defined in AttributeDefinitions"),
        (
            {"AttributeDefinitions": attributes(pk="S", x="S")},
            "Number of attributes in KeySchema does not exactly match",
        ),
        ({"AttributeDefinitions": attributes(pk="SS")}, "enum value set: [S, N, B]"),
        (
            {
                "AttributeDefinitions": attributes(pk="S", g="S", x="S"),
                "GlobalSecondaryIndexes": [index("by_g", "g")],
            },
            "Some AttributeDefinitions are not used",
        ),
        ({"GlobalSecondaryIndexes": []}, "List of GlobalSecondaryIndexes is empty"),
        ({"GlobalSecondaryIndexes": [index("by_g", "g")]}, "Some index key attributes are not defined"),
        ({"GlobalSecondaryIndexes": [index("by_pk", "pk"), index("by_pk", "pk")]}, "Duplicate index name: by_pk"),
        ({"GlobalSecondaryIndexes": [index("x", "pk")]}, "indexName' failed to satisfy constraint: Member must have"),
        (
            {"GlobalSecondaryIndexes": [index("by_pk", "pk", projection="KEYS_ONLY", NonKeyAttributes=["x"])]},
            "ProjectionType is KEYS_ONLY, but NonKeyAttributes is specified",
        ),
        (
            {"GlobalSecondaryIndexes": [index("by_pk", "pk", projection="INCLUDE")]},
            "ProjectionType is INCLUDE, but NonKeyAttributes is not specified",
        ),
        (
            {"GlobalSecondaryIndexes": [index("by_pk", "pk") | {"ProvisionedThroughput": PROVISIONED}]},
            "ProvisionedThroughput should not be specified for index: by_pk when BillingMode is PAY_PER_REQUEST",
        ),
        ({"GlobalSecondaryIndexes": [index(f"by_{n}", "pk") for n in range(21)]}, "exceeds the per-table limit of 20"),
        (
            {"LocalSecondaryIndexes": [index("by_pk", "pk", "pk")]},
            "Both the Hash Key and the Range Key element in the KeySchema have the same name",
        ),
        (
            {"LocalSecondaryIndexes": [index("by_pk", "pk")]},
            "Index KeySchema does not have a range key for index: by_pk",
        ),
        (
            {"AttributeDefinitions": attributes(pk="S", l="S"), "LocalSecondaryIndexes": [index("by_l", "pk", "l")]},
            "Table KeySchema does not have a range key",
        ),
        (
            {
                "KeySchema": HASH_AND_RANGE,
                "AttributeDefinitions": attributes(pk="S", sk="S"),
                "LocalSecondaryIndexes": [index("by_l", "sk", "pk")],
            },
            "does not have the same leading hash key as table KeySchema for index: by_l",
        ),
        ({"BillingMode": "PROVISIONED"}, "ReadCapacityUnits and WriteCapacityUnits must both be specified"),
        ({"ProvisionedThroughput": PROVISIONED}, "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified"),
        ({"StreamSpecification": {"StreamEnabled": True}}, "StreamViewType is required"),
        (
            {"name": "ab"},
            "'tableName' failed to satisfy constraint: Member must have length greater than or equal to 3",
        ),
        ({"name": "a b c"}, "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"),
    ],
)
def test_a_table_that_may_not_be_is_refused(dynamodb: LocalDynamoDb, overrides: dict[str, Any], message: str) -> None:
    declared: dict[str, Any] = {
        "KeySchema": HASH,
        "AttributeDefinitions": attributes(pk="S"),
        "BillingMode": "PAY_PER_REQUEST",
        "TableName": overrides.pop("name", "table"),
    }
    error = dynamodb.refusal("CreateTable", **declared | overrides)
    assert error.code == "ValidationException"
    assert message in error.message
    assert dynamodb.call("ListTables") == {"TableNames": []}


def test_a_name_is_taken_once(dynamodb: LocalDynamoDb) -> None:
    dynamodb.create()
    error = dynamodb.refusal(
        "CreateTable",
        TableName="table",
        KeySchema=HASH,
        AttributeDefinitions=attributes(pk="S"),
        BillingMode="PAY_PER_REQUEST",
    )
    assert (error.code, error.message) == ("ResourceInUseException", "Table already exists: table")


@pytest.mark.parametrize("operation", ["DescribeTable", "DeleteTable"])
def test_a_table_that_is_not_there_is_not_found(dynamodb: LocalDynamoDb, operation: str) -> None:
    error = dynamodb.refusal(operation, TableName="none")
    assert error.code == "ResourceNotFoundException"
    assert error.message == "Requested resource not found: Table: none not found"


def test_a_deleted_table_leaves_nothing_behind(dynamodb: LocalDynamoDb) -> None:
    dynamodb.create()
    dynamodb.put(pk={"S": "a"})
    assert dynamodb.call("DeleteTable", TableName="table")["TableDescription"]["TableStatus"] == "DELETING"
    dynamodb.create()
    assert dynamodb.get(pk={"S": "a"}) is None


def test_a_protected_table_is_not_deleted_until_the_protection_is_off(dynamodb: LocalDynamoDb) -> None:
    dynamodb.create(DeletionProtectionEnabled=True)
    assert "protected against deletion" in dynamodb.refusal("DeleteTable", TableName="table").message
    dynamodb.call("UpdateTable", TableName="table", DeletionProtectionEnabled=False)
    dynamodb.call("DeleteTable", TableName="table")


def test_names_come_sorted_and_in_pages(dynamodb: LocalDynamoDb) -> None:
    for name in ("ccc", "aaa", "bbb"):
        dynamodb.create(name)
    assert dynamodb.call("ListTables", Limit=2) == {
        "TableNames": ["aaa", "bbb"],
        "LastEvaluatedTableName": "bbb",
    }
    assert dynamodb.call("ListTables", ExclusiveStartTableName="bbb") == {"TableNames": ["ccc"]}


def test_a_new_index_has_the_items_that_were_there_if_their_key_has_its_type(dynamodb: LocalDynamoDb) -> None:
    dynamodb.create()
    dynamodb.put(pk={"S": "a"}, gsi={"S": "x"})
    dynamodb.put(pk={"S": "b"}, gsi={"N": "1"})
    dynamodb.put(pk={"S": "c"})
    dynamodb.call(
        "UpdateTable",
        TableName="table",
        AttributeDefinitions=attributes(pk="S", gsi="S"),
        GlobalSecondaryIndexUpdates=[by("gsi")],
    )
    assert [item["pk"] for item in dynamodb.call("Scan", TableName="table", IndexName="gsi")["Items"]] == [{"S": "a"}]
    dynamodb.call("UpdateTable", TableName="table", GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "gsi"}}])
    assert "GlobalSecondaryIndexes" not in described(dynamodb)
    assert described(dynamodb)["AttributeDefinitions"] == attributes(pk="S")
    assert "does not have the specified index" in dynamodb.refusal("Scan", TableName="table", IndexName="gsi").message


@pytest.mark.parametrize(
    ("updates", "code", "message"),
    [
        ([by("gsi")], "ValidationException", "Attempting to create an index which already exists: gsi"),
        ([by("new"), by("gs2")], "LimitExceededException", "Only 1 online index can be created or deleted"),
        ([{"Delete": {"IndexName": "none"}}], "ResourceNotFoundException", "Index: none not found"),
    ],
)
def test_impossible_changes_of_indexes_are_refused(
    dynamodb: LocalDynamoDb, updates: list[dict[str, Any]], code: str, message: str
) -> None:
    dynamodb.create(AttributeDefinitions=attributes(pk="S", gsi="S"), GlobalSecondaryIndexes=[index("gsi", "gsi")])
    error = dynamodb.refusal(
        "UpdateTable",
        TableName="table",
        AttributeDefinitions=attributes(pk="S", gsi="S", new="S", gs2="S"),
        GlobalSecondaryIndexUpdates=updates,
    )
    assert error.code == code
    assert message in error.message


def with_index(on: str, definitions: list[dict[str, str]]) -> dict[str, Any]:
    """Return the parameters of UpdateTable that make an index on an attribute."""
    create = {"Create": index("gsi", on)}
    return {"TableName": "table", "AttributeDefinitions": definitions, "GlobalSecondaryIndexUpdates": [create]}


def test_a_new_index_has_its_keys_declared_with_it(dynamodb: LocalDynamoDb) -> None:
    dynamodb.create()
    refusal = dynamodb.refusal("UpdateTable", **with_index("pk", []))
    assert "Some index key attributes are not defined in AttributeDefinitions" in refusal.message


def test_a_key_keeps_its_type_whatever_a_new_index_says(dynamodb: LocalDynamoDb) -> None:
    dynamodb.create()
    dynamodb.call("UpdateTable", **with_index("pk", attributes(pk="N")))
    assert described(dynamodb)["AttributeDefinitions"] == attributes(pk="S")
    dynamodb.put(pk={"S": "a"})


def test_what_was_there_before_an_index_keeps_out_of_it_and_of_the_way_of_updates(dynamodb: LocalDynamoDb) -> None:
    dynamodb.create()
    dynamodb.put(pk={"S": "other type"}, x={"N": "5"})
    dynamodb.put(pk={"S": "empty"}, x={"S": ""})
    dynamodb.call("UpdateTable", **with_index("x", attributes(x="S")))

    for name in ("other type", "empty"):
        update: dict[str, Any] = {
            "TableName": "table",
            "Key": {"pk": {"S": name}},
            "ExpressionAttributeValues": {":y": {"N": "1"}},
        }
        dynamodb.call("UpdateItem", UpdateExpression="SET y = :y", **update)
        assert "Index Key x" in dynamodb.refusal("UpdateItem", UpdateExpression="SET x = :y", **update).message
    assert dynamodb.call("Scan", TableName="table", IndexName="gsi")["Count"] == 0


def test_billing_can_change_both_ways(dynamodb: LocalDynamoDb) -> None:
    dynamodb.create()
    dynamodb.call("UpdateTable", TableName="table", BillingMode="PROVISIONED", ProvisionedThroughput=PROVISIONED)
    assert described(dynamodb)["ProvisionedThroughput"]["ReadCapacityUnits"] == 3
    dynamodb.call("UpdateTable", TableName="table", BillingMode="PAY_PER_REQUEST")
    assert described(dynamodb)["ProvisionedThroughput"]["ReadCapacityUnits"] == 0


def test_what_the_server_does_not_keep_is_nothing_to_update(dynamodb: LocalDynamoDb) -> None:
    dynamodb.create()
    error = dynamodb.refusal("UpdateTable", TableName="table", TableClass="STANDARD_INFREQUENT_ACCESS")
    assert (error.code, error.message) == ("ValidationException", "Nothing to update")
