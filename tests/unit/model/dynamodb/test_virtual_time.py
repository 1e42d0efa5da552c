"""A database in virtual time: a day passes at once, and the same calls have the same outcome."""

from typing import Any

from model.dynamodb.lagging import Lag
from tests.unit.model.dynamodb.local import HASH, LocalDynamoDb, attributes, index

DAY_S = 24 * 3600
KEY = {"pk": {"S": "1"}}


def lagging(index_s: float, table_s: float = 0) -> LocalDynamoDb:
    """Return a DynamoDB with a stream, whose writes are seen late."""
    made = LocalDynamoDb(lag_of=lambda _operation, _table_arn, _item: Lag(index_s, table_s))
    made.create(
        AttributeDefinitions=attributes(pk="S", owner="S"),
        KeySchema=HASH,
        GlobalSecondaryIndexes=[index("by-owner", "owner")],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    return made


def keys(dynamodb: LocalDynamoDb, **request: Any) -> list[str]:
    return sorted(one["pk"]["S"] for one in dynamodb.call("Scan", TableName="table", **request)["Items"])


def recorded(dynamodb: LocalDynamoDb) -> list[dict[str, Any]]:
    [stream] = dynamodb.call("ListStreams")["Streams"]
    arn = stream["StreamArn"]
    [shard] = dynamodb.call("DescribeStream", StreamArn=arn)["StreamDescription"]["Shards"]
    start = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
    place = dynamodb.call("GetShardIterator", **start)["ShardIterator"]
    records: list[dict[str, Any]] = dynamodb.call("GetRecords", ShardIterator=place)["Records"]
    return records


def test_each_reader_sees_a_write_when_the_database_says_that_it_is_due() -> None:
    dynamodb = lagging(index_s=30, table_s=7)
    assert dynamodb.database.due_at_s() is None
    began_s = dynamodb.time.now_s
    dynamodb.put(**KEY, owner={"S": "ada"})

    shown = []
    while (due_at_s := dynamodb.database.due_at_s()) is not None:
        dynamodb.time.now_s = due_at_s - 0.001
        before = keys(dynamodb), keys(dynamodb, IndexName="by-owner")
        dynamodb.time.now_s = due_at_s
        shown.append((due_at_s - began_s, before, (keys(dynamodb), keys(dynamodb, IndexName="by-owner"))))

    assert shown == [(7, ([], []), (["1"], [])), (30, (["1"], []), (["1"], ["1"]))]


def test_nothing_is_due_once_all_has_caught_up() -> None:
    dynamodb = lagging(index_s=DAY_S)
    dynamodb.put(**KEY, owner={"S": "ada"})
    dynamodb.catch_up()

    assert dynamodb.database.due_at_s() is None
    assert keys(dynamodb, IndexName="by-owner") == ["1"]


def test_a_stream_keeps_a_record_until_a_virtual_day_has_passed() -> None:
    dynamodb = lagging(index_s=0)
    for hour in range(49):
        dynamodb.put(pk={"S": f"{hour}"})
        dynamodb.time.now_s += 3600

    kept = [record["dynamodb"]["Keys"]["pk"]["S"] for record in recorded(dynamodb)]
    assert kept == [f"{hour}" for hour in range(24, 49)]


def test_a_token_is_remembered_until_its_virtual_time_to_live_is_over() -> None:
    dynamodb = lagging(index_s=0)
    update = {"UpdateExpression": "ADD n :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}
    actions = [{"Update": {"TableName": "table", "Key": KEY, **update}}]

    counts = []
    for pause_s in (600, 1, 0):
        dynamodb.call("TransactWriteItems", TransactItems=actions, ClientRequestToken="token")
        counts.append(dynamodb.get(**KEY))
        dynamodb.time.now_s += pause_s
    assert counts == [KEY | {"n": {"N": count}} for count in ("1", "1", "2")]


def test_the_same_calls_at_the_same_times_have_the_same_outcome() -> None:
    def outcome() -> list[Any]:
        dynamodb = lagging(index_s=5, table_s=3)
        for number in range(10):
            dynamodb.put(pk={"S": f"{number}"}, owner={"S": "ada"})
            dynamodb.time.now_s += 1
        pages = [keys(dynamodb), keys(dynamodb, IndexName="by-owner"), keys(dynamodb, ConsistentRead=True)]
        return [*pages, recorded(dynamodb), dynamodb.call("DescribeTable", TableName="table")]

    assert outcome() == outcome()
