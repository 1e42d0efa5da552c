"""The canonical request, and its signature.

A path is encoded as it was sent, its escapes once more, and never normalized: the path that is signed is the path that
is routed. A query is decoded and encoded again, so that two spellings of the same query have the same signature.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import hashlib
import hmac
import re
from functools import lru_cache
from typing import Final
from urllib.parse import quote, unquote_to_bytes

from model.iam.signatures.claim import ALGORITHM, SCOPE_END, SIGNATURE_PARAMETER, Claim, time_text
from model.iam.signatures.sent import SentRequest

_UNRESERVED: Final = "-_.~"
_SPACES: Final = re.compile(" +")
_MAX_KEYS: Final = 256


def canonical_request(request: SentRequest, claim: Claim) -> str:
    """Return the canonical request; it has to have the headers that the claim names."""
    headers = "".join(f"{name}:{_header(request, name)}\n" for name in claim.signed_headers)
    return "\n".join(
        (
            request.method,
            quote(request.path or "/", safe=f"/{_UNRESERVED}"),
            _query(request, claim),
            headers,
            ";".join(claim.signed_headers),
            hashlib.sha256(request.body).hexdigest(),
        )
    )


def string_to_sign(canonical: str, claim: Claim) -> str:
    """Return the string that the key signs."""
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    return "\n".join((ALGORITHM, time_text(claim.signed_at), claim.scope, digest))


def signature(text: str, secret: str, claim: Claim) -> str:
    """Return the signature of a text with a secret, for the claim's scope."""
    key = _key(secret, claim.date, claim.region, claim.service)
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _query(request: SentRequest, claim: Claim) -> str:
    pairs = sorted(
        (_encoded(name), _encoded(value))
        for name, value in request.query_parts()
        if not (claim.in_query and name == SIGNATURE_PARAMETER)
    )
    return "&".join(f"{name}={value}" for name, value in pairs)


def _encoded(text: str) -> str:
    return quote(unquote_to_bytes(text), safe=_UNRESERVED)


def _header(request: SentRequest, name: str) -> str:
    return ",".join(_SPACES.sub(" ", value.strip(" ")) for value in request.values_of(name))


@lru_cache(_MAX_KEYS)
def _key(secret: str, date: str, region: str, service: str) -> bytes:
    """Return the key of a day, a region and a service, which is the same for all requests of the day."""
    key = f"AWS4{secret}".encode()
    for part in (date, region, service, SCOPE_END):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key
