"""The fast path's handler of operations on items, as SDKs send them: a consumer's writes among them."""

import re
from uuid import uuid4
from zlib import crc32

from localstack import config

from emulator.http.handlers import AT_ONCE, Answer, Request, is_plain
from emulator.services.apigateway.calls import item_call

_TARGET = re.compile(r"DynamoDB_20120810\.(?P<operation>\w+)")
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html; LocalStack reads no more.
_SIGNATURE = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key_id>[A-Za-z0-9]+)/\d{8}/(?P<region>[a-z0-9-]+)/dynamodb/aws4_request, ?"
    r"SignedHeaders=[a-z0-9;-]+, ?Signature=[0-9a-f]+"
)
_JSON = "application/x-amz-json-1.0"


def handle_requests() -> None:
    """Add the handler.

    Else an operation waits for a thread of its own, and goes through all that LocalStack's gateway has for requests
    that it has to find the service of first.
    """
    address = config.GATEWAY_LISTEN[0]
    AT_ONCE.append(ItemRequests(f"{address.host}:{address.port}"))


class ItemRequests:
    """The handler of the fast path."""

    def __init__(self, host: str) -> None:
        self._host = host

    def __call__(self, request: Request) -> Answer | None:
        """Answer a plain request for an operation on items."""
        if request.target != "/" or request.method != "POST":
            return None
        headers = request.by_lower_name()
        target = _TARGET.fullmatch(headers.get("x-amz-target", ""))
        if (
            target is None
            or not is_plain(headers, self._host)
            or headers.get("content-type") != _JSON
            or "accept" in headers
        ):
            return None
        signature = _SIGNATURE.fullmatch(headers.get("authorization", ""))
        call = item_call(target["operation"], signature["key_id"], signature["region"]) if signature else None
        body = call(request.body, headers.get("x-amzn-trace-id")) if call else None
        return None if body is None else to_answer(body.encode())


def to_answer(body: bytes) -> Answer:
    """Return the response with the headers that LocalStack's gateway gives it, and the checksum of our provider."""
    headers = [
        ("Content-Type", _JSON),
        ("Content-Length", f"{len(body)}"),
        ("x-amzn-RequestId", f"{uuid4()}"),
        ("x-amz-crc32", f"{crc32(body)}"),
        ("x-localstack", "true"),
    ]
    return Answer(200, headers, body)
