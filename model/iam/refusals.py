"""Refusals of callers: the type of API Gateway's response, and its message.

Types and statuses:
https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
Errors of signatures:
https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html
"""

from typing import Final

UNAUTHORIZED: Final = "UNAUTHORIZED"
ACCESS_DENIED: Final = "ACCESS_DENIED"
MISSING_AUTHENTICATION_TOKEN: Final = "MISSING_AUTHENTICATION_TOKEN"  # noqa: S105 - a type's name, no token
INVALID_SIGNATURE: Final = "INVALID_SIGNATURE"
EXPIRED_TOKEN: Final = "EXPIRED_TOKEN"  # noqa: S105 - as above
THROTTLED: Final = "THROTTLED"
QUOTA_EXCEEDED: Final = "QUOTA_EXCEEDED"
INVALID_API_KEY: Final = "INVALID_API_KEY"
AUTHORIZER_FAILURE: Final = "AUTHORIZER_FAILURE"
AUTHORIZER_CONFIGURATION_ERROR: Final = "AUTHORIZER_CONFIGURATION_ERROR"

_ERROR_TYPES: Final = {
    UNAUTHORIZED: "UnauthorizedException",
    ACCESS_DENIED: "AccessDeniedException",
    MISSING_AUTHENTICATION_TOKEN: "MissingAuthenticationTokenException",
    INVALID_SIGNATURE: "InvalidSignatureException",
    EXPIRED_TOKEN: "ExpiredTokenException",
    THROTTLED: "TooManyRequestsException",
    QUOTA_EXCEEDED: "LimitExceededException",
    INVALID_API_KEY: "ForbiddenException",
    AUTHORIZER_FAILURE: "AuthorizerFailureException",
    AUTHORIZER_CONFIGURATION_ERROR: "AuthorizerConfigurationException",
}


class Refusal(Exception):  # noqa: N818 - an outcome, not an error of the program
    """A caller is refused."""

    def __init__(
        self, response_type: str, message: str | None, *, error_type: str | None = None, why: str = ""
    ) -> None:
        super().__init__(why or message)
        self.response_type = response_type
        """The type of API Gateway's response."""
        self.message = message
        """The message in the response; None where API Gateway answers `null`."""
        self.error_type = error_type or _ERROR_TYPES[response_type]
        """The value of `x-amzn-ErrorType`."""
        self.why = why
        """Details for the log that the caller is not told; "" if there are none."""


def unauthorized(why: str) -> Refusal:
    """Return the refusal of a caller without credentials, or whom the authorizer does not know."""
    return Refusal(UNAUTHORIZED, "Unauthorized", why=why)


def misconfigured(why: str) -> Refusal:
    """Return the refusal if the authorizer cannot be called, or its answer is invalid."""
    return Refusal(AUTHORIZER_CONFIGURATION_ERROR, None, why=why)


def failed(why: str) -> Refusal:
    """Return the refusal if the authorizer was called and failed."""
    return Refusal(AUTHORIZER_FAILURE, None, why=why)
