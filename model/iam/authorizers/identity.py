"""What a request shows of its caller to an authorizer. Pure.

Where anything that identifies a caller is lacking, nobody is asked: 401.
https://docs.aws.amazon.com/apigateway/latest/developerguide/configure-api-gateway-lambda-authorization.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from model.iam.authorizers.definition import TOKEN, Authorizer
from model.iam.refusals import misconfigured, unauthorized


@dataclass(frozen=True, slots=True)
class Shown:
    """What a request shows.

    Attributes:
        headers: by names in lower case.
        query: by name.
        stage_variables: by name.
        context: what mapping templates have as `$context`.
    """

    headers: Mapping[str, str]
    query: Mapping[str, str]
    stage_variables: Mapping[str, str]
    context: Mapping[str, Any]

    def value_of(self, source: str) -> str | None:
        """Return what an identity source stands for; None where the request does not have it."""
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


def identity_of(authorizer: Authorizer, shown: Shown) -> tuple[str, ...]:
    """Return the values of an authorizer's identity sources, in their order.

    Raises:
        Refusal: one is lacking or empty, or a token does not look as it has to.
    """
    values = tuple(shown.value_of(source) or "" for source in authorizer.sources)
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
