"""What an integration does: one operation of SQS or DynamoDB, by LocalStack's provider of it.

The provider is called as LocalStack's gateway would call it, without the HTTP request, its signature and the two
protocols around it. A call returns None where LocalStack has to answer instead: nothing was changed then.
"""

import json
import re
from copy import copy
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Protocol
from urllib.parse import parse_qsl
from uuid import uuid4

from botocore.model import OperationModel
from localstack.aws.accounts import get_account_id_from_access_key_id
from localstack.aws.api import RequestContext, ServiceException
from localstack.aws.handlers.region import DefaultRegionRewriterStrategy
from localstack.aws.protocol.parser import RequestParserError, create_parser
from localstack.aws.protocol.serializer import create_serializer
from localstack.aws.spec import load_service
from localstack.http import Request
from localstack.services.plugins import SERVICE_PLUGINS
from localstack.utils.aws.arns import get_partition
from werkzeug.datastructures import Headers

from emulator.faults.registry import FAULTS
from emulator.faults.taken import HitError, TakenRequest
from model.faults.identity import FLOW_MARK, TRACE_HEADER
from model.faults.kinds import Place

# https://docs.aws.amazon.com/apigateway/latest/api/API_Integration.html, `uri`
_INTEGRATION = re.compile(
    r"arn:[a-z-]+:apigateway:(?P<region>[a-z0-9-]+):"
    r"(?:dynamodb:action/(?P<operation>\w+)|sqs:path/(?P<queue_account_id>\d{12})/(?P<queue_name>[A-Za-z0-9_-]+(?:\.fifo)?))"
)
_ROLE = re.compile(r"arn:[a-z-]+:iam::(?P<account_id>\d{12}):role/[\w+=,.@/-]+")
# A longer form is refused before it comes to the queue.
_MAX_FORM_BYTES = 400_000
_MAX_CALLS = 1024
_MAX_ATTRIBUTES = 10  # SQS takes no more
# Providers look for headers in it.
_NO_REQUEST = TakenRequest()

# What is quick whatever a table holds. The others, a Scan among them, might keep all clients waiting.
ITEM_OPERATIONS = frozenset({"DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"})


@dataclass(frozen=True, slots=True)
class Caller:
    """On whose behalf a call is made, and where."""

    account_id: str
    region: str


class NotRunningError(Exception):
    """The service has not been used yet."""


class Call(Protocol):
    """An operation of a service, with everything but its parameters."""

    def takes(self, content_type: str) -> bool:
        """Whether a body of this type is read as this call reads it."""

    def __call__(self, body: str | bytes, trace_header: str | None = None) -> str | None:
        """Run the operation and return the body of its response; None when it was refused.

        Args:
            body: what the operation reads.
            trace_header: the request's, if it has one. A queue keeps it with the message; in a table it only says
                which flow of the harness an operation belongs to.
        """


@dataclass(frozen=True, slots=True)
class ItemCall:
    """An operation on a table's items. Its body is the one of DynamoDB's JSON protocol, and so is what it returns."""

    operation: str
    caller: Caller

    def takes(self, content_type: str) -> bool:
        """See `Call`. All types but one are read as JSON."""
        return "cbor" not in content_type

    def __call__(self, body: str | bytes, trace_header: str | None = None) -> str | None:
        """See `Call`."""
        operation = _operation("dynamodb", self.operation)
        service = operation.service_model
        says_more = trace_header is not None and (FLOW_MARK in trace_header or FAULTS.at(Place.CALL))
        context = _context(operation, self.caller, trace_header if says_more else None)
        try:
            context.service_request = create_parser(service)._parse_shape(  # noqa: SLF001 - what it does once it has the JSON
                None, operation.input_shape, json.loads(body or "{}"), {}
            )
        except (RequestParserError, ValueError, RecursionError):
            return None
        try:
            response = _operations("dynamodb")[self.operation](context, context.service_request) or {}
        except (NotRunningError, HitError, ServiceException, ValueError):
            return None
        return create_serializer(service)._serialize_body_params(  # noqa: SLF001 - as above, for a response
            response, operation.output_shape, operation, "application/json", context.request_id
        )


@dataclass(frozen=True, slots=True)
class SendCall:
    """A message sent to a queue, by a form as API Gateway's integrations send it.

    It is an action, the message's body, and perhaps attributes of it that are texts.
    """

    queue_account_id: str
    queue_name: str
    caller: Caller

    def takes(self, content_type: str) -> bool:
        """See `Call`."""
        return content_type == "application/x-www-form-urlencoded"

    def __call__(self, body: str | bytes, trace_header: str | None = None) -> str | None:
        """See `Call`. Returns the response in JSON, which API Gateway asks for."""
        form = _form(body)
        if form is None or form.pop("Action", None) != "SendMessage" or "MessageBody" not in form:
            return None
        message_body = form.pop("MessageBody")
        attributes = _message_attributes(form)
        if attributes is None:
            return None
        url = f"http://sqs.{self.caller.region}/{self.queue_account_id}/{self.queue_name}"
        context = _context(_operation("sqs", "SendMessage"), self.caller, trace_header)
        request: dict[str, Any] = {"QueueUrl": url, "MessageBody": message_body}
        if attributes:
            request["MessageAttributes"] = attributes
        try:
            result = _operations("sqs")["SendMessage"](context, request)
        except (NotRunningError, HitError, ServiceException):
            return None
        known = {name: value for name, value in result.items() if value is not None}
        metadata = {"RequestId": str(uuid4())}
        return json.dumps({"SendMessageResponse": {"SendMessageResult": known, "ResponseMetadata": metadata}})


@lru_cache(_MAX_CALLS)
def integration_call(uri: str, role_arn: str | None) -> Call | None:
    """Return the call that an integration makes; None when it makes another, or for an account that is not named.

    Args:
        uri: as API Gateway has it, with nothing left to fill in.
        role_arn: on whose behalf; what may assume the role is not checked, as LocalStack does not.
    """
    integration, role = _INTEGRATION.fullmatch(uri), _ROLE.fullmatch(role_arn or "")
    if integration is None or role is None:
        return None
    caller = _caller(role["account_id"], integration["region"])
    if caller is None or integration["operation"] is not None:
        return _item_call(integration["operation"], caller)
    return SendCall(integration["queue_account_id"], integration["queue_name"], caller)


@lru_cache(_MAX_CALLS)
def item_call(operation: str, access_key_id: str, region: str) -> ItemCall | None:
    """Return the call of who signed a request with this key; None when LocalStack is to answer it."""
    return _item_call(operation, _caller(get_account_id_from_access_key_id(access_key_id), region))


def _item_call(operation: str, caller: Caller | None) -> ItemCall | None:
    return ItemCall(operation, caller) if caller and operation in ITEM_OPERATIONS else None


def _caller(account_id: str, region: str) -> Caller | None:
    """Return None for a region that LocalStack takes for another."""
    return Caller(account_id, region) if region in _regions() else None


def _form(body: str | bytes) -> dict[str, str] | None:
    """Return the fields of a form, each of which is there once and has a value."""
    if len(body) > _MAX_FORM_BYTES:
        return None
    try:
        text = body if isinstance(body, str) else body.decode()
        fields = parse_qsl(text, keep_blank_values=True, strict_parsing=True, errors="strict")
    except ValueError:
        return None
    form = dict(fields)
    return form if len(form) == len(fields) and all(form.values()) else None


def _message_attributes(form: dict[str, str]) -> dict[str, dict[str, str]] | None:
    """Return the texts among a message's attributes, by name; None when the form has anything else.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
    """
    attributes: dict[str, dict[str, str]] = {}
    left = dict(form)
    for number in range(1, _MAX_ATTRIBUTES + 1):
        prefix = f"MessageAttribute.{number}."
        name = left.pop(f"{prefix}Name", None)
        value = {part: left.pop(f"{prefix}Value.{part}", None) for part in ("DataType", "StringValue")}
        if name is None or value["DataType"] != "String" or value["StringValue"] is None:
            break
        attributes[name] = {"DataType": "String", "StringValue": value["StringValue"]}
    return None if left or len(attributes) * 3 != len(form) else attributes


@cache
def _operation(service: str, name: str) -> OperationModel:
    """Return a description that remembers what it has worked out; LocalStack's does so for one request."""
    return load_service(service).operation_model(name)


def _context(operation: OperationModel, caller: Caller, trace_header: str | None) -> RequestContext:
    context = RequestContext(_request(trace_header))
    context.service = operation.service_model
    context.operation = operation
    context.protocol = operation.service_model.protocol
    context.account_id = caller.account_id
    context.region = caller.region
    context.partition = get_partition(caller.region)
    return context


def _request(trace_header: str | None) -> Request:
    if trace_header is None:
        return _NO_REQUEST
    request = copy(_NO_REQUEST)  # to make one takes as long as a whole call
    request.headers = Headers([(TRACE_HEADER, trace_header)])
    return request


def _operations(service: str) -> Any:
    """Return the operations of a service by their names, as LocalStack's gateway has them."""
    if not SERVICE_PLUGINS.is_running(service):
        raise NotRunningError  # to start one takes seconds, and the server's thread
    return SERVICE_PLUGINS.get_service(service).skeleton.dispatch_table


@cache
def _regions() -> frozenset[str]:
    """Return the regions that LocalStack does not take for another."""
    return frozenset(DefaultRegionRewriterStrategy().available_regions)
