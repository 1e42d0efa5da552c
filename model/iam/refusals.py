"""A caller is refused: in which of API Gateway's own responses, and in which words. Pure.

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


class Refusal(Exception):  # noqa: N818 - it is no error of ours
    """A caller is not let in.

    Attributes:
        response_type: which of API Gateway's responses it is.
        message: what the caller is told; None where API Gateway says `null`.
        error_type: what its `x-amzn-ErrorType` says.
        why: what the engine's log says, and the caller is not told; "" where there is no more to say.
    """

    def __init__(
        self, response_type: str, message: str | None, *, error_type: str | None = None, why: str = ""
    ) -> None:
        super().__init__(why or message)
        self.response_type = response_type
        self.message = message
        self.error_type = error_type or _ERROR_TYPES[response_type]
        self.why = why


def unauthorized(why: str) -> Refusal:
    """Return what a caller gets who shows nothing that could be looked at, or is told so by the function."""
    return Refusal(UNAUTHORIZED, "Unauthorized", why=why)


def misconfigured(why: str) -> Refusal:
    """Return what a caller gets when there is no authorizer to be asked, or one that answers rubbish."""
    return Refusal(AUTHORIZER_CONFIGURATION_ERROR, None, why=why)


def failed(why: str) -> Refusal:
    """Return what a caller gets when the authorizer was asked and did not get as far as an answer."""
    return Refusal(AUTHORIZER_FAILURE, None, why=why)
