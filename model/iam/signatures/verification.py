"""Whether a request was signed with the key that it names, for this service, and at this time.

https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html (within five minutes)
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from model.iam.refusals import EXPIRED_TOKEN, INVALID_SIGNATURE, Refusal
from model.iam.signatures.canonical import canonical_request, signature, string_to_sign
from model.iam.signatures.claim import Claim, time_text
from model.iam.signatures.sent import SentRequest

SERVICE: Final = "execute-api"
MAX_SKEW: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class AccessKey:
    """An access key, as IAM or STS knows it."""

    secret: str
    """The secret that requests are signed with."""
    is_active: bool = True
    """Whether it may be used."""
    token: str | None = None
    """The token that a session's requests have to send; None for a long-term key."""
    expires_at: datetime | None = None
    """When the session ends; None for a long-term key."""


def check_scope(request: SentRequest, claim: Claim, region: str, now: datetime) -> None:
    """Refuse a request that is signed for another service, region or time, or that leaves required headers unsigned.

    None of this depends on the key.

    Raises:
        Refusal: the signature is not valid here and now, whatever the key.
    """
    if claim.service != SERVICE:
        raise _invalid(f"Credential should be scoped to correct service: '{SERVICE}'. ")
    if claim.region != region:
        raise _invalid(f"Credential should be scoped to a valid region, not '{claim.region}'. ")
    if claim.date != (day := time_text(claim.signed_at)[:8]):
        raise _invalid(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
            f"'{claim.date}' != '{day}', from '{time_text(claim.signed_at)}'. "
        )
    _check_signed_headers(request, claim)
    _check_time(claim, now)
    _check_payload(request)


def check_signature(request: SentRequest, claim: Claim, key: AccessKey | None, now: datetime) -> None:
    """Refuse a request that this key did not sign.

    Args:
        request: the request as it was sent.
        claim: what it claims of its signature.
        key: the access key with the claimed ID; None if there is none.
        now: the time, in UTC.

    Raises:
        Refusal: the key does not exist, is inactive or has expired, or the signature does not match.
    """
    if key is None or not key.is_active or not _same(key.token or "", claim.token or ""):
        raise Refusal(
            INVALID_SIGNATURE,
            "The security token included in the request is invalid.",
            error_type="UnrecognizedClientException",
        )
    canonical = canonical_request(request, claim)
    to_sign = string_to_sign(canonical, claim)
    if not _same(signature(to_sign, key.secret, claim), claim.signature):
        raise _invalid(
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
            "Access Key and signing method. Consult the service documentation for details.\n\nThe Canonical String "
            f"for this request should have been\n'{canonical}'\n\nThe String-to-Sign should have been\n'{to_sign}'\n"
        )
    if key.expires_at is not None and key.expires_at <= now:
        raise Refusal(EXPIRED_TOKEN, "The security token included in the request is expired")


def _check_signed_headers(request: SentRequest, claim: Claim) -> None:
    sent = {name.lower() for name, _ in request.headers}
    signed = set(claim.signed_headers)
    if "host" not in signed:
        raise _invalid("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
    if unsigned := sorted(name for name in sent - signed if name.startswith("x-amz-")):
        raise _invalid(f"'{unsigned[0]}' must be a 'SignedHeader' in the AWS Authorization.")
    if lacking := sorted(signed - sent):
        raise _invalid(f"The signed header '{lacking[0]}' is not in the request.")
    if list(claim.signed_headers) != sorted(signed):
        raise _invalid("'SignedHeaders' must be in lower case, in order, and each there once.")


def _check_time(claim: Claim, now: datetime) -> None:
    lifetime = MAX_SKEW if claim.lifetime is None else claim.lifetime
    if claim.signed_at < now - lifetime:
        raise _invalid(
            f"Signature expired: {time_text(claim.signed_at)} is now earlier than {time_text(now - lifetime)} "
            f"({time_text(now)} - {_minutes(lifetime)} min.)"
        )
    if claim.signed_at > now + MAX_SKEW:
        raise _invalid(
            f"Signature not yet current: {time_text(claim.signed_at)} is still later than {time_text(now + MAX_SKEW)} "
            f"({time_text(now)} + {_minutes(MAX_SKEW)} min.)"
        )


def _check_payload(request: SentRequest) -> None:
    """Refuse a hash that is not the body's: unlike S3, API Gateway accepts no unsigned payload."""
    digest = hashlib.sha256(request.body).hexdigest()
    if any(value.strip(" ") != digest for value in request.values_of("x-amz-content-sha256")):
        raise _invalid("The value of 'x-amz-content-sha256' is not the SHA-256 of the request's body.")


def _minutes(time: timedelta) -> str:
    return f"{time.total_seconds() / 60:g}"


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _invalid(message: str) -> Refusal:
    return Refusal(INVALID_SIGNATURE, message)
