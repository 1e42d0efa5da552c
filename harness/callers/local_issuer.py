"""An issuer of tokens on this machine: a private key of its own, which stacks trust that are told to.

The key is made when it is first needed, in the user's own state folder and readable for nobody else. It goes nowhere:
a stack gets the public half, as a parameter, and a token is told to whoever asks for it here.
"""

import json
import os
import secrets
import sys
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from harness.errors import InputOutputError, MisuseError

ISSUER: Final = "harness-local-issuer"
ALGORITHM: Final = "ES256"
SCOPES: Final = ("users:write", "users:read")
SUBJECT: Final = "local-developer"
LIFETIME_S: Final = 3600
_KEY_FILE: Final = "issuer-key.json"


@dataclass(frozen=True, slots=True)
class LocalIssuer:
    """Makes tokens with one key."""

    key: ECKey

    @property
    def key_id(self) -> str:
        """The key's ID: its thumbprint (RFC 7638), so that another key has another."""
        return self.key.thumbprint()

    def key_set(self) -> str:
        """Return the public key as a JSON Web Key Set."""
        public = self.key.as_dict(private=False)
        return json.dumps({"keys": [public | {"kid": self.key_id, "use": "sig", "alg": ALGORITHM}]})

    def token(
        self,
        audience: str,
        *,
        subject: str = SUBJECT,
        scopes: Collection[str] = SCOPES,
        lifetime_s: int = LIFETIME_S,
        now_s: int | None = None,
    ) -> str:
        """Return a token that is good from now on.

        Args:
            audience: whom it is for: the name of a stack.
            subject: whose it is.
            scopes: what for.
            lifetime_s: for how long.
            now_s: the Unix time; None: this machine's.
        """
        issued_s = int(time.time()) if now_s is None else now_s
        claims = {
            "iss": ISSUER,
            "aud": audience,
            "sub": subject,
            "scope": " ".join(scopes),
            "iat": issued_s,
            "exp": issued_s + lifetime_s,
            "jti": secrets.token_hex(8),
        }
        return self.signed(claims)

    def signed(self, claims: Mapping[str, Any], header: Mapping[str, Any] | None = None) -> str:
        """Return any claims with the key's signature; `header` has what is not as ever."""
        members = {"alg": ALGORITHM, "kid": self.key_id} | dict(header or {})
        return jwt.encode(members, dict(claims), self.key, [ALGORITHM])


def local_issuer(folder: Path | None = None) -> LocalIssuer:
    """Return this machine's issuer, whose key is made if there is none.

    Args:
        folder: where the key is; None: in the user's state folder.

    Raises:
        InputOutputError: the key cannot be read or made.
        MisuseError: the file is no key, or others may read it.
    """
    path = (folder or state_dir()) / _KEY_FILE
    try:
        if not path.exists():
            _make_key(path)
        mode = path.stat().st_mode
        content = path.read_text()
    except OSError as error:
        raise InputOutputError(f"{path}: {error.strerror or error}; check the folder and its permissions") from error
    if mode & 0o077:
        raise MisuseError(f"{path}: others may read this private key; chmod 600 it, or delete it for a new one")
    try:
        return LocalIssuer(ECKey.import_key(json.loads(content)))
    except (JoseError, ValueError, TypeError) as error:
        raise MisuseError(f"{path}: it is no private key ({type(error).__name__}); delete it for a new one") from None


def state_dir() -> Path:
    """Return the folder for what this user's programs keep between runs, below which ours is."""
    home = Path.home() / "Library" / "Application Support" if sys.platform == "darwin" else Path.home() / ".local/state"
    given = os.environ.get("XDG_STATE_HOME", "")
    return (Path(given) if Path(given).is_absolute() else home) / "serverless-async-api"


def _make_key(path: Path) -> None:
    """Make a key, unless somebody else does at the same time: then theirs it is."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    text = json.dumps(ECKey.generate_key("P-256").as_dict(private=True))
    own = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    try:
        os.link(own, path)
    except FileExistsError:
        pass
    finally:
        own.unlink()
