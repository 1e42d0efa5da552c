"""What two engines may answer differently because of when, where and in which order they were asked. Pure."""

import base64
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tests.integration.differential.call import Answer

# Members whose value is made for each resource, request or moment, whatever it looks like.
_VOLATILE = frozenset(
    {
        # headers
        "date",
        "x-amz-apigw-id",
        "x-amz-request-id",
        "x-amzn-requestid",
        "x-amzn-trace-id",
        "x-amz-id-2",
        "x-amz-crc32",
        # API Gateway
        "id",
        "restApiId",
        "parentId",
        "deploymentId",
        "rootResourceId",
        "resourceId",
        "createdDate",
        "lastUpdatedDate",
        "value",
        # Lambda
        "CodeSize",
        "RevisionId",
        "LastModified",
        "Location",
        # SQS
        "ReceiptHandle",
        "CreatedTimestamp",
        "LastModifiedTimestamp",
        "SentTimestamp",
        "ApproximateFirstReceiveTimestamp",
        "SequenceNumber",
        "NextToken",
        # DynamoDB
        "TableId",
        "LatestStreamLabel",
        "LatestStreamArn",
        # errors
        "RequestId",
        "HostId",
    }
)
# Said by the body itself, or by how it was sent.
_LEFT_OUT = frozenset({"content-length", "connection", "transfer-encoding", "server"})

_PATTERNS = tuple(
    (re.compile(pattern), stand_in)
    for pattern, stand_in in (
        (r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", "<uuid>"),
        (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?", "<time>"),
        (r"<RequestId>[^<]*</RequestId>", "<RequestId/>"),
        (r"<(ReceiptHandle|SequenceNumber|CreatedTimestamp|LastModifiedTimestamp)>[^<]*<", r"<\1>...<"),
        (r'"ReceiptHandle": ?"[^"]*"', '"ReceiptHandle": "..."'),
        (r"Duration: [\d.]+ ms", "Duration: <ms>"),
        (r"Max Memory Used: \d+ MB", "Max Memory Used: <MB>"),
        (r"(differential-[A-Za-z]+)-[0-9a-f]{8}", r"\1-<suffix>"),  # what CloudFormation names
        (r"Root=1-[0-9a-f-]+", "Root=<trace>"),
        (r"/[^\s\"']*/(?=handler\.py)", "<task root>/"),
    )
)


def normalise(answer: Answer, saved: Mapping[str, str]) -> Any:
    """Return an answer as it is to be compared.

    Args:
        answer: what an engine answered.
        saved: what its answers held: each stands for the same thing on the other engine, so its name takes its place.
    """
    # Longer ones first: a URL before the ID that is a part of it.
    names = sorted(saved.items(), key=lambda item: -len(item[1]))
    return _normalise(answer, [(text, f"<{name}>") for name, text in names if text])


def _normalise(value: Any, names: list[tuple[str, str]]) -> Any:
    match value:
        case dict():
            return {key: _member(key, member, names) for key, member in value.items() if key not in _LEFT_OUT}
        case list():
            return [_normalise(member, names) for member in value]
        case datetime():
            return "<time>"
        case bytes():
            return _normalise(value.decode(errors="backslashreplace"), names)
        case str():
            for text, stand_in in names:
                value = value.replace(text, stand_in)
            for pattern, stand_in in _PATTERNS:
                value = pattern.sub(stand_in, value)
            return value
        case _:
            return value


def _member(key: str, value: Any, names: list[tuple[str, str]]) -> Any:
    if key in _VOLATILE and isinstance(value, str | int | datetime):
        return f"<{key}>"
    if key in {"LogResult", "x-amz-log-result"}:
        return _normalise(base64.b64decode(value), names)
    return _normalise(value, names)
