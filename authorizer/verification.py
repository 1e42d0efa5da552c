"""From a token to whose it is, or to the reason why it is nobody's. Pure: no I/O, no clock.

Which algorithm a signature is checked by is the key's to say, and never the token's: what the token names is only
compared with it. So `none` is no algorithm here, and a public key is never taken for a shared secret.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from joserfc import jws, jwt
from joserfc.errors import (
    BadSignatureError,
    ExpiredTokenError,
    InvalidClaimError,
    JoseError,
    MissingClaimError,
)

from authorizer.keys import VerificationKey
from authorizer.refusal import RefusedError

_LONGEST_SUBJECT: Final = 255  # OpenID Connect Core 1.0, section 2: `sub`
_LONGEST_KEY_ID: Final = 256
_TYPES: Final = frozenset({"jwt", "at+jwt", "application/at+jwt"})
"""RFC 7519, 5.1, and RFC 9068, 2.1. A token that says of itself that it is something else is something else."""

type FindKey = Callable[[str], VerificationKey | None]
"""Returns the issuer's key of an ID; None: it has none such."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a token must say."""

    issuer: str
    audience: str
    leeway_s: int


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent a good token, and what for."""

    subject: str
    scopes: frozenset[str]


def verified_caller(sent: str, find_key: FindKey, rules: Rules, now_s: int) -> Caller:
    """Return whose a token is.

    Args:
        sent: a token in JWS's compact form.
        find_key: may raise what keeps it from knowing; that is not the token's fault, and passes through.
        rules: what it must say.
        now_s: the time, in seconds of the Unix epoch.

    Raises:
        RefusedError: it is not good. Another try would not change that.
    """
    key = _key_of(_header_of(sent), find_key)
    try:
        decoded = jwt.decode(sent, key.key, [key.algorithm], _registry(key.algorithm))
    except BadSignatureError:
        raise RefusedError("the signature is not the key's") from None
    except (JoseError, ValueError, RecursionError):
        raise RefusedError("it is not a token") from None
    claims: object = decoded.claims
    if not isinstance(claims, dict):
        raise RefusedError("its claims are not an object")
    _check_claims(claims, rules, now_s)
    return Caller(_subject(claims), _scopes(claims))


def _header_of(token: str) -> dict[str, Any]:
    """Return what a token says of itself, which nobody has vouched for yet."""
    try:
        header: object = jws.extract_compact(token.encode("ascii")).headers()
    except (JoseError, ValueError, RecursionError):
        raise RefusedError("it is not a token") from None
    if not isinstance(header, dict):
        raise RefusedError("it is not a token")
    return header


def _key_of(header: dict[str, Any], find_key: FindKey) -> VerificationKey:
    key_id, token_type = header.get("kid"), header.get("typ", "JWT")
    if not isinstance(token_type, str) or token_type.lower() not in _TYPES:
        raise RefusedError("it says that it is no access token")
    if not isinstance(key_id, str) or not 0 < len(key_id) <= _LONGEST_KEY_ID:
        raise RefusedError("it names no key")
    key = find_key(key_id)
    if key is None:
        raise RefusedError("it names a key that the issuer does not have")
    if header.get("alg") != key.algorithm:
        raise RefusedError("it names another algorithm than its key is for")
    return key


def _registry(algorithm: str) -> jws.JWSRegistry:
    # Parameters of the header that nobody knows are to be ignored (RFC 7515, 4), unless it says that they must not be.
    return jws.JWSRegistry(algorithms=[algorithm], strict_check_header=False)


def _check_claims(claims: dict[str, Any], rules: Rules, now_s: int) -> None:
    for name in ("exp", "nbf", "iat"):
        if name in claims and not _is_time(claims[name]):
            raise RefusedError("a time in it is none")
    if not isinstance(claims.get("iss"), str):
        raise RefusedError("it does not say who issued it")
    registry = jwt.JWTClaimsRegistry(
        now=now_s,
        leeway=rules.leeway_s,
        iss={"essential": True, "value": rules.issuer},
        aud={"essential": True, "value": rules.audience},
        exp={"essential": True},
        sub={"essential": True},
    )
    try:
        registry.validate(claims)
    except ExpiredTokenError:
        raise RefusedError("it has expired") from None
    except MissingClaimError:
        raise RefusedError("a claim is missing") from None
    except InvalidClaimError as error:
        raise RefusedError(_WRONG_CLAIMS.get(error.claim, "a claim is wrong")) from None


_WRONG_CLAIMS: Final = {
    "iss": "another issuer made it",
    "aud": "it is for another audience",
    "nbf": "it is not valid yet",
    "iat": "it was issued in the future",
}


def _is_time(value: object) -> bool:
    """Whether a value is a NumericDate. Python's JSON has numbers that are none, and truths that are numbers."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _subject(claims: dict[str, Any]) -> str:
    subject = claims["sub"]
    if not isinstance(subject, str) or len(subject) > _LONGEST_SUBJECT:
        raise RefusedError("its subject is not a text, or too long")
    if not subject.isascii() or not subject.isprintable():  # it goes into a message, and into a policy's principal
        raise RefusedError("its subject has characters that none has")
    return subject


def _scopes(claims: dict[str, Any]) -> frozenset[str]:
    """Return the members of `scope` (RFC 8693, 4.2): separated by spaces, each meant as a whole."""
    scope = claims.get("scope", "")
    if not isinstance(scope, str):
        raise RefusedError("its scope is not a text")
    return frozenset(filter(None, scope.split(" ")))
