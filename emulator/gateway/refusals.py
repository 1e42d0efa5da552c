"""Requests that API Gateway refuses and LocalStack lets pass, or refuses in another way.

Each function handles one request after it was routed and before it is validated, and raises what LocalStack turns into
the gateway response of that name.
"""

from typing import Any

from localstack.aws.api.apigateway import IntegrationType
from localstack.services.apigateway.next_gen.execute_api.gateway_response import BadRequestBodyError
from localstack.services.apigateway.next_gen.execute_api.handlers import integration_request_handler

_PROXIES = (IntegrationType.AWS_PROXY, IntegrationType.HTTP_PROXY)


def refuse_unsupported_media_type(_chain: Any, context: Any, _response: Any) -> None:
    """Answer 415 before the body is validated. LocalStack holds any body against the model for JSON first.

    API Gateway validates a body against the model of its content type, and not at all where there is none:
    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
    """
    if context.integration["type"] not in _PROXIES:
        integration_request_handler.get_request_template(context.integration, context.invocation_request)


def refuse_bytes_that_are_no_text(_chain: Any, context: Any, _response: Any) -> None:
    """Answer 400 to a body that is not UTF-8. LocalStack answers 500, which leaves a client in doubt.

    API Gateway takes a body for UTF-8 text unless the API declares its content type as binary:
    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings.html
    """
    has_binary_media_types = context.deployment.rest_api.rest_api.get("binaryMediaTypes")
    if not has_binary_media_types and not is_text(context.invocation_request["body"]):
        raise BadRequestBodyError(message="Invalid request body")


def is_text(body: bytes) -> bool:
    """Whether the bytes are UTF-8."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
