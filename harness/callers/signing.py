"""Signature Version 4 for the API's own calls. Pure, but for the clock that it is given.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html

botocore signs any request of any service, and takes as long for it as the driver takes for a whole call. What is here
is less: bodies in memory, no query form; its test holds each signature against botocore's.
"""

import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit

from botocore.utils import normalize_url_path

from harness.transport import Request

SERVICE: Final = "execute-api"
_ALGORITHM: Final = "AWS4-HMAC-SHA256"
_EMPTY: Final = hashlib.sha256(b"").hexdigest()
_DEFAULT_PORTS: Final = {"http": ":80", "https": ":443"}
_NOT_SIGNED: Final = frozenset({"x-amzn-trace-id", "user-agent", "expect", "connection", "transfer-encoding"})
"""What is changed on the way, or may be."""

type Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class AccessKey:
    """Who signs. `token` is a session's, for a key that is not for long."""

    id: str
    secret: str
    token: str | None = None


class Signer:
    """Signs requests of one region's service.

    Args:
        key: returns who signs, each time: a key that is not for long is another one later.
        region: where.
        service: of what.
        clock: the Unix time.
    """

    def __init__(
        self, key: Callable[[], AccessKey], region: str, service: str = SERVICE, clock: Clock = time.time
    ) -> None:
        self._key = key
        self._scope_end = f"{region}/{service}/aws4_request"
        self._region = region
        self._service = service
        self._clock = clock
        self._derived: tuple[AccessKey, str, bytes] | None = None

    def signed(self, request: Request) -> Request:
        """Return the request with its signature."""
        key = self._key()
        at = time.gmtime(self._clock())
        date, stamp = time.strftime("%Y%m%d", at), time.strftime("%Y%m%dT%H%M%SZ", at)
        headers = {**request.headers, "X-Amz-Date": stamp}
        if key.token is not None:
            headers["X-Amz-Security-Token"] = key.token
        canonical, names = _canonical(request, headers)
        scope = f"{date}/{self._scope_end}"
        to_sign = f"{_ALGORITHM}\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        signature = hmac.digest(self._signing_key(key, date), to_sign.encode(), "sha256").hex()
        headers["Authorization"] = (
            f"{_ALGORITHM} Credential={key.id}/{scope}, SignedHeaders={names}, Signature={signature}"
        )
        return Request(request.method, request.url, headers, request.body)

    def _signing_key(self, key: AccessKey, date: str) -> bytes:
        """Return the key of a day, which four digests make of the secret."""
        if self._derived is None or self._derived[:2] != (key, date):
            derived = f"AWS4{key.secret}".encode()
            for part in (date, self._region, self._service, "aws4_request"):
                derived = hmac.digest(derived, part.encode(), "sha256")
            self._derived = key, date, derived
        return self._derived[2]


def _canonical(request: Request, headers: Mapping[str, str]) -> tuple[str, str]:
    """Return what is signed of a request, and the names of the signed headers."""
    url = urlsplit(request.url)
    signed = {name.lower(): " ".join(value.split()) for name, value in headers.items()}
    signed["host"] = url.netloc.rpartition("@")[2].removesuffix(_DEFAULT_PORTS.get(url.scheme, ""))
    names = sorted(signed.keys() - _NOT_SIGNED)
    lines = "".join(f"{name}:{signed[name]}\n" for name in names)
    # A path is encoded once more than it is sent, for all services but one.
    path = quote(normalize_url_path(url.path), safe="/~")
    query = "&".join(sorted(part if "=" in part else f"{part}=" for part in url.query.split("&") if part))
    body = hashlib.sha256(request.body).hexdigest() if request.body else _EMPTY
    all_names = ";".join(names)
    return f"{request.method}\n{path}\n{query}\n{lines}\n{all_names}\n{body}", all_names
