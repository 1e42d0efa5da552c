"""Calls of SQS: by boto3, and raw in both of its protocols."""

import json
from typing import Any
from urllib.parse import urlencode

from tests.integration.differential.call import AwsCall, Call, HttpCall

URL = "<<queue_url>>"
NO_QUEUE = "<<endpoint_url>>/queue/us-east-1/<<account_id>>/no-such-queue"


def sqs(name: str, operation: str, save: dict[str, str] | None = None, **parameters: Any) -> AwsCall:
    return AwsCall(f"sqs: {name}", "sqs", operation, parameters, save or {})


def signed(service: str, **headers: str) -> dict[str, str]:
    """Headers by which LocalStack knows account and service; it does not check signatures."""
    scope = f"<<account_id>>/20260101/us-east-1/{service}/aws4_request"
    return {"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"} | headers


def query(name: str, **parameters: str) -> HttpCall:
    headers = signed("sqs", **{"Content-Type": "application/x-www-form-urlencoded"})
    body = urlencode(parameters).encode()
    return HttpCall(f"sqs query: {name}", "POST", "<<endpoint_url>>/", body, headers)


def json_protocol(name: str, operation: str, body: bytes) -> HttpCall:
    content = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": f"AmazonSQS.{operation}"}
    return HttpCall(f"sqs json: {name}", "POST", "<<endpoint_url>>/", body, signed("sqs", **content))


BODIES = {
    "plain": "hello",
    "quotes": "\"'\\",
    "line breaks": "a\nb\tc",
    "emoji": "\U0001f9d1\u200d\U0001f680",
    "form": "&Action=PurgeQueue&x=%00+1",
    "xml": "<a>&amp;</a>",
    "velocity": "#set($x=1) $input.body",
    "not a character": "a\uffffb",
    "control": "a\x01b",
    "null": "a\x00b",
    "long": "x" * 20_000,
    "too long": "x" * 1_100_000,
}
ATTRIBUTES: dict[str, dict[str, Any]] = {
    "text": {"a": {"DataType": "String", "StringValue": "v"}},
    "number": {"a": {"DataType": "Number", "StringValue": "1.5"}},
    "bytes": {"a": {"DataType": "Binary", "BinaryValue": b"\x00\xff"}},
    "own type": {"a": {"DataType": "String.mine", "StringValue": "v"}},
    "no type": {"a": {"DataType": "", "StringValue": "v"}},
    "wrong type": {"a": {"DataType": "Text", "StringValue": "v"}},
    "empty value": {"a": {"DataType": "String", "StringValue": ""}},
    "bad name": {"a b": {"DataType": "String", "StringValue": "v"}},
    "eleven": {f"a{n}": {"DataType": "String", "StringValue": "v"} for n in range(11)},
}
QUEUE_ATTRIBUTES = {
    "VisibilityTimeout": ("0", "43200", "43201", "-1", "x"),
    "DelaySeconds": ("0", "900", "901"),
    "MaximumMessageSize": ("1024", "1023", "99999999"),
    "MessageRetentionPeriod": ("60", "59", "1209601"),
    "ReceiveMessageWaitTimeSeconds": ("0", "21"),
    "NoSuchAttribute": ("1",),
}
USUAL = {
    "VisibilityTimeout": "30",
    "DelaySeconds": "0",
    "MaximumMessageSize": "1048576",
    "MessageRetentionPeriod": "345600",
    "ReceiveMessageWaitTimeSeconds": "0",
}
ENTRIES = [{"Id": str(n), "MessageBody": f"body {n}"} for n in range(10)]

CALLS: tuple[Call, ...] = (
    sqs("create", "create_queue", {"queue_url": "QueueUrl"}, QueueName="differential"),
    sqs("create again", "create_queue", QueueName="differential"),
    sqs("create with other attributes", "create_queue", QueueName="differential", Attributes={"DelaySeconds": "5"}),
    *(sqs(f"create, name {name!a}", "create_queue", QueueName=name) for name in ("a b", "x" * 81, "a.fifo", "$", "")),
    sqs("get the URL", "get_queue_url", QueueName="differential"),
    sqs("get the URL of none", "get_queue_url", QueueName="no-such-queue"),
    sqs("list", "list_queues", QueueNamePrefix="differential"),
    sqs("list none", "list_queues", QueueNamePrefix="no-such"),
    *(
        sqs(f"set {attribute} to {value}", "set_queue_attributes", QueueUrl=URL, Attributes={attribute: value})
        for attribute, values in QUEUE_ATTRIBUTES.items()
        for value in values
    ),
    sqs("set what is usual", "set_queue_attributes", QueueUrl=URL, Attributes=USUAL),
    sqs("attributes", "get_queue_attributes", QueueUrl=URL, AttributeNames=["All"]),
    sqs("one attribute", "get_queue_attributes", QueueUrl=URL, AttributeNames=["QueueArn"]),
    sqs("no such attribute", "get_queue_attributes", QueueUrl=URL, AttributeNames=["Nothing"]),
    sqs("attributes of none", "get_queue_attributes", QueueUrl=NO_QUEUE, AttributeNames=["All"]),
    sqs("tag", "tag_queue", QueueUrl=URL, Tags={"a": "b"}),
    sqs("tags", "list_queue_tags", QueueUrl=URL),
    sqs("receive from empty", "receive_message", QueueUrl=URL),
    sqs("send to none", "send_message", QueueUrl=NO_QUEUE, MessageBody="x"),
    sqs("send nothing", "send_message", QueueUrl=URL, MessageBody=""),
    *(
        call
        for name, body in BODIES.items()
        for call in (
            sqs(f"send {name}", "send_message", QueueUrl=URL, MessageBody=body),
            sqs(f"purge before {name}", "purge_queue", QueueUrl=URL)
            if name == "too long"
            else sqs(f"receive {name}", "receive_message", QueueUrl=URL, MessageSystemAttributeNames=["All"]),
        )
    ),
    *(
        call
        for name, attributes in ATTRIBUTES.items()
        for call in (
            sqs(f"send with {name}", "send_message", QueueUrl=URL, MessageBody="x", MessageAttributes=attributes),
            sqs(f"receive with {name}", "receive_message", QueueUrl=URL, MessageAttributeNames=["All"]),
        )
    ),
    *(sqs(f"receive {n}", "receive_message", QueueUrl=URL, MaxNumberOfMessages=n) for n in (0, 11, -1)),
    sqs("wait too long", "receive_message", QueueUrl=URL, WaitTimeSeconds=21),
    sqs("delay too long", "send_message", QueueUrl=URL, MessageBody="x", DelaySeconds=901),
    sqs("send ten", "send_message_batch", QueueUrl=URL, Entries=ENTRIES),
    sqs("send none", "send_message_batch", QueueUrl=URL, Entries=[]),
    sqs("send eleven", "send_message_batch", QueueUrl=URL, Entries=[*ENTRIES, {"Id": "x", "MessageBody": "x"}]),
    sqs("send one ID twice", "send_message_batch", QueueUrl=URL, Entries=[ENTRIES[0], ENTRIES[0]]),
    sqs("send a bad ID", "send_message_batch", QueueUrl=URL, Entries=[{"Id": "a b", "MessageBody": "x"}]),
    sqs(
        "receive ten",
        "receive_message",
        {"receipt": "Messages.0.ReceiptHandle", "receipt_2": "Messages.1.ReceiptHandle"},
        QueueUrl=URL,
        MaxNumberOfMessages=10,
        AttributeNames=["All"],
    ),
    sqs("hide", "change_message_visibility", QueueUrl=URL, ReceiptHandle="<<receipt>>", VisibilityTimeout=60),
    sqs("hide too long", "change_message_visibility", QueueUrl=URL, ReceiptHandle="<<receipt>>",
        VisibilityTimeout=43201),
    sqs("hide nothing", "change_message_visibility", QueueUrl=URL, ReceiptHandle="x", VisibilityTimeout=1),
    sqs("delete", "delete_message", QueueUrl=URL, ReceiptHandle="<<receipt>>"),
    sqs("delete again", "delete_message", QueueUrl=URL, ReceiptHandle="<<receipt>>"),
    sqs("delete nothing", "delete_message", QueueUrl=URL, ReceiptHandle="x"),
    sqs(
        "delete some",
        "delete_message_batch",
        QueueUrl=URL,
        Entries=[{"Id": "a", "ReceiptHandle": "<<receipt_2>>"}, {"Id": "b", "ReceiptHandle": "x"}],
    ),
    sqs("depth", "get_queue_attributes", QueueUrl=URL, AttributeNames=["ApproximateNumberOfMessagesNotVisible"]),
    query("send", Action="SendMessage", QueueUrl=URL, MessageBody="x"),
    query("no action", QueueUrl=URL),
    query("no such action", Action="Nothing"),
    query("no body", Action="SendMessage", QueueUrl=URL),
    query("no queue", Action="GetQueueUrl", QueueName="no-such-queue"),
    query("list", Action="ListQueues", QueueNamePrefix="differential"),
    query("receive", Action="ReceiveMessage", QueueUrl=URL, MaxNumberOfMessages="1"),
    json_protocol("not JSON", "SendMessage", b"{"),
    json_protocol("no members", "SendMessage", b"{}"),
    json_protocol("no such operation", "Nothing", b"{}"),
    json_protocol("get the URL", "GetQueueUrl", json.dumps({"QueueName": "differential"}).encode()),
    json_protocol("no queue", "GetQueueUrl", json.dumps({"QueueName": "no-such-queue"}).encode()),
    sqs("create FIFO", "create_queue", {"fifo_url": "QueueUrl"}, QueueName="d.fifo", Attributes={"FifoQueue": "true"}),
    sqs("FIFO without group", "send_message", QueueUrl="<<fifo_url>>", MessageBody="x"),
    sqs("FIFO without ID", "send_message", QueueUrl="<<fifo_url>>", MessageBody="x", MessageGroupId="g"),
    *(
        sqs(f"FIFO {n}", "send_message", QueueUrl="<<fifo_url>>", MessageBody="x", MessageGroupId="g",
            MessageDeduplicationId="d")
        for n in ("send", "send again")
    ),
    sqs("FIFO receive", "receive_message", QueueUrl="<<fifo_url>>", AttributeNames=["All"]),
    sqs("FIFO receive, group in flight", "receive_message", QueueUrl="<<fifo_url>>"),
    sqs("delete FIFO", "delete_queue", QueueUrl="<<fifo_url>>"),
    sqs("delete the queue", "delete_queue", QueueUrl=URL),
    sqs("delete no queue", "delete_queue", QueueUrl=URL),
)  # fmt: skip
