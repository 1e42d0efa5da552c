"""What the template says of tokens that are trusted: whose they are, whom they are for, where the keys are. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self


class SettingsError(Exception):
    """The function was set up in a way that lets nobody be judged. Nobody is let in."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a token is held against."""

    issuer: str
    audience: str
    leeway_s: int
    """By so much the issuer's clock and ours may differ."""
    key_set: str
    """The keys themselves (a JSON Web Key Set); empty: they are at `key_set_url`."""
    key_set_url: str

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Self:
        """Read the variables that the template sets.

        Raises:
            SettingsError: one is missing, or contradicts another.
        """
        issuer, audience = environment.get("ISSUER", ""), environment.get("AUDIENCE", "")
        if not issuer or not audience:
            raise SettingsError("ISSUER and AUDIENCE are needed: without them any token of the keys' owner would do")
        key_set, key_set_url = environment.get("JWKS", ""), environment.get("JWKS_URL", "")
        if bool(key_set) == bool(key_set_url):
            raise SettingsError("either JWKS or JWKS_URL is needed, not both")
        return cls(issuer, audience, int(environment.get("LEEWAY_SECONDS", "30")), key_set, key_set_url)
