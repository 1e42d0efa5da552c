"""Who may call the API: what the template's `Authorization` adds to its document. Pure.

What each choice adds is a file of its own, a patch of the document. Without one (`NONE`) the document is as it is
written. The choice is made when the sources are packaged, and not by CloudFormation: a change of the parameter alone
would leave what the stage serves as it was, so a packaged template takes no other value than the one it was made for.
"""

from collections.abc import Mapping
from typing import Any, Final

from infra.errors import MisuseError

PARAMETER: Final = "Authorization"
_OPEN: Final = "NONE"
_TOKENS: Final = "JWT"


def patch_location(choice: str) -> str | None:
    """Return where, beside the document, the choice's patch is; None: it has none."""
    return None if choice == _OPEN else f"authorization/{choice.lower().replace('_', '-')}.yaml"


def patched(document: Any, patch: Any) -> Any:
    """Return a document with a patch made (RFC 7396): members are merged, None takes one away, all else replaces."""
    if not isinstance(patch, Mapping):
        return patch
    merged = dict(document) if isinstance(document, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = patched(merged.get(name), value)
    return merged


def has_authorizer(template: Mapping[str, Any], parameters: Mapping[str, str]) -> bool:
    """Whether a function of ours says who may call."""
    return PARAMETER in template.get("Parameters", {}) and choice_of(template, parameters) == _TOKENS


def choice_of(template: Mapping[str, Any], parameters: Mapping[str, str]) -> str:
    """Return who may call, by what a person gave and the template's default; a template may not have the parameter.

    Raises:
        MisuseError: there is no such choice.
    """
    declared = template.get("Parameters", {}).get(PARAMETER)
    if declared is None:
        return _OPEN
    choice = parameters.get(PARAMETER, str(declared.get("Default", _OPEN)))
    if choice not in (allowed := declared.get("AllowedValues", [choice])):
        raise MisuseError(f"{PARAMETER}={choice}: there is no such choice; there are {', '.join(allowed)}")
    return choice


def check_tokens(values: Mapping[str, str]) -> None:
    """Check that it is known which tokens are good, where tokens are asked for.

    Args:
        values: of all parameters.

    Raises:
        MisuseError: it is not.
    """
    if values.get(PARAMETER) != _TOKENS:
        return
    for name in ("JwtIssuer", "JwtAudience"):
        if not values.get(name, "unasked"):
            raise MisuseError(f"{PARAMETER}={_TOKENS} needs {name}: without it any token of the keys' owner would do")
    if bool(values.get("JwtJwksUrl")) == bool(values.get("JwtJwks")):
        raise MisuseError(f"{PARAMETER}={_TOKENS} needs the issuer's keys: either JwtJwksUrl or JwtJwks")


def settled(template: Mapping[str, Any], choice: str) -> dict[str, Any]:
    """Return a template that takes no other choice than the one that its document was made for."""
    declared = template.get("Parameters", {})
    if PARAMETER not in declared:
        return dict(template)
    only = {**declared[PARAMETER], "AllowedValues": [choice], "Default": choice}
    return {**template, "Parameters": {**declared, PARAMETER: only}}
