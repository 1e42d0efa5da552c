"""Requests signed by botocore's own signers, as they go over the wire."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from model.iam.signatures.claim import read_claim
from model.iam.signatures.sent import SentRequest
from model.iam.signatures.verification import AccessKey, check_scope, check_signature

KEY_ID, SECRET, REGION = "AKIAEXAMPLE", "a/secret+key", "us-east-1"
KEY = AccessKey(SECRET)
URL = "http://127.0.0.1:4566/_aws/execute-api/abc123/v1/users"


def signed(
    method: str = "POST",
    url: str = URL,
    body: bytes = b'{"name": "Ada"}',
    headers: Mapping[str, str] | None = None,
    *,
    token: str | None = None,
    service: str = "execute-api",
    region: str = REGION,
    in_query: bool = False,
    **options: Any,
) -> SentRequest:
    """Return a request, signed in its headers, or in its query, where botocore sends no body."""
    request = AWSRequest(method, url, headers=dict(headers or {}), data=b"" if in_query else body)
    signer = (SigV4QueryAuth if in_query else SigV4Auth)(Credentials(KEY_ID, SECRET, token), service, region, **options)
    signer.add_auth(request)
    parts = urlsplit(str(request.url))
    sent = [("Host", parts.netloc), *((name, str(value)) for name, value in request.headers.items())]
    return SentRequest(method, parts.path, parts.query, sent, b"" if in_query else body)


def check(request: SentRequest, key: AccessKey | None = KEY, now: datetime | None = None) -> None:
    """Check a request as the gateway does, which knows one key. Raises Refusal."""
    now = now or datetime.now(UTC)
    claim = read_claim(request)
    check_scope(request, claim, REGION, now)
    check_signature(request, claim, key if claim.access_key_id == KEY_ID else None, now)


def with_header(request: SentRequest, name: str, value: str | None) -> SentRequest:
    """Return a request with another value of a header, without it, or with one more."""
    kept = [(key, text) for key, text in request.headers if key.lower() != name.lower()]
    headers = kept if value is None else [*kept, (name, value)]
    return SentRequest(request.method, request.path, request.query, headers, request.body)
