"""The issuer's keys: what of a key set is of use, and for how long it may be. No I/O of its own.

An issuer renews its keys: it adds one, and signs with it a while later. So a token that names a key which is not known
is a reason to fetch them again; but not each time, or anybody could make us ask without end.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from authorizer.log import Log

REFETCH_AT_MOST_EVERY_S: Final = 30
"""For a key ID that is not known, and after a fetch that failed."""
FRESH_FOR_S: Final = 300
"""After it, keys are fetched again before they are used: one that was taken back is not good for long."""
USABLE_FOR_S: Final = 3600
"""So old keys still serve while the issuer does not answer; after it nobody is let in."""
_MOST_KEYS: Final = 50
_SHORTEST_RSA_BITS: Final = 2048  # RFC 7518, 3.3

type FetchKeySet = Callable[[], str]
"""Returns a JSON Web Key Set as a text. Raises `KeysUnknownError` when there is none to be had."""
type Clock = Callable[[], float]
"""Tells seconds that never go back."""


class KeysUnknownError(Exception):
    """Nobody can be judged: there are no keys to do it by. Nobody is let in."""


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """A public key, and the one algorithm that it is for."""

    algorithm: str
    key: RSAKey | ECKey


class Keys:
    """The keys of one issuer, fetched when they are needed.

    Args:
        fetch: gets them.
        clock: for how old they are.
        log: is told of a fetch that failed while older keys serve.
    """

    def __init__(self, fetch: FetchKeySet, clock: Clock, log: Log) -> None:
        self._fetch = fetch
        self._clock = clock
        self._log = log
        self._keys: Mapping[str, VerificationKey] = {}
        self._fetched_s: float | None = None
        self._tried_s: float | None = None

    def find(self, key_id: str) -> VerificationKey | None:
        """Return the key of an ID; None: the issuer has none such, as far as was asked lately.

        Raises:
            KeysUnknownError: there are no keys that are not too old, and none to be had.
        """
        age_s = self._age_s(self._fetched_s)
        if (age_s > FRESH_FOR_S or key_id not in self._keys) and self._age_s(self._tried_s) > REFETCH_AT_MOST_EVERY_S:
            self._renew()
        if self._age_s(self._fetched_s) > USABLE_FOR_S:
            raise KeysUnknownError("the issuer's keys are not known")
        return self._keys.get(key_id)

    def _renew(self) -> None:
        self._tried_s = self._clock()
        try:
            self._keys = keys_of(self._fetch())
        except KeysUnknownError as error:
            self._log("ERROR", "The issuer's keys could not be fetched", reason=str(error))
            return
        self._fetched_s = self._tried_s

    def _age_s(self, at_s: float | None) -> float:
        return float("inf") if at_s is None else self._clock() - at_s


def keys_of(text: str) -> Mapping[str, VerificationKey]:
    """Return the keys of a JSON Web Key Set (RFC 7517, 5) that verify signatures, by their IDs.

    Keys of other kinds and for other purposes are passed over, as section 5 says; so are weak ones and those whose ID
    another has, for nobody could say which one is meant.

    Raises:
        KeysUnknownError: it is no key set.
    """
    try:
        members: object = json.loads(text)["keys"]
    except (ValueError, TypeError, KeyError, RecursionError):
        members = None
    if not isinstance(members, list):
        raise KeysUnknownError("the key set is none")
    found: dict[str, VerificationKey | None] = {}
    for member in members[:_MOST_KEYS]:
        if isinstance(member, dict) and isinstance(key_id := member.get("kid"), str) and (key := _key(member)):
            found[key_id] = None if key_id in found else key
    return {key_id: key for key_id, key in found.items() if key}


def _key(member: dict[str, Any]) -> VerificationKey | None:
    algorithm = _ALGORITHMS.get(f"{member.get('kty')} {member.get('crv', '')}".rstrip())
    operations = member.get("key_ops", ["verify"])
    if algorithm is None or member.get("use", "sig") != "sig" or member.get("alg", algorithm) != algorithm:
        return None
    if not isinstance(operations, list) or "verify" not in operations:
        return None
    public = {name: value for name, value in member.items() if name in _PUBLIC_MEMBERS}
    try:
        key = ECKey.import_key(public) if algorithm == "ES256" else RSAKey.import_key(public)
        if isinstance(key, RSAKey) and key.public_key.key_size < _SHORTEST_RSA_BITS:
            return None
    except (JoseError, ValueError, TypeError):
        return None
    return VerificationKey(algorithm, key)


_ALGORITHMS: Final = {"RSA": "RS256", "EC P-256": "ES256"}
"""The one algorithm of each kind of key. What is not listed is not trusted, whoever says so."""
_PUBLIC_MEMBERS: Final = frozenset({"kty", "n", "e", "crv", "x", "y"})
