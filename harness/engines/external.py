"""The external engine: any endpoint URL. It is neither started nor stopped here."""

import http.client
import json
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from harness.engines import RunningEngine
from harness.errors import MisuseError, UnavailableError

_CHECK_TIMEOUT_S: Final = 10
_CHECK_BYTES: Final = 100_000


class ExternalEngine:
    """An engine that somebody else runs. It implements `harness.engines.Engine`.

    Args:
        endpoint_url: where it is, `http://` or `https://`.

    Raises:
        MisuseError: that is no endpoint URL.
    """

    def __init__(self, endpoint_url: str) -> None:
        self._endpoint_url = endpoint_url.rstrip("/")
        self._parts = _endpoint_parts(self._endpoint_url)

    def start(self) -> RunningEngine:
        """Check that it answers HTTP. Any status will do; one that is LocalStack says its version."""
        try:
            body = self._ask("/_localstack/health")
        except (OSError, http.client.HTTPException) as error:
            what = f"no engine answers at {self._endpoint_url} ({' '.join(str(error).split())})"
            raise UnavailableError(f"{what}; check the URL, or start one with `harness up`") from error
        return RunningEngine(self._endpoint_url, _version_in(body))

    def stop(self) -> None:
        """Leave it alone."""

    def _ask(self, path: str) -> bytes:
        is_https = self._parts.scheme == "https"
        connect = http.client.HTTPSConnection if is_https else http.client.HTTPConnection
        connection = connect(self._parts.hostname or "", self._parts.port, timeout=_CHECK_TIMEOUT_S)
        try:
            connection.request("GET", self._parts.path + path)
            return connection.getresponse().read(_CHECK_BYTES)
        finally:
            connection.close()


def check_url(url: str) -> str:
    """Return a base URL without a slash at its end.

    Raises:
        MisuseError: it is none.
    """
    _endpoint_parts(url)
    return url.rstrip("/")


def _endpoint_parts(endpoint_url: str) -> SplitResult:
    try:
        parts = urlsplit(endpoint_url)
        is_complete = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_complete = False
    if not is_complete:
        raise MisuseError(f"{endpoint_url!r} is no endpoint URL; give one like http://127.0.0.1:4566")
    return parts


def _version_in(body: bytes) -> str | None:
    try:
        health: Any = json.loads(body)
        return str(health["version"])
    except (ValueError, KeyError, TypeError):
        return None
