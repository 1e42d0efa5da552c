"""The authorized caller of an API that wants tokens: sends one, and a new one before it expires."""

import time
from collections.abc import Callable
from typing import Final

from harness.transport import Request

HEADER: Final = "Authorization"
LIFETIME_S: Final = 600
RENEWED_BEFORE_S: Final = 120
"""So early, since the API's clock may be ahead of ours, and a call may be long on its way."""


class TokenCaller:
    """A `Caller` that has a token. API Gateway keeps what it knows of a token, so it is the same one for a while.

    Args:
        mint: makes a token that is good for `LIFETIME_S`.
        clock: tells seconds that never go back.
    """

    def __init__(self, mint: Callable[[], str], clock: Callable[[], float] = time.monotonic) -> None:
        self._mint = mint
        self._clock = clock
        self._headers: dict[str, str] = {}
        self._renew_at_s = float("-inf")

    def authorized(self, request: Request) -> Request:
        """See `Caller.authorized`."""
        if self._clock() >= self._renew_at_s:
            self._renew_at_s = self._clock() + LIFETIME_S - RENEWED_BEFORE_S
            self._headers = {HEADER: f"Bearer {self._mint()}"}
        return Request(request.method, request.url, {**request.headers, **self._headers}, request.body)
