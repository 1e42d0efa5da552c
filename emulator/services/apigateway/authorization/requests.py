"""Converts LocalStack's requests: to what was signed, what is called, and the values for authorizers and conditions."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from localstack.services.apigateway.next_gen.execute_api.context import RestApiInvocationContext
from localstack.utils.aws.arns import get_partition

from model.iam.authorizers.identity import RequestValues
from model.iam.policies.patterns import CallValues
from model.iam.resources import Target
from model.iam.signatures.sent import SentRequest


def sent_request(context: RestApiInvocationContext) -> SentRequest:
    """Return the request as it was sent and signed."""
    request = context.request
    raw_uri = request.environ.get("RAW_URI") or request.path
    path = raw_uri.partition("?")[0]
    return SentRequest(
        method=request.method,
        path=path if path.startswith("/") else urlsplit(path).path,
        query=request.environ.get("QUERY_STRING", ""),
        headers=_headers(request),
        body=_body(context),
    )


def _headers(request: Any) -> list[tuple[str, str]]:
    """Return the headers as they were sent: LocalStack may have changed the content encoding by now."""
    raw = request.environ.get("rolo.headers")
    if raw is None:
        return [(name, value) for name, value in request.headers]
    return [(_text(name), _text(value)) for name, value in raw]


def _body(context: RestApiInvocationContext) -> bytes:
    """Return the body as it was sent. LocalStack has parsed a form by now, and would serialize it differently."""
    stream = context.request.environ.get("wsgi.input")
    stream = getattr(stream, "_wrapped", stream)  # Twisted's wrapper hides that it is seekable
    if not (hasattr(stream, "seekable") and stream.seekable()):
        body: bytes = context.invocation_request["body"]
        return body
    at = stream.tell()
    stream.seek(0)
    try:
        return bytes(stream.read())
    finally:
        stream.seek(at)


def _text(value: bytes | str) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def target_of(context: RestApiInvocationContext) -> Target:
    """Return the method that a request calls."""
    return Target(
        partition=get_partition(context.region),
        region=context.region,
        account_id=context.account_id,
        api_id=context.api_id,
        stage=context.stage,
        method=context.request.method,
        path=context.invocation_request["path"],
    )


def request_values(context: RestApiInvocationContext) -> RequestValues:
    """Return the values that identity sources may name."""
    request = context.invocation_request
    return RequestValues(
        headers={name.lower(): value for name, value in request["headers"]},
        query=request["query_string_parameters"],
        stage_variables=context.stage_variables or {},
        context=context.context_variables,
    )


def call_values(context: RestApiInvocationContext, now: datetime) -> CallValues:
    """Return the values of condition keys (names in lower case) that do not depend on the caller.

    API Gateway is only called over TLS, so a condition that requires TLS is true here as well.

    Args:
        context: the request.
        now: the time, in UTC.
    """
    identity = context.context_variables["identity"]
    headers: Any = context.request.headers
    known = {
        "aws:sourceip": identity.get("sourceIp"),
        "aws:useragent": identity.get("userAgent"),
        "aws:referer": headers.get("referer"),
        "aws:securetransport": "true",
        "aws:requestedregion": context.region,
        "aws:viaawsservice": "false",
        "aws:currenttime": now.isoformat(),
        "aws:epochtime": str(int(now.timestamp())),
    }
    return {name: (value,) for name, value in known.items() if value is not None}
