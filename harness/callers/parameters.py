"""The template's parameters that say who may call a stack."""

from collections.abc import Sequence
from typing import Final

from harness.callers import Auth

_AUTHORIZATION: Final = "Authorization"


def parameters_of_auth(auth: Auth, stack_name: str, given: Sequence[str] = ()) -> list[str]:
    """Return them, `Key=Value`, each: with tokens, those of this machine's issuer are good for the stack.

    Args:
        auth: how the stack knows who calls.
        stack_name: the stack's, which tokens are for.
        given: what a person said; where that is who may call, there is nothing to add.

    Raises:
        HarnessError: the issuer's key cannot be used.
    """
    if auth is Auth.NONE or any(each.startswith(f"{_AUTHORIZATION}=") for each in given):
        return []
    if auth is Auth.IAM:
        return [f"{_AUTHORIZATION}=AWS_IAM"]
    from harness.callers.local_issuer import ISSUER, local_issuer  # noqa: PLC0415 - cryptography is slow to import

    issuer = {"JwtIssuer": ISSUER, "JwtAudience": stack_name, "JwtJwks": local_issuer().key_set()}
    return [f"{_AUTHORIZATION}=JWT", *(f"{name}={value}" for name, value in issuer.items())]
