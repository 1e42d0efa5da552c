"""Streams: a record for each change, in order, with the images asked for, for a day."""

from typing import Any

import pytest

from tests.unit.model.dynamodb.local import LocalDynamoDb


def create(dynamodb: LocalDynamoDb, view_type: str = "NEW_AND_OLD_IMAGES") -> str:
    """Make a table with a stream, and return the stream's ARN."""
    dynamodb.create(StreamSpecification={"StreamEnabled": True, "StreamViewType": view_type})
    [stream] = dynamodb.call("ListStreams", TableName="table")["Streams"]
    return str(stream["StreamArn"])


def iterator(dynamodb: LocalDynamoDb, arn: str, kind: str = "TRIM_HORIZON", **more: str) -> str:
    [shard] = dynamodb.call("DescribeStream", StreamArn=arn)["StreamDescription"]["Shards"]
    response = dynamodb.call(
        "GetShardIterator", StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType=kind, **more
    )
    return str(response["ShardIterator"])


def changes(dynamodb: LocalDynamoDb, arn: str) -> list[tuple[str, Any, Any]]:
    records = dynamodb.call("GetRecords", ShardIterator=iterator(dynamodb, arn))["Records"]
    return [
        (record["eventName"], record["dynamodb"].get("OldImage"), record["dynamodb"].get("NewImage"))
        for record in records
    ]


def change_three_times(dynamodb: LocalDynamoDb) -> tuple[dict[str, Any], dict[str, Any]]:
    key = {"pk": {"S": "a"}}
    dynamodb.put(**key)
    dynamodb.put(**key)  # changes nothing
    dynamodb.call(
        "UpdateItem",
        TableName="table",
        Key=key,
        UpdateExpression="SET x = :x",
        ExpressionAttributeValues={":x": {"N": "1"}},
    )
    dynamodb.call("BatchWriteItem", RequestItems={"table": [{"DeleteRequest": {"Key": key}}]})
    return key, key | {"x": {"N": "1"}}


def test_inserts_changes_and_removals_are_recorded_in_order(dynamodb: LocalDynamoDb) -> None:
    arn = create(dynamodb)
    first, second = change_three_times(dynamodb)
    assert changes(dynamodb, arn) == [
        ("INSERT", None, first),
        ("MODIFY", first, second),
        ("REMOVE", second, None),
    ]


@pytest.mark.parametrize(
    ("view_type", "images"),
    [
        ("KEYS_ONLY", [set(), set(), set()]),
        ("NEW_IMAGE", [{"NewImage"}, {"NewImage"}, set()]),
        ("OLD_IMAGE", [set(), {"OldImage"}, {"OldImage"}]),
    ],
)
def test_a_record_has_the_images_of_its_view_type(
    dynamodb: LocalDynamoDb, view_type: str, images: list[set[str]]
) -> None:
    arn = create(dynamodb, view_type)
    key, _ = change_three_times(dynamodb)
    records = dynamodb.call("GetRecords", ShardIterator=iterator(dynamodb, arn))["Records"]
    assert [set(record["dynamodb"]) & {"NewImage", "OldImage"} for record in records] == images
    assert all(record["dynamodb"]["Keys"] == key for record in records)
    assert all(record["dynamodb"]["StreamViewType"] == view_type for record in records)


def test_reading_goes_on_where_it_stopped(dynamodb: LocalDynamoDb) -> None:
    arn = create(dynamodb)
    for name in "abc":
        dynamodb.put(pk={"S": name})
    first = dynamodb.call("GetRecords", ShardIterator=iterator(dynamodb, arn), Limit=2)
    second = dynamodb.call("GetRecords", ShardIterator=first["NextShardIterator"])
    assert [len(page["Records"]) for page in (first, second)] == [2, 1]
    number = first["Records"][1]["dynamodb"]["SequenceNumber"]
    for kind, names in (("AT_SEQUENCE_NUMBER", ["b", "c"]), ("AFTER_SEQUENCE_NUMBER", ["c"]), ("LATEST", [])):
        more = {} if kind == "LATEST" else {"SequenceNumber": number}
        records = dynamodb.call("GetRecords", ShardIterator=iterator(dynamodb, arn, kind, **more))["Records"]
        assert [record["dynamodb"]["Keys"]["pk"]["S"] for record in records] == names


def test_records_are_kept_for_a_day(dynamodb: LocalDynamoDb) -> None:
    arn = create(dynamodb)
    horizon = iterator(dynamodb, arn)
    dynamodb.put(pk={"S": "old"})
    dynamodb.time.now_s += 25 * 3600
    dynamodb.put(pk={"S": "new"})
    assert [new["pk"]["S"] for _, _, new in changes(dynamodb, arn)] == ["new"]
    assert dynamodb.refusal("GetRecords", ShardIterator=horizon).code == "TrimmedDataAccessException"


def test_a_stream_can_be_switched_on_and_off(dynamodb: LocalDynamoDb) -> None:
    dynamodb.create()
    assert dynamodb.call("ListStreams") == {"Streams": []}
    enabled = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    dynamodb.call("UpdateTable", TableName="table", StreamSpecification=enabled)
    assert len(dynamodb.call("ListStreams")["Streams"]) == 1
    error = dynamodb.refusal("UpdateTable", TableName="table", StreamSpecification=enabled)
    assert "already has an enabled stream" in error.message
    dynamodb.call("UpdateTable", TableName="table", StreamSpecification={"StreamEnabled": False})
    assert dynamodb.call("ListStreams") == {"Streams": []}


def test_what_is_no_stream_shard_or_iterator_is_refused(dynamodb: LocalDynamoDb) -> None:
    arn = create(dynamodb)
    assert dynamodb.refusal("DescribeStream", StreamArn=f"{arn}0" + "x" * 20).code == "ResourceNotFoundException"
    shard = {"StreamArn": arn, "ShardId": "shardId-00000000000000000000-0", "ShardIteratorType": "LATEST"}
    assert dynamodb.refusal("GetShardIterator", **shard).code == "ResourceNotFoundException"
    assert dynamodb.refusal("GetRecords", ShardIterator="x").code == "ExpiredIteratorException"
