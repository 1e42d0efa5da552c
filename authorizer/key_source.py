"""Where the issuer's keys come from: the template itself, or an address."""

import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Any, Final
from urllib.parse import urlsplit

from authorizer.keys import FetchKeySet, KeysUnknownError
from authorizer.settings import Settings, SettingsError

_TIMEOUT_S: Final = 2.0
_MOST_BYTES: Final = 64 * 1024
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


def key_source(settings: Settings) -> FetchKeySet:
    """Return what fetches the keys.

    Raises:
        SettingsError: the address is none that keys may be trusted from.
    """
    if settings.key_set:
        return lambda: settings.key_set
    address = urlsplit(settings.key_set_url)
    # Whoever can change what comes over a plain connection could make keys of their own good ones.
    if address.scheme != "https" and not (address.scheme == "http" and address.hostname in _LOOPBACK):
        raise SettingsError("JWKS_URL has to be https")
    return lambda: _fetched(settings.key_set_url)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """An address is trusted, and not whatever it points to."""

    def redirect_request(self, *_arguments: Any, **_more: Any) -> None:
        return None


_OPENER: Final = urllib.request.build_opener(_NoRedirects)


def _fetched(url: str) -> str:
    try:
        with _OPENER.open(url, timeout=_TIMEOUT_S) as answer:
            content: bytes = answer.read(_MOST_BYTES + 1)
    except (OSError, HTTPException, ValueError) as error:
        raise KeysUnknownError(f"no answer from JWKS_URL: {type(error).__name__}") from None
    if len(content) > _MOST_BYTES:
        raise KeysUnknownError("the key set is too long")
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise KeysUnknownError("the key set is not text") from None
