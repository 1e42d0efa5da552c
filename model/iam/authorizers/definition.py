"""An authorizer as the deployed API defines it.

https://docs.aws.amazon.com/apigateway/latest/api/API_Authorizer.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from model.iam.refusals import misconfigured

TOKEN: Final = "TOKEN"  # noqa: S105 - a kind of authorizer
REQUEST: Final = "REQUEST"
DEFAULT_TTL_S: Final = 300
MAX_TTL_S: Final = 3600

_FUNCTION = re.compile(r".*:lambda:path/[^/]+/functions/(?P<arn>arn:[^/]+)/invocations")
_DEFAULT_SOURCE: Final = "method.request.header.Authorization"


@dataclass(frozen=True, slots=True)
class Authorizer:
    """One authorizer."""

    id: str
    """Its ID."""
    kind: str
    """`TOKEN` or `REQUEST`."""
    uri: str
    """The function, in API Gateway's notation; it may have stage variables."""
    credentials: str | None
    """The role that calls the function; None if the function's own policy allows API Gateway."""
    sources: tuple[str, ...]
    """The identity sources, such as `method.request.header.Authorization`."""
    validation: str | None
    """A regular expression that a token has to match; None if any token may be sent."""
    ttl_s: int
    """How long an answer is valid; 0 if the function is called for each request."""


def read_authorizer(model: Mapping[str, Any] | None) -> Authorizer:
    """Return an authorizer from its description in API Gateway's API.

    Raises:
        Refusal: it does not exist, or is of a kind that calls no function.
    """
    if model is None:
        raise misconfigured("the method's authorizer is not there")
    kind = str(model.get("type", "")).upper()
    if kind not in (TOKEN, REQUEST):
        raise misconfigured(f"no authorizer of the type {kind or 'that it does not say'} is enforced here")
    source = model.get("identitySource") or (_DEFAULT_SOURCE if kind == TOKEN else "")
    ttl = model.get("authorizerResultTtlInSeconds")
    try:
        ttl_s = DEFAULT_TTL_S if ttl is None else int(ttl)
    except ValueError:
        raise misconfigured(f"authorizerResultTtlInSeconds is no number: {ttl!r}") from None
    return Authorizer(
        id=str(model["id"]),
        kind=kind,
        uri=str(model.get("authorizerUri") or ""),
        credentials=model.get("authorizerCredentials") or None,
        sources=tuple(part.strip() for part in source.split(",") if part.strip()),
        validation=model.get("identityValidationExpression") or None,
        ttl_s=min(max(ttl_s, 0), MAX_TTL_S),
    )


def function_arn(uri: str) -> str:
    """Return the function's ARN from a URI whose stage variables have been replaced.

    Raises:
        Refusal: the URI names no function.
    """
    found = _FUNCTION.fullmatch(uri)
    if not found:
        raise misconfigured(f"authorizerUri names no function: {uri!r}")
    return found["arn"]
