"""The identity sources of a request: the values by which an authorizer identifies its caller.

If a value is missing, the answer is 401 and the authorizer is not called.
https://docs.aws.amazon.com/apigateway/latest/developerguide/configure-api-gateway-lambda-authorization.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from model.iam.authorizers.definition import TOKEN, Authorizer
from model.iam.refusals import misconfigured, unauthorized


@dataclass(frozen=True, slots=True)
class RequestValues:
    """The values of a request that identity sources may name."""

    headers: Mapping[str, str]
    """By names in lower case."""
    query: Mapping[str, str]
    """By name."""
    stage_variables: Mapping[str, str]
    """By name."""
    context: Mapping[str, Any]
    """What mapping templates have as `$context`."""

    def value_of(self, source: str) -> str | None:
        """Return the value of an identity source; None if the request does not have it."""
        for prefix, values in (("method.request.querystring.", self.query), ("stageVariables.", self.stage_variables)):
            if source.startswith(prefix):
                return values.get(source.removeprefix(prefix))
        if source.startswith("method.request.header."):
            return self.headers.get(source.removeprefix("method.request.header.").lower())
        return self._of_context(source) if source.startswith("context.") else None

    def _of_context(self, source: str) -> str | None:
        value: Any = self.context
        for name in source.split(".")[1:]:
            value = value.get(name) if isinstance(value, Mapping) else None
        return None if value is None or isinstance(value, Mapping) else str(value)


def identity_of(authorizer: Authorizer, request: RequestValues) -> tuple[str, ...]:
    """Return the values of an authorizer's identity sources, in their order.

    Raises:
        Refusal: a value is missing or empty, or a token does not match the validation expression.
    """
    values = tuple(request.value_of(source) or "" for source in authorizer.sources)
    for source, value in zip(authorizer.sources, values, strict=True):
        if not value:
            raise unauthorized(f"{source} is not in the request")
    if authorizer.kind == TOKEN and authorizer.validation is not None:
        try:
            looks_right = re.fullmatch(authorizer.validation, values[0])
        except re.error as error:
            raise misconfigured(f"identityValidationExpression: {error}") from None
        if not looks_right:
            raise unauthorized(f"{authorizer.sources[0]} does not match {authorizer.validation}")
    return values
