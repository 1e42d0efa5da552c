"""Which calls integrations and signed requests make, and which are left to LocalStack."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from localstack.aws.api import CommonServiceException, RequestContext

from emulator.services.apigateway import calls
from emulator.services.apigateway.calls import Caller, ItemCall, SendCall, integration_call, item_call

ROLE = "arn:aws:iam::111111111111:role/enqueue"
QUERY = "arn:aws:apigateway:eu-west-1:dynamodb:action/Query"
SEND = "arn:aws:apigateway:us-east-1:sqs:path/222222222222/users"
CALLER = Caller("111111111111", "us-east-1")


@dataclass
class FakeServices:
    """Services whose operations answer with `answer`, or raise it, and note what they were asked."""

    running: tuple[str, ...] = ("dynamodb", "sqs")
    answer: dict[str, Any] | Exception = field(default_factory=dict)
    asked: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    trace_headers: list[str | None] = field(default_factory=list)

    def is_running(self, service: str) -> bool:
        return service in self.running

    def get_service(self, _service: str) -> "FakeServices":
        return self

    @property
    def skeleton(self) -> "FakeServices":
        return self

    @property
    def dispatch_table(self) -> "FakeServices":
        return self

    def __getitem__(self, operation: str) -> Callable[..., dict[str, Any]]:
        def run(context: RequestContext, request: dict[str, Any]) -> dict[str, Any]:
            self.asked.append((operation, context.account_id, request))
            self.trace_headers.append(context.request.headers.get("X-Amzn-Trace-Id"))
            if isinstance(self.answer, Exception):
                raise self.answer
            return self.answer

        return run


@pytest.fixture
def services(monkeypatch: pytest.MonkeyPatch) -> FakeServices:
    fakes = FakeServices()
    monkeypatch.setattr(calls, "SERVICE_PLUGINS", fakes)
    return fakes


def test_an_integration_calls_in_the_name_of_its_role() -> None:
    assert integration_call(QUERY, ROLE) == ItemCall("Query", Caller("111111111111", "eu-west-1"))
    assert integration_call(SEND, ROLE) == SendCall("222222222222", "users", CALLER)


@pytest.mark.parametrize(
    ("uri", "role"),
    [
        (QUERY, None),
        (QUERY, "no role"),
        (QUERY.replace("Query", "Scan"), ROLE),
        (QUERY.replace("Query", "ListTables"), ROLE),
        (QUERY.replace("eu-west-1", "nowhere-1"), ROLE),
        (QUERY.replace("Query", ""), ROLE),
        (SEND.replace("sqs", "sns"), ROLE),
        (SEND.replace("222222222222/users", "users"), ROLE),
        ("arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/f/invocations", ROLE),
        ("http://127.0.0.1/", ROLE),
    ],
)
def test_any_other_integration_is_left_to_localstack(uri: str, role: str | None) -> None:
    assert integration_call(uri, role) is None


def test_a_key_of_twelve_digits_is_the_account() -> None:
    assert item_call("PutItem", "333333333333", "us-east-1") == ItemCall("PutItem", Caller("333333333333", "us-east-1"))
    assert item_call("Scan", "333333333333", "us-east-1") is None
    assert item_call("PutItem", "333333333333", "nowhere-1") is None


def test_an_operation_on_items_is_read_and_answered_in_json(services: FakeServices) -> None:
    services.answer = {"Item": {"id": {"S": "x"}, "b": {"B": b"\xff"}}, "ConsumedCapacity": None}
    body = ItemCall("GetItem", CALLER)('{"TableName": "users", "Key": {"id": {"S": "x"}}, "NoSuchMember": 1}')
    assert services.asked == [("GetItem", "111111111111", {"TableName": "users", "Key": {"id": {"S": "x"}}})]
    assert json.loads(body or "") == {"Item": {"id": {"S": "x"}, "b": {"B": "/w=="}}}


DEEP = '{"Item": {"a": ' + '{"M": {"a": ' * 300 + '{"S": ""}' + "}}" * 300 + "}}"


@pytest.mark.parametrize("body", ["{", "[]", '{"TableName": 1', '{"Key": []}', b"\xff", DEEP])
def test_what_cannot_be_read_is_left_to_localstack(services: FakeServices, body: str | bytes) -> None:
    assert ItemCall("PutItem" if body is DEEP else "GetItem", CALLER)(body) is None
    assert not services.asked


def test_a_refusal_is_left_to_localstack(services: FakeServices) -> None:
    services.answer = CommonServiceException("ValidationException", "no")
    assert ItemCall("PutItem", CALLER)("{}") is None
    assert SendCall("1", "users", CALLER)("Action=SendMessage&MessageBody=x") is None


def test_a_service_that_was_never_used_is_left_to_localstack(services: FakeServices) -> None:
    services.running = ()
    assert ItemCall("GetItem", CALLER)("{}") is None
    assert SendCall("1", "users", CALLER)("Action=SendMessage&MessageBody=x") is None
    assert not services.asked


def test_a_message_is_sent_as_the_form_has_it(services: FakeServices) -> None:
    services.answer = {"MessageId": "m", "MD5OfMessageBody": "d", "SequenceNumber": None}
    body = SendCall("222222222222", "users", CALLER)("Action=SendMessage&MessageBody=%7B%22a%22%3A+%22%26%22%7D")
    request = {"QueueUrl": "http://sqs.us-east-1/222222222222/users", "MessageBody": '{"a": "&"}'}
    assert services.asked == [("SendMessage", "111111111111", request)]
    answer = json.loads(body or "")["SendMessageResponse"]
    assert answer["SendMessageResult"] == {"MessageId": "m", "MD5OfMessageBody": "d"}
    assert set(answer["ResponseMetadata"]) == {"RequestId"}


NAMED = "Action=SendMessage&MessageBody=x&MessageAttribute.1.Name=createdBy"
TYPED = f"{NAMED}&MessageAttribute.1.Value.DataType=String"


def test_a_message_is_sent_with_the_attributes_that_the_form_has(services: FakeServices) -> None:
    services.answer = {"MessageId": "m"}
    second = "MessageAttribute.2.Name=b&MessageAttribute.2.Value.DataType=String&MessageAttribute.2.Value.StringValue=2"
    sent = SendCall("222222222222", "users", CALLER)(f"{TYPED}&MessageAttribute.1.Value.StringValue=a%26b&{second}")
    assert sent is not None
    ((_, _, request),) = services.asked
    assert request["MessageAttributes"] == {
        "createdBy": {"DataType": "String", "StringValue": "a&b"},
        "b": {"DataType": "String", "StringValue": "2"},
    }


TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
FLOW_TRACE = "Root=1-5759e988-0f10f10f0000000000000003;Parent=53995c3f42cd8ad8;Sampled=0"


def test_a_queue_sees_the_trace_header_that_it_keeps_with_the_message(services: FakeServices) -> None:
    for trace_header in (TRACE, FLOW_TRACE, None):
        SendCall("222222222222", "users", CALLER)("Action=SendMessage&MessageBody=x", trace_header)
    assert services.trace_headers == [TRACE, FLOW_TRACE, None]


def test_a_table_sees_the_trace_header_of_a_flow(services: FakeServices) -> None:
    for trace_header in (TRACE, FLOW_TRACE, None):
        ItemCall("GetItem", CALLER)("{}", trace_header)
    assert services.trace_headers == [None, FLOW_TRACE, None]


@pytest.mark.parametrize(
    "form",
    [
        "",
        "x",
        "Action=SendMessage",
        "Action=SendMessage&MessageBody=",
        "Action=ReceiveMessage&MessageBody=x",
        "Action=SendMessage&MessageBody=x&DelaySeconds=1",
        NAMED,
        TYPED,
        f"{TYPED}&MessageAttribute.1.Value.StringValue=",
        f"{TYPED}&MessageAttribute.1.Value.StringValue=x&MessageAttribute.1.Value.BinaryValue=eA==",
        f"{NAMED}&MessageAttribute.1.Value.DataType=Number&MessageAttribute.1.Value.StringValue=1",
        f"{TYPED}&MessageAttribute.2.Value.StringValue=x",
        f"{TYPED}&MessageAttribute.1.Value.StringValue=x&DelaySeconds=1",
        "Action=SendMessage&MessageBody=x&MessageBody=y",
        "Action=SendMessage&MessageBody=%FF",
        "Action=SendMessage&MessageBody=" + "x" * 400_001,
        b"Action=SendMessage&MessageBody=\xff",
    ],
)
def test_any_other_form_is_left_to_localstack(services: FakeServices, form: str | bytes) -> None:
    assert SendCall("222222222222", "users", CALLER)(form) is None
    assert not services.asked


def test_a_call_reads_a_body_of_its_own_type_only() -> None:
    assert ItemCall("Query", CALLER).takes("")
    assert ItemCall("Query", CALLER).takes("application/json")
    assert not ItemCall("Query", CALLER).takes("application/x-amz-cbor-1.1")
    assert SendCall("1", "users", CALLER).takes("application/x-www-form-urlencoded")
    assert not SendCall("1", "users", CALLER).takes("application/json")
