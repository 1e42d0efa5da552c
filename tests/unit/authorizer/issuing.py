"""An issuer with keys of both kinds, and tokens of any kind: good ones and others."""

import base64
import hashlib
import hmac
import json
from typing import Any, Final

from joserfc import jws, jwt
from joserfc.jwk import ECKey, RSAKey

from authorizer.keys import keys_of
from authorizer.verification import Rules

NOW_S: Final = 1_795_461_015
ISSUER: Final = "https://issuer.example"
AUDIENCE: Final = "users-api"
LEEWAY_S: Final = 30
RULES: Final = Rules(ISSUER, AUDIENCE, LEEWAY_S)

EC_KEY: Final = ECKey.generate_key("P-256")
RSA_KEY: Final = RSAKey.generate_key(2048)
KEYS: Final[dict[str, tuple[ECKey | RSAKey, str]]] = {"ec": (EC_KEY, "ES256"), "rsa": (RSA_KEY, "RS256")}


def key_set(**keys: ECKey | RSAKey) -> str:
    """Return a JSON Web Key Set of public keys, by their IDs."""
    return json.dumps({"keys": [key.as_dict(private=False) | {"kid": key_id} for key_id, key in keys.items()]})


KEY_SET: Final = key_set(ec=EC_KEY, rsa=RSA_KEY)
FIND: Final = keys_of(KEY_SET).get


def claims(**changes: Any) -> dict[str, Any]:
    """Return claims that are good, but for what is changed; None takes one away."""
    good = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "ada",
        "scope": "users:write users:read",
        "iat": NOW_S,
        "exp": NOW_S + 60,
    }
    return {name: value for name, value in (good | changes).items() if value is not None}


def signed(key_id: str = "ec", header: dict[str, Any] | None = None, **changes: Any) -> str:
    """Return a token that a key of the issuer's signed."""
    key, algorithm = KEYS[key_id]
    members = {"alg": algorithm, "kid": key_id} | (header or {})
    registry = jws.JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    return jwt.encode(members, claims(**changes), key, registry=registry)


def segment(value: Any) -> str:
    """Return a value as a part of a token."""
    return encoded(json.dumps(value).encode())


def encoded(content: bytes) -> str:
    """Return bytes as a token has them."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def with_secret(secret: bytes, header: dict[str, Any]) -> str:
    """Return a token that is signed with a shared secret, by hand: no library lets a public key be one."""
    text = f"{segment(header)}.{segment(claims())}"
    return f"{text}.{encoded(hmac.digest(secret, text.encode(), hashlib.sha256))}"
