"""GetItem, Query and Scan: what comes back, in which order, in which pages."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.model.dynamodb.local import HASH_AND_RANGE, LocalDynamoDb, attributes, index


@pytest.fixture
def table(dynamodb: LocalDynamoDb) -> LocalDynamoDb:
    """A table with both keys, a local and two global indexes, empty."""
    dynamodb.create(
        KeySchema=HASH_AND_RANGE,
        AttributeDefinitions=attributes(pk="S", sk="N", g="S", h="B", l="S"),
        GlobalSecondaryIndexes=[
            index("by_g", "g", projection="KEYS_ONLY"),
            index("by_g_h", "g", "h", projection="INCLUDE", NonKeyAttributes=["extra"]),
        ],
        LocalSecondaryIndexes=[index("by_l", "pk", "l", projection="KEYS_ONLY")],
    )
    return dynamodb


def query(dynamodb: LocalDynamoDb, **more: Any) -> dict[str, Any]:
    request: dict[str, Any] = {
        "KeyConditionExpression": "pk = :pk",
        "ExpressionAttributeValues": {":pk": {"S": "a"}},
    }
    return dynamodb.call("Query", TableName="table", **request | more)


def sort_keys(response: dict[str, Any]) -> list[str]:
    return [item["sk"]["N"] for item in response["Items"]]


def fill(dynamodb: LocalDynamoDb, *sort_keys: str, pk: str = "a", **more: Any) -> None:
    for sort_key in sort_keys:
        dynamodb.put(pk={"S": pk}, sk={"N": sort_key}, **more)


def test_a_query_returns_one_hash_key_in_the_order_of_its_sort_keys(table: LocalDynamoDb) -> None:
    fill(table, "10", "9", "-1", "0.5", "100")
    fill(table, "5", pk="b")
    assert sort_keys(query(table)) == ["-1", "0.5", "9", "10", "100"]
    assert sort_keys(query(table, ScanIndexForward=False)) == ["100", "10", "9", "0.5", "-1"]


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("sk = :x", ["2"]),
        ("sk < :x", ["1"]),
        ("sk <= :x", ["1", "2"]),
        ("sk > :x", ["3", "4"]),
        (":x <= sk", ["2", "3", "4"]),
        ("sk BETWEEN :x AND :y", ["2", "3"]),
    ],
)
def test_a_query_narrows_the_sort_key(table: LocalDynamoDb, condition: str, found: list[str]) -> None:
    fill(table, "1", "2", "3", "4")
    values = {":pk": {"S": "a"}, ":x": {"N": "2"}, ":y": {"N": "3.5"}}
    if ":y" not in condition:
        del values[":y"]
    response = query(table, KeyConditionExpression=f"({condition}) AND pk = :pk", ExpressionAttributeValues=values)
    assert sort_keys(response) == found


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("sk = :n", "Query condition missed key schema element: pk"),
        ("pk = :pk AND x = :n", "Query condition missed key schema element: sk"),
        ("pk > :pk", "Query key condition not supported"),
        ("pk = :pk AND sk > :n AND x = :n", "Query key condition not supported"),
        ("pk = :pk AND sk > :n AND sk < :n", "KeyConditionExpressions must only contain one condition per key"),
        ("pk = :pk AND sk <> :n", "Invalid operator used in KeyConditionExpression: <>"),
        ("pk = :pk OR sk = :n", "Invalid operator used in KeyConditionExpression: OR"),
        ("NOT pk = :pk AND sk = :n", "Invalid operator used in KeyConditionExpression: NOT"),
        ("pk = :pk AND attribute_exists(sk)", "Invalid operator used in KeyConditionExpression: attribute_exists"),
        ("pk = sk", "Multiple attribute names used in one condition"),
        ("pk = :pk AND sk.x = :n", "cannot have conditions on nested attributes"),
        ("pk = :pk AND size(sk) = :n", "KeyConditionExpressions cannot contain nested operations"),
        ("pk = :n", "Condition parameter type does not match schema type"),
        ("pk = :empty", "cannot contain an empty string value. Key: pk"),
        ("pk = :long", "Size of hashkey has exceeded the maximum size limit of2048 bytes"),
    ],
)
def test_a_key_condition_that_an_index_cannot_answer_is_refused(
    table: LocalDynamoDb, condition: str, message: str
) -> None:
    values = {":pk": {"S": "a"}, ":n": {"N": "1"}, ":empty": {"S": ""}, ":long": {"S": "x" * 2049}}
    used = {name: value for name, value in values.items() if f"{name} " in f"{condition} "}
    error = table.refusal(
        "Query",
        TableName="table",
        KeyConditionExpression=condition,
        **({"ExpressionAttributeValues": used} if used else {}),
    )
    assert error.code == "ValidationException"
    assert message in error.message


def test_strings_are_ordered_by_utf_8_and_binary_by_unsigned_bytes(dynamodb: LocalDynamoDb) -> None:
    strings = ["Z", "a", "\u00e9", "\uffff", "\U00010000", "\U0001f600"]
    binaries = [b"\x00", b"\x7f", b"\x7f\x00", b"\x80", b"\xff"]
    for letter, ordered in (("S", strings), ("B", binaries)):
        dynamodb.create(f"by_{letter}", KeySchema=HASH_AND_RANGE, AttributeDefinitions=attributes(pk="S", sk=letter))
        for sort_key in reversed(ordered):
            item = {"pk": {"S": "a"}, "sk": {letter: sort_key}}
            dynamodb.call("PutItem", TableName=f"by_{letter}", Item=item)
        found = dynamodb.call(
            "Query",
            TableName=f"by_{letter}",
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": "a"}},
        )
        assert [item["sk"][letter] for item in found["Items"]] == ordered


@pytest.mark.parametrize("letter", ["S", "B"])
def test_begins_with_finds_all_keys_with_a_prefix(dynamodb: LocalDynamoDb, letter: str) -> None:
    dynamodb.create(KeySchema=HASH_AND_RANGE, AttributeDefinitions=attributes(pk="S", sk=letter))
    keys = ["", "a", "ab", "ab\U0010ffff", "abc", "ac", "b"][1:]
    encoded = [key if letter == "S" else key.encode() for key in keys]
    for key in encoded:
        dynamodb.put(pk={"S": "a"}, sk={letter: key})
    found = dynamodb.call(
        "Query",
        TableName="table",
        KeyConditionExpression="pk = :pk AND begins_with(sk, :p)",
        ExpressionAttributeValues={":pk": {"S": "a"}, ":p": {letter: encoded[1]}},
    )
    assert {item["sk"][letter] for item in found["Items"]} == set(encoded[1:4])


def test_equal_numbers_are_one_key(table: LocalDynamoDb) -> None:
    fill(table, "1", "1.0", "10e-1", "+1.00")
    assert sort_keys(query(table)) == ["1"]
    assert table.get(pk={"S": "a"}, sk={"N": "1.000"}) == {"pk": {"S": "a"}, "sk": {"N": "1"}}


def test_an_index_has_only_items_with_its_keys_and_only_what_it_projects(table: LocalDynamoDb) -> None:
    fill(table, "1", g={"S": "x"}, extra={"S": "e"}, l={"S": "z"})
    fill(table, "2", g={"S": "x"}, h={"B": b"1"}, extra={"S": "e"}, more={"S": "m"}, l={"S": "y"})
    fill(table, "3", h={"B": b"1"})
    by_g = {"KeyConditionExpression": "g = :g", "ExpressionAttributeValues": {":g": {"S": "x"}}}
    key_1 = {"pk": {"S": "a"}, "sk": {"N": "1"}}
    key_2 = {"pk": {"S": "a"}, "sk": {"N": "2"}}
    assert query(table, IndexName="by_g", **by_g)["Items"] == [
        key_1 | {"g": {"S": "x"}},
        key_2 | {"g": {"S": "x"}},
    ]
    assert query(table, IndexName="by_g_h", **by_g)["Items"] == [
        key_2 | {"g": {"S": "x"}, "h": {"B": b"1"}, "extra": {"S": "e"}}
    ]
    assert query(table, IndexName="by_l")["Items"] == [
        key_2 | {"l": {"S": "y"}},
        key_1 | {"l": {"S": "z"}},
    ]
    assert table.call("Scan", TableName="table", IndexName="by_g_h")["Count"] == 1


def test_a_local_index_fetches_what_it_does_not_project(table: LocalDynamoDb) -> None:
    fill(table, "1", l={"S": "z"}, more={"S": "m"})
    [item] = query(table, IndexName="by_l", ProjectionExpression="more, sk")["Items"]
    assert item == {"sk": {"N": "1"}, "more": {"S": "m"}}
    [item] = query(table, IndexName="by_l", Select="ALL_ATTRIBUTES", ConsistentRead=True)["Items"]
    assert item["more"] == {"S": "m"}


def test_an_item_follows_its_index_keys(table: LocalDynamoDb) -> None:
    fill(table, "1", g={"S": "x"})
    fill(table, "1", g={"S": "y"})

    def found(value: str) -> int:
        response = query(
            table,
            IndexName="by_g",
            KeyConditionExpression="g = :g",
            ExpressionAttributeValues={":g": {"S": value}},
        )
        return int(response["Count"])

    assert (found("x"), found("y")) == (0, 1)
    table.call(
        "UpdateItem",
        TableName="table",
        Key={"pk": {"S": "a"}, "sk": {"N": "1"}},
        UpdateExpression="REMOVE g",
    )
    assert (found("x"), found("y")) == (0, 0)


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"IndexName": "none"}, "The table does not have the specified index: none"),
        ({"IndexName": "by_g", "ConsistentRead": True}, "Consistent reads are not supported on global secondary"),
        ({"IndexName": "by_g", "Select": "ALL_ATTRIBUTES"}, "is not supported for global secondary index by_g"),
        ({"IndexName": "by_g", "ProjectionExpression": "more"}, "index by_g does not project [more]"),
        ({"Select": "ALL_PROJECTED_ATTRIBUTES"}, "can be used only when Querying using an IndexName"),
        ({"Select": "SPECIFIC_ATTRIBUTES"}, "Must specify the AttributesToGet or ProjectionExpression"),
        ({"Select": "COUNT", "ProjectionExpression": "more"}, "when choosing to get only the Count"),
        ({"FilterExpression": "sk > :pk"}, "non-primary key attributes: Primary key attribute: sk"),
        ({"ProjectionExpression": "a, a.b"}, "Invalid ProjectionExpression: Two document paths overlap"),
        ({"ProjectionExpression": "year"}, "Invalid ProjectionExpression: Attribute name is a reserved keyword"),
        ({"ProjectionExpression": ""}, "Invalid ProjectionExpression: The expression can not be empty;"),
        ({"KeyConditions": {}}, "Can not use both expression and non-expression parameters"),
        ({"Limit": 0}, "'limit' failed to satisfy constraint: Member must have value greater than or equal to 1"),
        ({"ExclusiveStartKey": {"pk": {"S": "a"}}}, "The provided starting key is invalid"),
        ({"ExclusiveStartKey": {"pk": {"S": "b"}, "sk": {"N": "1"}}}, "outside query boundaries"),
        ({"ExclusiveStartKey": {"pk": {"S": "a"}, "sk": {"S": "1"}}}, "does not match the schema"),
    ],
)
def test_a_query_that_makes_no_sense_is_refused(table: LocalDynamoDb, request_: dict[str, Any], message: str) -> None:
    full: dict[str, Any] = {
        "KeyConditionExpression": "pk = :pk",
        "ExpressionAttributeValues": {":pk": {"S": "a"}},
    }
    if request_.get("IndexName") == "by_g":
        full["KeyConditionExpression"] = "g = :pk"
    error = table.refusal("Query", TableName="table", **full | request_)
    assert error.code == "ValidationException"
    assert message in error.message


def test_pages_join_to_the_whole_and_say_where_they_end(table: LocalDynamoDb) -> None:
    fill(table, *map(str, range(10)), g={"S": "x"})
    for more in ({}, {"ScanIndexForward": False}):
        whole = sort_keys(query(table, **more))
        joined: list[str] = []
        start: dict[str, Any] = {}
        pages = 0
        while True:
            page = query(table, Limit=4, **more, **start)
            joined += sort_keys(page)
            pages += 1
            if "LastEvaluatedKey" not in page:
                break
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
        assert joined == whole
        assert pages == 3


def test_a_page_goes_on_where_a_deleted_item_was(table: LocalDynamoDb) -> None:
    fill(table, "1", "2", "3")
    page = query(table, Limit=2)
    table.call("DeleteItem", TableName="table", Key=page["LastEvaluatedKey"])
    assert sort_keys(query(table, ExclusiveStartKey=page["LastEvaluatedKey"])) == ["3"]


def test_an_index_page_ends_with_the_keys_of_index_and_table(table: LocalDynamoDb) -> None:
    fill(table, "1", "2", g={"S": "x"})
    by_g = {"KeyConditionExpression": "g = :g", "ExpressionAttributeValues": {":g": {"S": "x"}}}
    page = query(table, IndexName="by_g", Limit=1, **by_g)
    assert page["LastEvaluatedKey"] == {"pk": {"S": "a"}, "sk": {"N": "1"}, "g": {"S": "x"}}
    rest = query(table, IndexName="by_g", ExclusiveStartKey=page["LastEvaluatedKey"], **by_g)
    assert sort_keys(rest) == ["2"]


def test_limit_counts_what_is_looked_at_not_what_a_filter_leaves(table: LocalDynamoDb) -> None:
    for number in range(6):
        fill(table, str(number), n={"N": str(number % 2)})
    page = query(
        table,
        Limit=4,
        FilterExpression="n = :n",
        ExpressionAttributeValues={":pk": {"S": "a"}, ":n": {"N": "1"}},
    )
    assert sort_keys(page) == ["1", "3"]
    assert (page["Count"], page["ScannedCount"]) == (2, 4)
    assert page["LastEvaluatedKey"]["sk"] == {"N": "3"}


def test_a_page_ends_after_a_megabyte(table: LocalDynamoDb) -> None:
    fill(table, *map(str, range(12)), blob={"B": bytes(200 * 1024)})
    page = query(table)
    assert len(page["Items"]) == 6
    assert page["LastEvaluatedKey"]["sk"] == {"N": "5"}
    rest = query(table, ExclusiveStartKey=page["LastEvaluatedKey"])
    assert len(rest["Items"]) == 6


def test_count_returns_no_items(table: LocalDynamoDb) -> None:
    fill(table, "1", "2")
    assert query(table, Select="COUNT") == {"Count": 2, "ScannedCount": 2}


def test_projections_leave_what_they_name(dynamodb: LocalDynamoDb) -> None:
    dynamodb.create()
    dynamodb.put(pk={"S": "a"}, m={"M": {"x": {"N": "1"}, "y": {"N": "2"}}}, z={"S": "z"})
    get: dict[str, Any] = {"TableName": "table", "Key": {"pk": {"S": "a"}}}
    projected = dynamodb.call("GetItem", ProjectionExpression="m.#x, pk", ExpressionAttributeNames={"#x": "x"}, **get)
    assert projected["Item"] == {"m": {"M": {"x": {"N": "1"}}}, "pk": {"S": "a"}}
    assert dynamodb.call("GetItem", AttributesToGet=["z"], **get)["Item"] == {"z": {"S": "z"}}
    assert dynamodb.call("GetItem", TableName="table", Key={"pk": {"S": "none"}}) == {}


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ({}, "The provided key element does not match the schema"),
        ({"pk": {"N": "1"}}, "The provided key element does not match the schema"),
        ({"x": {"S": "a"}}, "The provided key element does not match the schema"),
        ({"pk": {"S": "a"}, "x": {"S": "a"}}, "The provided key element does not match the schema"),
        ({"pk": {"S": ""}}, "cannot contain an empty string value. Key: pk"),
        ({"pk": {"S": "x" * 2049}}, "Size of hashkey has exceeded the maximum size limit of2048 bytes"),
    ],
)
def test_a_key_that_is_none_is_refused(dynamodb: LocalDynamoDb, key: dict[str, Any], message: str) -> None:
    dynamodb.create()
    error = dynamodb.refusal("GetItem", TableName="table", Key=key)
    assert error.code == "ValidationException"
    assert message in error.message


def test_segments_share_a_scan_without_gap_or_overlap(dynamodb: LocalDynamoDb) -> None:
    dynamodb.create()
    everything = {str(number) for number in range(100)}
    for name in everything:
        dynamodb.put(pk={"S": name})
    found: list[str] = []
    for segment in range(7):
        page: dict[str, Any] = {"LastEvaluatedKey": None}
        start: dict[str, Any] = {}
        while "LastEvaluatedKey" in page:
            page = dynamodb.call("Scan", TableName="table", Segment=segment, TotalSegments=7, Limit=3, **start)
            found += [item["pk"]["S"] for item in page["Items"]]
            start = {"ExclusiveStartKey": page.get("LastEvaluatedKey")}
    assert len(found) == 100
    assert set(found) == everything


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"Segment": 0}, "The TotalSegments parameter is required"),
        ({"TotalSegments": 2}, "The Segment parameter is required"),
        ({"Segment": 2, "TotalSegments": 2}, "Segment: 2 is not less than TotalSegments: 2"),
    ],
)
def test_half_a_segment_is_refused(dynamodb: LocalDynamoDb, request_: dict[str, int], message: str) -> None:
    dynamodb.create()
    assert message in dynamodb.refusal("Scan", TableName="table", **request_).message


def test_the_older_parameters_mean_the_same(table: LocalDynamoDb) -> None:
    for number in range(5):
        fill(table, str(number), n={"N": str(number)})
    equals = {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "a"}]}
    above = {"ComparisonOperator": "GT", "AttributeValueList": [{"N": "1"}]}
    response = table.call(
        "Query",
        TableName="table",
        KeyConditions={"pk": equals, "sk": above},
        QueryFilter={"n": {"ComparisonOperator": "IN", "AttributeValueList": [{"N": "2"}, {"N": "4"}]}},
        AttributesToGet=["sk"],
    )
    assert response["Items"] == [{"sk": {"N": "2"}}, {"sk": {"N": "4"}}]
    scanned = table.call(
        "Scan",
        TableName="table",
        ScanFilter={
            "n": {"ComparisonOperator": "BETWEEN", "AttributeValueList": [{"N": "1"}, {"N": "2"}]},
            "absent": {"ComparisonOperator": "NOT_NULL"},
        },
        ConditionalOperator="OR",
    )
    assert scanned["Count"] == 2


sort_key_numbers = st.integers(-5, 5).map(str)


@given(
    keys=st.sets(st.tuples(st.sampled_from("ab"), sort_key_numbers), max_size=30),
    operator=st.sampled_from(["=", "<", "<=", ">", ">="]),
    bound=sort_key_numbers,
    forward=st.booleans(),
    limit=st.integers(1, 8),
)
def test_a_paged_query_finds_what_a_look_at_every_item_finds(
    keys: set[tuple[str, str]], operator: str, bound: str, forward: bool, limit: int
) -> None:
    dynamodb = LocalDynamoDb()
    dynamodb.create(KeySchema=HASH_AND_RANGE, AttributeDefinitions=attributes(pk="S", sk="N"))
    for pk, sk in keys:
        dynamodb.put(pk={"S": pk}, sk={"N": sk})
    compare = {
        "=": int.__eq__,
        "<": int.__lt__,
        "<=": int.__le__,
        ">": int.__gt__,
        ">=": int.__ge__,
    }[operator]
    expected = sorted(int(sk) for pk, sk in keys if pk == "a" and compare(int(sk), int(bound)))
    found: list[int] = []
    start: dict[str, Any] = {}
    while True:
        page = query(
            dynamodb,
            KeyConditionExpression=f"pk = :pk AND sk {operator} :n",
            ExpressionAttributeValues={":pk": {"S": "a"}, ":n": {"N": bound}},
            ScanIndexForward=forward,
            Limit=limit,
            **start,
        )
        found += [int(key) for key in sort_keys(page)]
        if "LastEvaluatedKey" not in page:
            break
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
    assert found == (expected if forward else expected[::-1])
