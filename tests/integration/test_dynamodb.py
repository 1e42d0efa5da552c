"""DynamoDB as boto3 users meet it: the embedded engine must answer as AWS does.

What the operations mean in detail is tested without an engine, in tests/unit/model/dynamodb; here it is what
goes over the wire, what LocalStack's provider adds, and what many connections at once may not break.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any
from uuid import uuid4

import boto3
import pytest
import requests
from boto3.dynamodb.conditions import Attr, Key
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.engine_fixture import REGION, AwsClients, RunningEngine, aws_clients

type CreateTable = Callable[..., str]


@pytest.fixture(scope="module")
def dynamodb(aws: AwsClients) -> Any:
    return aws("dynamodb")


def index(name: str, *keys: str, projection: str = "ALL") -> dict[str, Any]:
    roles = zip(keys, ("HASH", "RANGE"), strict=False)
    return {
        "IndexName": name,
        "KeySchema": [{"AttributeName": key, "KeyType": role} for key, role in roles],
        "Projection": {"ProjectionType": projection},
    }


def declaration(name: str, *keys: str, types: dict[str, str], **more: Any) -> dict[str, Any]:
    return {
        "TableName": name,
        "KeySchema": index("", *keys)["KeySchema"],
        "AttributeDefinitions": [{"AttributeName": one, "AttributeType": kind} for one, kind in types.items()],
        "BillingMode": "PAY_PER_REQUEST",
        **more,
    }


@pytest.fixture
def create(dynamodb: Any) -> Iterator[CreateTable]:
    """Make tables that go with the test. By default: the string `pk`, an index by the string `message`."""
    made: list[str] = []

    def create_table(*keys: str, types: dict[str, str] | None = None, **more: Any) -> str:
        name = f"table-{uuid4()}"
        if types is None:
            types = {"pk": "S", "message": "S"}
            more.setdefault("GlobalSecondaryIndexes", [index("by_message", "message", projection="KEYS_ONLY")])
        dynamodb.create_table(**declaration(name, *(keys or ("pk",)), types=types, **more))
        made.append(name)
        return name

    yield create_table
    for name in made:
        dynamodb.delete_table(TableName=name)


@pytest.fixture
def table(create: CreateTable) -> str:
    return create()


def refusal(call: Callable[..., Any], **request: Any) -> dict[str, Any]:
    """Return the whole response of a call that is refused."""
    with pytest.raises(ClientError) as caught:
        call(**request)
    return dict(caught.value.response)


def error_of(call: Callable[..., Any], **request: Any) -> str:
    error = refusal(call, **request)["Error"]
    return f"{error['Code']}: {error['Message']}"


def keys_of(response: dict[str, Any]) -> list[str]:
    return [item["pk"]["S"] for item in response["Items"]]


# Tables


def test_a_table_is_described_as_declared(dynamodb: Any, create: CreateTable, account_id: str) -> None:
    name = create(
        "pk",
        "sk",
        types={"pk": "S", "sk": "N", "message": "S"},
        GlobalSecondaryIndexes=[index("by_message", "message", projection="KEYS_ONLY")],
        LocalSecondaryIndexes=[index("by_local", "pk", "message")],
        Tags=[{"Key": "team", "Value": "users"}],
    )
    arn = f"arn:aws:dynamodb:{REGION}:{account_id}:table/{name}"
    table = dynamodb.describe_table(TableName=name)["Table"]
    assert (table["TableArn"], table["TableStatus"], table["ItemCount"]) == (arn, "ACTIVE", 0)
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    [global_index] = table["GlobalSecondaryIndexes"]
    assert global_index["Projection"] == {"ProjectionType": "KEYS_ONLY"}
    assert (global_index["IndexStatus"], global_index["IndexArn"]) == ("ACTIVE", f"{arn}/index/by_message")
    [local_index] = table["LocalSecondaryIndexes"]
    assert local_index["KeySchema"] == index("", "pk", "message")["KeySchema"]
    assert dynamodb.list_tags_of_resource(ResourceArn=arn)["Tags"] == [{"Key": "team", "Value": "users"}]
    dynamodb.get_waiter("table_exists").wait(TableName=arn)


def test_a_provisioned_table_can_change_its_throughput(dynamodb: Any, create: CreateTable) -> None:
    throughput = {"ReadCapacityUnits": 2, "WriteCapacityUnits": 3}
    name = create(types={"pk": "S"}, BillingMode="PROVISIONED", ProvisionedThroughput=throughput)
    throughput["ReadCapacityUnits"] = 5
    dynamodb.update_table(TableName=name, ProvisionedThroughput=throughput)
    described = dynamodb.describe_table(TableName=name)["Table"]["ProvisionedThroughput"]
    assert (described["ReadCapacityUnits"], described["WriteCapacityUnits"]) == (5, 3)


def test_an_index_can_be_added_and_dropped(dynamodb: Any, create: CreateTable) -> None:
    name = create(types={"pk": "S"})
    dynamodb.put_item(TableName=name, Item={"pk": {"S": "a"}, "later": {"S": "x"}})
    dynamodb.update_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": one, "AttributeType": "S"} for one in ("pk", "later")],
        GlobalSecondaryIndexUpdates=[{"Create": index("by_later", "later")}],
    )
    assert keys_of(dynamodb.scan(TableName=name, IndexName="by_later")) == ["a"]
    dynamodb.update_table(TableName=name, GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "by_later"}}])
    assert "GlobalSecondaryIndexes" not in dynamodb.describe_table(TableName=name)["Table"]


def test_a_table_of_the_same_name_has_nothing_of_the_one_before(dynamodb: Any) -> None:
    name = f"table-{uuid4()}"
    declared = declaration(name, "pk", types={"pk": "S"})
    dynamodb.create_table(**declared, Tags=[{"Key": "a", "Value": "b"}])
    assert error_of(dynamodb.create_table, **declared) == (f"ResourceInUseException: Table already exists: {name}")
    dynamodb.put_item(TableName=name, Item={"pk": {"S": "a"}})
    expiry = {"Enabled": True, "AttributeName": "expires"}
    dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=expiry)
    dynamodb.delete_table(TableName=name)
    assert name not in dynamodb.list_tables()["TableNames"]
    with_index = declaration(name, "pk", types={"pk": "S", "g": "S"}, GlobalSecondaryIndexes=[index("by_g", "g")])
    arn = dynamodb.create_table(**with_index)["TableDescription"]["TableArn"]
    assert dynamodb.scan(TableName=name)["Count"] == 0
    assert dynamodb.scan(TableName=name, IndexName="by_g")["Count"] == 0
    assert dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"] == {"TimeToLiveStatus": "DISABLED"}
    assert dynamodb.list_tags_of_resource(ResourceArn=arn)["Tags"] == []
    dynamodb.delete_table(TableName=name)


def test_tags_can_be_added_and_removed(dynamodb: Any, table: str) -> None:
    arn = dynamodb.describe_table(TableName=table)["Table"]["TableArn"]
    dynamodb.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    dynamodb.untag_resource(ResourceArn=arn, TagKeys=["a"])
    assert dynamodb.list_tags_of_resource(ResourceArn=arn)["Tags"] == [{"Key": "b", "Value": "2"}]


def test_accounts_and_regions_share_nothing(engine: RunningEngine, dynamodb: Any, table: str, account_id: str) -> None:
    dynamodb.put_item(TableName=table, Item={"pk": {"S": "a"}})
    other_account = aws_clients(engine.endpoint_url, f"9{account_id[1:]}")("dynamodb")
    other_region = aws_clients(engine.endpoint_url, account_id, "eu-west-1")("dynamodb")
    for other in (other_account, other_region):
        assert other.list_tables()["TableNames"] == []
        assert error_of(other.get_item, TableName=table, Key={"pk": {"S": "a"}}) == (
            "ResourceNotFoundException: Requested resource not found"
        )
    other_region.create_table(**declaration(table, "pk", types={"pk": "S"}))
    assert other_region.scan(TableName=table)["Count"] == 0
    other_region.delete_table(TableName=table)
    assert dynamodb.scan(TableName=table)["Count"] == 1


# Items


@pytest.mark.parametrize(
    "value",
    [
        {"S": "\U0001f600 \u00e9\u4e2d \x00\x1f \" ' \\ $input #set &amp; % \r\n"},
        {"S": ""},
        {"N": "-12345678901234567890123456789012345.678"},
        {"N": "0.0000000001"},
        {"B": bytes(range(256))},
        {"B": b""},
        {"BOOL": False},
        {"NULL": True},
        {"SS": ["a", "b", "\u00e9"]},
        {"NS": ["-1.5", "0", "3"]},
        {"BS": [b"\x00", b"\xff"]},
        {"L": [{"L": []}, {"M": {}}, {"N": "1"}, {"B": b"\xff"}]},
        {"M": {"key with.dots": {"M": {"deep": {"SS": ["x"]}}}, "\U0001f600": {"S": "y"}}},
    ],
    ids=lambda value: next(iter(value)),
)
def test_a_value_comes_back_as_it_was_sent(dynamodb: Any, table: str, value: dict[str, Any]) -> None:
    item = {"pk": {"S": "a"}, "value": value}
    dynamodb.put_item(TableName=table, Item=item)
    assert dynamodb.get_item(TableName=table, Key={"pk": {"S": "a"}})["Item"] == item
    assert dynamodb.scan(TableName=table)["Items"] == [item]


def test_numbers_come_back_in_one_form(dynamodb: Any, table: str) -> None:
    dynamodb.put_item(TableName=table, Item={"pk": {"S": "a"}, "n": {"N": "+01.500e2"}, "s": {"NS": ["2.0", "1"]}})
    item = dynamodb.get_item(TableName=table, Key={"pk": {"S": "a"}})["Item"]
    assert (item["n"], item["s"]) == ({"N": "150"}, {"NS": ["1", "2"]})


def test_a_failed_condition_shows_the_item_if_asked(dynamodb: Any, table: str) -> None:
    item = {"pk": {"S": "a"}, "data": {"B": b"\xff"}}
    dynamodb.put_item(TableName=table, Item=item)
    put = {"TableName": table, "Item": {"pk": {"S": "a"}}, "ConditionExpression": "attribute_not_exists(pk)"}
    with pytest.raises(dynamodb.exceptions.ConditionalCheckFailedException) as caught:
        dynamodb.put_item(**put)
    assert caught.value.response["Error"]["Message"] == "The conditional request failed"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert "Item" not in caught.value.response
    shown = refusal(dynamodb.put_item, ReturnValuesOnConditionCheckFailure="ALL_OLD", **put)
    assert shown["Item"] == item


@pytest.mark.parametrize(
    ("returned", "attributes"),
    [
        ("ALL_OLD", {"pk": {"S": "a"}, "n": {"N": "1"}}),
        ("ALL_NEW", {"pk": {"S": "a"}, "n": {"N": "2"}, "m": {"M": {"x": {"N": "1"}}}}),
        ("UPDATED_OLD", {"n": {"N": "1"}}),
        ("UPDATED_NEW", {"n": {"N": "2"}, "m": {"M": {"x": {"N": "1"}}}}),
        ("NONE", None),
    ],
)
def test_an_update_returns_what_is_asked_for(
    dynamodb: Any, table: str, returned: str, attributes: dict[str, Any] | None
) -> None:
    dynamodb.put_item(TableName=table, Item={"pk": {"S": "a"}, "n": {"N": "1"}})
    response = dynamodb.update_item(
        TableName=table,
        Key={"pk": {"S": "a"}},
        UpdateExpression="SET n = n + :one, m = if_not_exists(m, :m)",
        ExpressionAttributeValues={":one": {"N": "1"}, ":m": {"M": {"x": {"N": "1"}}}},
        ReturnValues=returned,
    )
    assert response.get("Attributes") == attributes


def test_the_resource_layer_of_boto3_works(engine: RunningEngine, account_id: str, create: CreateTable) -> None:
    name = create("pk", "sk", types={"pk": "S", "sk": "N"})
    session = boto3.Session(account_id, "test", region_name=REGION)
    table: Any = session.resource("dynamodb", endpoint_url=engine.endpoint_url).Table(name)
    with table.batch_writer(overwrite_by_pkeys=["pk", "sk"]) as batch:
        for number in range(60):
            batch.put_item(Item={"pk": "a", "sk": number % 50, "price": Decimal("9.99"), "tags": {"x", str(number)}})
    found = table.query(
        KeyConditionExpression=Key("pk").eq("a") & Key("sk").between(10, 20),
        FilterExpression=Attr("tags").contains("12") | Attr("name").not_exists() & Attr("price").lt(10),
        ScanIndexForward=False,
    )
    assert [item["sk"] for item in found["Items"]] == list(range(20, 9, -1))
    assert found["Items"][0]["price"] == Decimal("9.99")


@pytest.mark.parametrize(
    ("operation", "request_", "error"),
    [
        (
            "put_item",
            {"Item": {}},
            "ValidationException: One or more parameter values were invalid: Missing the key pk",
        ),
        ("put_item", {"Item": {"pk": {"N": "1"}}}, "Type mismatch for key pk expected: S actual: N"),
        ("put_item", {"Item": {"pk": {"S": ""}}}, "cannot contain an empty string value. Key: pk"),
        ("put_item", {"Item": {"pk": {"S": "x" * 2049}}}, "Size of hashkey has exceeded the maximum size limit"),
        ("put_item", {"Item": {"pk": {"S": "a"}, "x": {"S": "x" * 410_000}}}, "Item size has exceeded the maximum"),
        ("put_item", {"Item": {"pk": {"S": "a"}, "x": {"SS": []}}}, "An string set  may not be empty"),
        ("put_item", {"Item": {"pk": {"S": "a"}, "x": {"NS": ["1", "1.0"]}}}, "Input collection contains duplicates"),
        ("put_item", {"Item": {"pk": {"S": "a"}, "x": {"N": "1e126"}}}, "Number overflow"),
        ("put_item", {"Item": {"pk": {"S": "a"}, "x": {"N": "dog"}}}, "cannot be converted to a numeric value: dog"),
        ("put_item", {"Item": {"pk": {"S": "a"}, "x": {"S": "\ud800"}}}, "SerializationException"),
        ("put_item", {"Item": {"pk": {"S": "a"}, "message": {"S": ""}}}, "IndexName: by_message, IndexKey: message"),
        ("put_item", {"Item": {"pk": {"S": "a"}}, "ReturnValues": "DOG"}, "Member must satisfy enum value set"),
        ("get_item", {"Key": {"x": {"S": "a"}}}, "The provided key element does not match the schema"),
        (
            "delete_item",
            {"Key": {"pk": {"S": "a"}}, "ConditionExpression": "name = pk"},
            "Invalid ConditionExpression: Attribute name is a reserved keyword; reserved keyword: name",
        ),
        (
            "update_item",
            {"Key": {"pk": {"S": "a"}}, "UpdateExpression": "SET a = :x"},
            "An expression attribute value used in expression is not defined; attribute value: :x",
        ),
        (
            "update_item",
            {"Key": {"pk": {"S": "a"}}, "UpdateExpression": "SET a ="},
            'Invalid UpdateExpression: Syntax error; token: "<EOF>", near: "="',
        ),
        (
            "query",
            {
                "IndexName": "by_message",
                "KeyConditionExpression": "message = :m",
                "ExpressionAttributeValues": {":m": {"S": "x"}},
                "ConsistentRead": True,
            },
            "Consistent reads are not supported on global secondary indexes",
        ),
        (
            "query",
            {
                "IndexName": "none",
                "KeyConditionExpression": "message = :m",
                "ExpressionAttributeValues": {":m": {"S": "x"}},
            },
            "ValidationException: The table does not have the specified index: none",
        ),
    ],
)
def test_a_wrong_request_is_refused_in_dynamodbs_words(
    dynamodb: Any, table: str, operation: str, request_: dict[str, Any], error: str
) -> None:
    call = getattr(dynamodb, operation)
    assert error in error_of(call, TableName=table, **request_)
    assert dynamodb.scan(TableName=table)["Count"] == 0


# Queries and scans


def test_an_index_that_carries_keys_returns_keys_and_leaves_out_items_without_them(dynamodb: Any, table: str) -> None:
    dynamodb.put_item(TableName=table, Item={"pk": {"S": "a"}, "message": {"S": "m"}, "name": {"S": "Ada"}})
    dynamodb.put_item(TableName=table, Item={"pk": {"S": "b"}, "name": {"S": "Bob"}})
    by_message = {
        "TableName": table,
        "IndexName": "by_message",
        "KeyConditionExpression": "message = :m",
        "ExpressionAttributeValues": {":m": {"S": "m"}},
    }
    assert dynamodb.query(**by_message)["Items"] == [{"pk": {"S": "a"}, "message": {"S": "m"}}]
    assert dynamodb.scan(TableName=table, IndexName="by_message")["Count"] == 1
    counted = dynamodb.query(Select="COUNT", ReturnConsumedCapacity="TOTAL", **by_message)
    assert (counted["Count"], counted["ScannedCount"]) == (1, 1)
    assert counted["ConsumedCapacity"] == {"TableName": table, "CapacityUnits": 0.5}
    assert "Items" not in counted
    error = error_of(dynamodb.query, Select="ALL_ATTRIBUTES", **by_message)
    assert "Select type ALL_ATTRIBUTES is not supported for global secondary index by_message" in error


def test_sort_keys_come_in_utf_8_order_and_in_pages(dynamodb: Any, create: CreateTable) -> None:
    name = create("pk", "sk", types={"pk": "S", "sk": "S"})
    ordered = ["", "A", "Z", "a", "\u00e9", "\u4e2d", "\uffff", "\U00010000", "\U0001f600"][1:]
    for sort_key in reversed(ordered):
        dynamodb.put_item(TableName=name, Item={"pk": {"S": "a"}, "sk": {"S": sort_key}})
    for forward in (True, False):
        pages = dynamodb.get_paginator("query").paginate(
            TableName=name,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": "a"}},
            ScanIndexForward=forward,
            PaginationConfig={"PageSize": 3},
        )
        found = [item["sk"]["S"] for page in pages for item in page["Items"]]
        assert found == (ordered if forward else ordered[::-1])


def test_a_page_holds_a_megabyte(dynamodb: Any, create: CreateTable) -> None:
    name = create("pk", "sk", types={"pk": "S", "sk": "N"})
    for number in range(7):
        item = {"pk": {"S": "a"}, "sk": {"N": str(number)}, "x": {"B": bytes(250_000)}}
        dynamodb.put_item(TableName=name, Item=item)
    query = {
        "TableName": name,
        "KeyConditionExpression": "pk = :pk",
        "ExpressionAttributeValues": {":pk": {"S": "a"}},
        "ProjectionExpression": "sk",
    }
    page = dynamodb.query(**query)
    assert [item["sk"]["N"] for item in page["Items"]] == ["0", "1", "2", "3", "4"]
    rest = dynamodb.query(ExclusiveStartKey=page["LastEvaluatedKey"], **query)
    assert [item["sk"]["N"] for item in rest["Items"]] == ["5", "6"]
    assert "LastEvaluatedKey" not in rest


def test_segments_of_a_scan_can_be_read_at_the_same_time(dynamodb: Any, table: str) -> None:
    everything = {f"user-{number}" for number in range(100)}
    for names in (sorted(everything)[start : start + 25] for start in range(0, 100, 25)):
        puts = [{"PutRequest": {"Item": {"pk": {"S": name}}}} for name in names]
        dynamodb.batch_write_item(RequestItems={table: puts})

    def scan(segment: int) -> list[str]:
        pages = dynamodb.get_paginator("scan").paginate(
            TableName=table, Segment=segment, TotalSegments=4, PaginationConfig={"PageSize": 7}
        )
        return [key for page in pages for key in keys_of(page)]

    with ThreadPoolExecutor(4) as threads:
        found = [key for segment in threads.map(scan, range(4)) for key in segment]
    assert len(found) == 100
    assert set(found) == everything


# Batches and transactions


def test_batches_have_limits_and_no_duplicates(dynamodb: Any, table: str) -> None:
    def put(name: object) -> dict[str, Any]:
        return {"PutRequest": {"Item": {"pk": {"S": str(name)}}}}

    written = dynamodb.batch_write_item(RequestItems={table: [put(number) for number in range(25)]})
    assert written["UnprocessedItems"] == {}
    keys = [{"pk": {"S": str(number)}} for number in range(100)]
    read = dynamodb.batch_get_item(RequestItems={table: {"Keys": keys}})
    assert len(read["Responses"][table]) == 25
    assert read["UnprocessedKeys"] == {}
    too_many = error_of(dynamodb.batch_write_item, RequestItems={table: [put(number) for number in range(26)]})
    assert "Member must have length less than or equal to 25" in too_many
    too_many = error_of(dynamodb.batch_get_item, RequestItems={table: {"Keys": [*keys, {"pk": {"S": "x"}}]}})
    assert "Member must have length less than or equal to 100" in too_many
    assert error_of(dynamodb.batch_write_item, RequestItems={table: [put("a"), put("a")]}) == (
        "ValidationException: Provided list of item keys contains duplicates"
    )


def test_a_cancelled_transaction_says_why_and_changes_nothing(dynamodb: Any, table: str) -> None:
    there = {"pk": {"S": "there"}, "data": {"B": b"\xff"}}
    dynamodb.put_item(TableName=table, Item=there)
    put = {"TableName": table, "ConditionExpression": "attribute_not_exists(pk)"}
    response = refusal(
        dynamodb.transact_write_items,
        TransactItems=[
            {"Put": put | {"Item": {"pk": {"S": "new"}}}},
            {"Put": put | {"Item": there, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}},
        ],
    )
    assert response["Error"]["Code"] == "TransactionCanceledException"
    assert response["Error"]["Message"] == (
        "Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed]"
    )
    assert response["CancellationReasons"] == [
        {"Code": "None"},
        {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed", "Item": there},
    ]
    assert keys_of(dynamodb.scan(TableName=table)) == ["there"]


def test_a_transaction_with_a_token_happens_once(dynamodb: Any, table: str) -> None:
    def increment(token: str, name: str) -> None:
        update = {
            "TableName": table,
            "Key": {"pk": {"S": name}},
            "UpdateExpression": "ADD n :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}},
        }
        dynamodb.transact_write_items(TransactItems=[{"Update": update}], ClientRequestToken=token)

    token = str(uuid4())
    increment(token, "a")
    increment(token, "a")
    increment(str(uuid4()), "a")
    gets = [{"Get": {"TableName": table, "Key": {"pk": {"S": name}}}} for name in ("none", "a")]
    responses = dynamodb.transact_get_items(TransactItems=gets)["Responses"]
    assert responses == [{}, {"Item": {"pk": {"S": "a"}, "n": {"N": "2"}}}]
    with pytest.raises(dynamodb.exceptions.IdempotentParameterMismatchException):
        increment(token, "b")


# Expiry and streams


def test_expiry_has_settings_that_change_step_by_step(dynamodb: Any, table: str) -> None:
    def update(*, enabled: bool, attribute: str) -> None:
        specification = {"Enabled": enabled, "AttributeName": attribute}
        dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=specification)

    assert "TimeToLive is already disabled" in error_of(update, enabled=False, attribute="expires")
    update(enabled=True, attribute="expires")
    assert dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"] == {
        "TimeToLiveStatus": "ENABLED",
        "AttributeName": "expires",
    }
    assert "TimeToLive is already enabled" in error_of(update, enabled=True, attribute="expires")
    assert "current AttributeName is expires" in error_of(update, enabled=True, attribute="other")
    update(enabled=False, attribute="expires")
    update(enabled=True, attribute="other")


def test_expired_items_go_when_the_engine_is_asked_to_look(engine: RunningEngine, dynamodb: Any, table: str) -> None:
    specification = {"Enabled": True, "AttributeName": "expires"}
    dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=specification)
    for name, expires in {"past": {"N": "1"}, "future": {"N": "99999999999"}, "text": {"S": "1"}}.items():
        dynamodb.put_item(TableName=table, Item={"pk": {"S": name}, "expires": expires})
    answer = requests.delete(f"{engine.endpoint_url}/_aws/dynamodb/expired", timeout=30)
    assert answer.status_code == 200
    assert sorted(keys_of(dynamodb.scan(TableName=table))) == ["future", "text"]


def test_a_stream_has_a_record_for_each_change_in_order(aws: AwsClients, dynamodb: Any, create: CreateTable) -> None:
    name = create(
        types={"pk": "S"},
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    key, changed = {"pk": {"S": "a"}}, {"pk": {"S": "a"}, "data": {"B": b"\xff"}}
    dynamodb.put_item(TableName=name, Item=key)
    dynamodb.transact_write_items(TransactItems=[{"Put": {"TableName": name, "Item": changed}}])
    dynamodb.put_item(TableName=name, Item=changed)  # changes nothing
    dynamodb.delete_item(TableName=name, Key=key)
    streams = aws("dynamodbstreams")
    [stream] = streams.list_streams(TableName=name)["Streams"]
    assert stream["StreamArn"] == dynamodb.describe_table(TableName=name)["Table"]["LatestStreamArn"]
    described = streams.describe_stream(StreamArn=stream["StreamArn"])["StreamDescription"]
    assert (described["StreamStatus"], described["StreamViewType"]) == ("ENABLED", "NEW_AND_OLD_IMAGES")
    iterator = streams.get_shard_iterator(
        StreamArn=stream["StreamArn"],
        ShardId=described["Shards"][0]["ShardId"],
        ShardIteratorType="TRIM_HORIZON",
    )["ShardIterator"]
    records = streams.get_records(ShardIterator=iterator)["Records"]
    assert [
        (one["eventName"], one["dynamodb"].get("OldImage"), one["dynamodb"].get("NewImage")) for one in records
    ] == [("INSERT", None, key), ("MODIFY", key, changed), ("REMOVE", changed, None)]


# Many at once


def test_of_20_conditional_puts_at_once_exactly_one_succeeds(dynamodb: Any, table: str) -> None:
    def put(attempt: tuple[int, int]) -> bool:
        race, number = attempt
        item = {"pk": {"S": f"race-{race}"}, "winner": {"N": str(number)}}
        try:
            dynamodb.put_item(TableName=table, Item=item, ConditionExpression="attribute_not_exists(pk)")
        except dynamodb.exceptions.ConditionalCheckFailedException:
            return False
        return True

    attempts = [(race, number) for race in range(10) for number in range(20)]
    with ThreadPoolExecutor(20) as threads:
        won = [attempt for attempt, done in zip(attempts, threads.map(put, attempts), strict=True) if done]
    stored = dynamodb.scan(TableName=table)["Items"]
    assert {(item["pk"]["S"], int(item["winner"]["N"])) for item in stored} == {
        (f"race-{race}", number) for race, number in won
    }
    assert sorted(race for race, _ in won) == list(range(10))


def test_transactions_at_once_keep_the_sum(dynamodb: Any, table: str) -> None:
    accounts = ["a", "b", "c"]
    for name in accounts:
        dynamodb.put_item(TableName=table, Item={"pk": {"S": name}, "n": {"N": "5"}})

    def change(name: str, amount: str) -> dict[str, Any]:
        return {
            "Update": {
                "TableName": table,
                "Key": {"pk": {"S": name}},
                "UpdateExpression": "SET n = n + :x",
                "ConditionExpression": "n > :zero",
                "ExpressionAttributeValues": {":x": {"N": amount}, ":zero": {"N": "0"}},
            }
        }

    def transfer(number: int) -> bool:
        source, target = accounts[number % 3], accounts[(number + 1 + number // 3 % 2) % 3]
        try:
            dynamodb.transact_write_items(TransactItems=[change(source, "-1"), change(target, "1")])
        except dynamodb.exceptions.TransactionCanceledException:
            return False
        return True

    def total(_: int) -> int:
        gets = [{"Get": {"TableName": table, "Key": {"pk": {"S": name}}}} for name in accounts]
        responses = dynamodb.transact_get_items(TransactItems=gets)["Responses"]
        return sum(int(response["Item"]["n"]["N"]) for response in responses)

    with ThreadPoolExecutor(20) as threads:
        transfers = [threads.submit(transfer, number) for number in range(120)]
        assert set(threads.map(total, range(60))) == {15}
        assert any(done.result() for done in transfers)
    assert total(0) == 15


# A model


sort_keys = st.integers(0, 4).map(str)
small_numbers = st.integers(-3, 3).map(str)
steps = st.one_of(
    st.tuples(st.just("put"), sort_keys, small_numbers),
    st.tuples(st.just("put_new"), sort_keys, small_numbers),
    st.tuples(st.just("add"), sort_keys, small_numbers),
    st.tuples(st.just("delete"), sort_keys, st.just("")),
    st.tuples(st.just("from"), sort_keys, st.just("")),
    st.tuples(st.just("by_number"), sort_keys, small_numbers),
)


@pytest.fixture(scope="module")
def model_table(dynamodb: Any) -> Iterator[str]:
    name = f"table-{uuid4()}"
    dynamodb.create_table(
        **declaration(
            name,
            "pk",
            "sk",
            types={"pk": "S", "sk": "N", "n": "N"},
            LocalSecondaryIndexes=[index("by_number", "pk", "n")],
        )
    )
    yield name
    dynamodb.delete_table(TableName=name)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=st.lists(steps, max_size=20))
def test_a_table_behaves_as_a_dictionary_would(
    dynamodb: Any, model_table: str, plan: list[tuple[str, str, str]]
) -> None:
    pk, model = {"S": str(uuid4())}, dict[int, int]()

    def query(condition: str, **more: Any) -> list[tuple[int, int]]:
        values = {":pk": pk} | {name: {"N": value} for name, value in more.pop("values", {}).items()}
        response = dynamodb.query(
            TableName=model_table,
            KeyConditionExpression=f"pk = :pk{condition}",
            ExpressionAttributeValues=values,
            **more,
        )
        return [(int(item["sk"]["N"]), int(item["n"]["N"])) for item in response["Items"]]

    for action, sk, n in plan:
        request: dict[str, Any] = {"TableName": model_table}
        key = {"pk": pk, "sk": {"N": sk}}
        number = int(sk)
        match action:
            case "put":
                dynamodb.put_item(Item=key | {"n": {"N": n}}, **request)
                model[number] = int(n)
            case "put_new":
                request |= {"Item": key | {"n": {"N": n}}, "ConditionExpression": "attribute_not_exists(pk)"}
                if number in model:
                    assert error_of(dynamodb.put_item, **request).startswith("ConditionalCheckFailed")
                else:
                    dynamodb.put_item(**request)
                    model[number] = int(n)
            case "add":
                updated = dynamodb.update_item(
                    Key=key,
                    UpdateExpression="ADD n :n",
                    ExpressionAttributeValues={":n": {"N": n}},
                    ReturnValues="UPDATED_NEW",
                    **request,
                )
                model[number] = model.get(number, 0) + int(n)
                assert updated["Attributes"] == {"n": {"N": str(model[number])}}
            case "delete":
                old = dynamodb.delete_item(Key=key, ReturnValues="ALL_OLD", **request).get("Attributes")
                assert (old is not None) == (number in model)
                model.pop(number, None)
            case "from":
                found = query(" AND sk >= :sk", values={":sk": sk})
                assert found == sorted((one, model[one]) for one in model if one >= number)
            case "by_number":
                found = query(" AND n <= :n", values={":n": n}, IndexName="by_number", ScanIndexForward=False)
                expected = [(one, model[one]) for one in model if model[one] <= int(n)]
                assert found == sorted(expected, key=lambda pair: (pair[1], pair[0]), reverse=True)
    assert query("") == sorted(model.items())
