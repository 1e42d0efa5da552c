"""What a request claims of its signature: the key, the time and the scope. None of it is verified yet.

https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html
"""

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import unquote

from model.iam.refusals import INVALID_SIGNATURE, MISSING_AUTHENTICATION_TOKEN, Refusal
from model.iam.signatures.sent import SentRequest

ALGORITHM: Final = "AWS4-HMAC-SHA256"
SCOPE_END: Final = "aws4_request"
MAX_EXPIRES_S: Final = 604_800
SIGNATURE_PARAMETER: Final = "X-Amz-Signature"

_TIME: Final = re.compile(r"\d{8}T\d{6}Z", re.ASCII)
_SECONDS: Final = re.compile(r"\d{1,6}", re.ASCII)
_HEX: Final = re.compile(r"[0-9a-f]{64}")
_PARAMETER: Final = re.compile(r"(?P<name>[A-Za-z]+)=(?P<value>[^, =]+)")
_SEPARATOR: Final = re.compile(r" *, *")
_SCOPE_PARTS: Final = 5


@dataclass(frozen=True, slots=True)
class Claim:
    """What a request claims of its signature."""

    access_key_id: str
    """The access key that it was signed with."""
    date: str
    """Of the scope, `YYYYMMDD`."""
    region: str
    """Of the scope."""
    service: str
    """Of the scope."""
    signed_headers: tuple[str, ...]
    """Names in lower case, in the order in which they are given."""
    signature: str
    """64 hexadecimal digits."""
    signed_at: datetime
    """The time of the signature."""
    lifetime: timedelta | None
    """For how long it is valid; None if only for as long as clocks may differ."""
    token: str | None
    """The session's token, or None."""
    in_query: bool
    """Whether all this is in the query string."""

    @property
    def scope(self) -> str:
        """The scope as it is signed."""
        return f"{self.date}/{self.region}/{self.service}/{SCOPE_END}"


def time_text(time: datetime) -> str:
    """Return a time in UTC as signatures have it."""
    return f"{time.isoformat(timespec='seconds')[:19].replace('-', '').replace(':', '')}Z"


def read_claim(request: SentRequest) -> Claim:
    """Return what a request claims of its signature.

    Raises:
        Refusal: the claim is missing, incomplete or malformed.
    """
    authorizations = list(request.values_of("authorization"))
    parameters = {unquote(name): unquote(value) for name, value in request.query_parts()}
    in_query = "X-Amz-Algorithm" in parameters or SIGNATURE_PARAMETER in parameters
    if not authorizations and not in_query:
        raise Refusal(MISSING_AUTHENTICATION_TOKEN, "Missing Authentication Token")
    if len(authorizations) + in_query > 1:
        raise _incomplete("Only one auth mechanism allowed; only one Authorization header or X-Amz-Algorithm is.")
    return _in_query(request, parameters) if in_query else _in_header(request, authorizations[0])


def _in_header(request: SentRequest, authorization: str) -> Claim:
    algorithm, _, rest = authorization.partition(" ")
    if algorithm != ALGORITHM:
        raise _incomplete(
            f"Authorization header requires '{ALGORITHM}' as its algorithm, and 'Credential', 'SignedHeaders' and "
            f"'Signature' parameters. {_shown(authorization)}"
        )
    parameters: dict[str, str] = {}
    for part in _SEPARATOR.split(rest.strip(" ")):
        found = _PARAMETER.fullmatch(part)
        if not found:
            raise _incomplete(f"Invalid key=value pair (missing equal-sign) in Authorization header: {_shown(part)}")
        if found["name"] in parameters:
            raise _incomplete(f"Duplicate parameter '{found['name']}' in Authorization header. {_shown(authorization)}")
        parameters[found["name"]] = found["value"]
    lacking = [name for name in ("Credential", "Signature", "SignedHeaders") if name not in parameters]
    if lacking or len(parameters) > 3:  # noqa: PLR2004 - the three of them
        wanted = " ".join(f"Authorization header requires '{name}' parameter." for name in lacking)
        raise _incomplete(f"{wanted or 'Authorization header has parameters of no use.'} {_shown(authorization)}")
    return _claim(parameters, _time_of_headers(request), None, _only(request, "x-amz-security-token"), in_query=False)


def _in_query(request: SentRequest, parameters: Mapping[str, str]) -> Claim:
    if len(parameters) < len(list(request.query_parts())) and _repeats(request):
        raise _incomplete("AWS query-string parameters must be there once")
    wanted = ("X-Amz-Algorithm", "X-Amz-Credential", SIGNATURE_PARAMETER, "X-Amz-SignedHeaders", "X-Amz-Date")
    lacking = [name for name in wanted if not parameters.get(name)]
    if lacking or parameters["X-Amz-Algorithm"] != ALGORITHM:
        names = " ".join(f"AWS query-string parameters must include '{name}'." for name in lacking or wanted[:1])
        raise _incomplete(names)
    lifetime = None
    if (expires := parameters.get("X-Amz-Expires")) is not None:
        if not _SECONDS.fullmatch(expires) or not 1 <= int(expires) <= MAX_EXPIRES_S:
            raise _incomplete(f"X-Amz-Expires must be a number of seconds from 1 to {MAX_EXPIRES_S}")
        lifetime = timedelta(seconds=int(expires))
    claimed = {name.removeprefix("X-Amz-"): value for name, value in parameters.items()}
    token = parameters.get("X-Amz-Security-Token")
    return _claim(claimed, _time(parameters["X-Amz-Date"]), lifetime, token, in_query=True)


def _claim(
    parameters: Mapping[str, str], signed_at: datetime, lifetime: timedelta | None, token: str | None, *, in_query: bool
) -> Claim:
    scope = parameters["Credential"].split("/")
    if len(scope) != _SCOPE_PARTS or not all(scope) or scope[-1] != SCOPE_END:
        raise _incomplete(
            "Credential must have exactly 5 slash-delimited elements, e.g. "
            f"keyid/date/region/service/{SCOPE_END}, got '{parameters['Credential']}'"
        )
    if not _HEX.fullmatch(parameters["Signature"]):
        raise _invalid("The request signature is no SHA-256 in 64 lower-case hexadecimal digits")
    key_id, date, region, service, _ = scope
    return Claim(
        access_key_id=key_id,
        date=date,
        region=region,
        service=service,
        signed_headers=tuple(parameters["SignedHeaders"].split(";")),
        signature=parameters["Signature"],
        signed_at=signed_at,
        lifetime=lifetime,
        token=token,
        in_query=in_query,
    )


def _time_of_headers(request: SentRequest) -> datetime:
    if (signed_at := _only(request, "x-amz-date")) is not None:
        return _time(signed_at)
    if (date := _only(request, "date")) is None:
        raise _incomplete("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
    if _TIME.fullmatch(date):
        return _time(date)
    try:
        return parsedate_to_datetime(date).astimezone(UTC)
    except ValueError:
        raise _no_time(date) from None


def _time(text: str) -> datetime:
    if not _TIME.fullmatch(text):
        raise _no_time(text)
    try:
        # As long as `strptime` takes, a whole signature is checked.
        day, time = (
            (int(text[:4]), int(text[4:6]), int(text[6:8])),
            (int(text[9:11]), int(text[11:13]), int(text[13:15])),
        )
        return datetime(*day, *time, tzinfo=UTC)
    except ValueError:
        raise _no_time(text) from None


def _only(request: SentRequest, name: str) -> str | None:
    values = list(request.values_of(name))
    if len(values) > 1:
        raise _incomplete(f"The header '{name}' must be there once")
    return values[0].strip(" ") if values else None


def _repeats(request: SentRequest) -> bool:
    names = [name for name, _ in request.query_parts() if unquote(name).startswith("X-Amz-")]
    return len({unquote(name) for name in names}) < len(names)


def _shown(text: str) -> str:
    """Return how AWS shows a header that it could not read, since it may contain a secret."""
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"(Hashed with SHA-256 and encoded with Base64) Authorization={digest}"


def _no_time(text: str) -> Refusal:
    return _incomplete(
        f"Date must be in ISO-8601 'basic format'. Got '{text}'. See http://en.wikipedia.org/wiki/ISO_8601"
    )


def _incomplete(message: str) -> Refusal:
    return Refusal(INVALID_SIGNATURE, message, error_type="IncompleteSignatureException")


def _invalid(message: str) -> Refusal:
    return Refusal(INVALID_SIGNATURE, message)
