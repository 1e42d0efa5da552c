"""Requests that API Gateway refuses, and LocalStack in another way."""

from typing import Any

from localstack.aws.api.apigateway import IntegrationType
from localstack.services.apigateway.next_gen.execute_api.handlers import integration_request_handler

_PROXIES = (IntegrationType.AWS_PROXY, IntegrationType.HTTP_PROXY)


def refuse_unsupported_media_type(_chain: Any, context: Any, _response: Any) -> None:
    """Answer 415 before the body is validated: LocalStack holds any body against the model for JSON first.

    API Gateway validates a body against the model of its content type, and not at all where there is none:
    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
    """
    if context.integration["type"] not in _PROXIES:
        integration_request_handler.get_request_template(context.integration, context.invocation_request)
