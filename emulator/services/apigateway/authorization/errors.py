"""Converts refusals to the errors of LocalStack's gateway."""

from collections.abc import Mapping
from typing import Final

from localstack.services.apigateway.next_gen.execute_api.gateway_response import (
    AccessDeniedError,
    AuthorizerConfigurationError,
    AuthorizerFailureError,
    BaseGatewayException,
    ExpiredTokenError,
    InvalidAPIKeyError,
    InvalidSignatureError,
    MissingAuthTokenError,
    QuotaExceededError,
    ThrottledError,
    UnauthorizedError,
)

from model.iam.refusals import Refusal

_ERRORS: Final[Mapping[str, type[BaseGatewayException]]] = {
    str(error.type): error
    for error in (
        AccessDeniedError,
        AuthorizerConfigurationError,
        AuthorizerFailureError,
        ExpiredTokenError,
        InvalidAPIKeyError,
        InvalidSignatureError,
        MissingAuthTokenError,
        QuotaExceededError,
        ThrottledError,
        UnauthorizedError,
    )
}


def to_gateway_error(refusal: Refusal) -> BaseGatewayException:
    """Return the gateway's error for a refusal."""
    error = _ERRORS[refusal.response_type]()
    error.message = refusal.message
    error.code = refusal.error_type
    return error
