"""Unauthorized callers at an API that wants tokens: each with a token that must not be let in, or with none. No I/O."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from joserfc.jwk import ECKey

from harness.callers import Anonymous, Caller
from harness.callers.local_issuer import ISSUER, SCOPES, LocalIssuer
from harness.callers.token_caller import HEADER
from harness.transport import Request

_LONGER_THAN_ANY_LEEWAY_S: Final = 3600
_SUBJECT: Final = "stranger"

type Clock = Callable[[], float]


class FalseTokens:
    """`UnauthorizedCallers` by their tokens.

    Args:
        issuer: the one that the stack trusts: some of these tokens are all but good.
        audience: whom good tokens are for.
        clock: the Unix time.
    """

    def __init__(self, issuer: LocalIssuer, audience: str, clock: Clock) -> None:
        self._issuer = issuer
        self._audience = audience
        self._clock = clock

    def one(self, how: str) -> Caller:
        """See `UnauthorizedCallers.one`."""
        value = self.header(how)
        return Anonymous() if value is None else _HeaderCaller(value)

    def header(self, how: str) -> str | None:
        """Return the value of the header that this caller sends; None: it sends none."""
        return None if how == "no-token" else f"Bearer {_TOKENS[how](self)}"

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Return claims that are good, but for what is changed; None takes one away."""
        now_s = int(self._clock())
        good = {
            "iss": ISSUER,
            "aud": self._audience,
            "sub": _SUBJECT,
            "scope": " ".join(SCOPES),
            "iat": now_s,
            "exp": now_s + 300,
        }
        return {name: value for name, value in (good | changes).items() if value is not None}

    def signed(self, **changes: Any) -> str:
        """Return changed claims with a signature that is good."""
        return self._issuer.signed(self.claims(**changes))

    def later(self, seconds: float) -> int:
        """Return a Unix time so much later than now."""
        return int(self._clock() + seconds)

    def unsigned(self) -> str:
        """Return good claims that say that they need no signature."""
        # With something in its place: a token without is refused by its form already.
        return f"{_segment({'alg': 'none', 'kid': self._issuer.key_id})}.{_segment(self.claims())}.AAAA"

    def signed_with_public_key(self) -> str:
        """Return good claims signed with what everybody knows, taken for a shared secret."""
        text = f"{_segment({'alg': 'HS256', 'kid': self._issuer.key_id})}.{_segment(self.claims())}"
        secret = self._issuer.key.as_pem(private=False)
        return f"{text}.{_encoded(hmac.digest(secret, text.encode(), hashlib.sha256))}"

    def by_another_key(self, *, says_so: bool) -> str:
        """Return good claims signed with a key that the issuer does not have."""
        other = LocalIssuer(ECKey.generate_key("P-256"))
        return other.signed(self.claims(), None if says_so else {"kid": self._issuer.key_id})

    def tampered(self) -> str:
        """Return good claims of which one was changed after they were signed."""
        header, _, signature = self.signed(scope="users:read").split(".")
        return f"{header}.{_segment(self.claims())}.{signature}"


class _HeaderCaller:
    """A `Caller` that sends this, whatever it is worth."""

    def __init__(self, value: str) -> None:
        self._headers = {HEADER: value}

    def authorized(self, request: Request) -> Request:
        return Request(request.method, request.url, {**request.headers, **self._headers}, request.body)


_TOKENS: Final[Mapping[str, Callable[[FalseTokens], str]]] = {
    "malformed": lambda _tokens: "not.a.token",
    "no-algorithm": FalseTokens.unsigned,
    "public-key-as-secret": FalseTokens.signed_with_public_key,
    "unknown-key": lambda tokens: tokens.by_another_key(says_so=True),
    "another-key": lambda tokens: tokens.by_another_key(says_so=False),
    "wrong-issuer": lambda tokens: tokens.signed(iss=f"{ISSUER}s"),
    "wrong-audience": lambda tokens: tokens.signed(aud="another-stack"),
    "expired": lambda tokens: tokens.signed(exp=tokens.later(-_LONGER_THAN_ANY_LEEWAY_S)),
    "not-yet-valid": lambda tokens: tokens.signed(nbf=tokens.later(_LONGER_THAN_ANY_LEEWAY_S)),
    "no-scope": lambda tokens: tokens.signed(scope=None),
    "reads-only": lambda tokens: tokens.signed(scope="users:read"),
    "prefix-of-scope": lambda tokens: tokens.signed(scope="users:read users users:writ users:writer users:write:all"),
    "tampered": FalseTokens.tampered,
}
"""What each unauthorized caller has, but for the one without a token."""


def _segment(members: Mapping[str, Any]) -> str:
    return _encoded(json.dumps(members).encode())


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
