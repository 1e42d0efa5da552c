import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from model.event_source.records import matching, payloads, record_of

MESSAGE = {
    "MessageId": "059f36b4-87a3-44ab-83d2-661975830a7d",
    "ReceiptHandle": "handle",
    "Body": '{"name":  "Ada"}',
    "Attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1545082649183"},
    "MessageAttributes": {"kind": {"StringValue": "x", "DataType": "String"}},
    "MD5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
    "MD5OfMessageAttributes": "00484c68",
}
ARN = "arn:aws:sqs:us-east-2:123456789012:my-queue"


def test_a_record_has_the_shape_that_lambda_documents() -> None:
    assert record_of(MESSAGE, ARN, "us-east-2") == {
        "messageId": "059f36b4-87a3-44ab-83d2-661975830a7d",
        "receiptHandle": "handle",
        "body": '{"name":  "Ada"}',
        "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1545082649183"},
        "messageAttributes": {"kind": {"stringValue": "x", "dataType": "String"}},
        "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
        "md5OfMessageAttributes": "00484c68",
        "eventSource": "aws:sqs",
        "eventSourceARN": ARN,
        "awsRegion": "us-east-2",
    }


def test_a_binary_attribute_is_in_base64_and_can_be_sent() -> None:
    attribute = {"BinaryValue": b"\x00\xff", "DataType": "Binary"}
    record = record_of({**MESSAGE, "MessageAttributes": {"mark": attribute}}, ARN, "us-east-2")

    [(_, payload)] = payloads([record])
    [sent] = json.loads(payload)["Records"]
    assert sent["messageAttributes"] == {"mark": {"binaryValue": "AP8=", "dataType": "Binary"}}


def test_a_filter_sees_json_and_the_function_sees_what_was_sent() -> None:
    record = record_of(MESSAGE, ARN, "us-east-2")
    seen: list[Any] = []

    def matches(pattern: Any, event: Any) -> bool:
        seen.append(event["body"])
        return bool(pattern)

    assert matching(record, [True], matches)
    assert not matching(record, [False], matches)
    assert seen == [{"name": "Ada"}, {"name": "Ada"}]
    assert record["body"] == '{"name":  "Ada"}'


def test_without_a_filter_everything_passes() -> None:
    assert matching({"body": "x"}, [], lambda _pattern, _event: False)


@given(st.lists(st.text(max_size=30), max_size=20), st.integers(min_value=60, max_value=400))
def test_payloads_hold_every_record_once_in_order_and_keep_to_the_limit(bodies: list[str], limit: int) -> None:
    records = [{"messageId": str(number), "body": body} for number, body in enumerate(bodies)]

    batches = list(payloads(records, max_bytes=limit))

    assert [record for batch, _ in batches for record in batch] == records
    for batch, payload in batches:
        assert json.loads(payload) == {"Records": batch}
        assert len(payload) <= limit or len(batch) == 1
