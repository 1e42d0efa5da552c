"""The border to LocalStack's error handler: what API Gateway answers by itself, as the API words it."""

from localstack.http import Response
from localstack.services.apigateway.next_gen.execute_api.context import RestApiInvocationContext
from localstack.services.apigateway.next_gen.execute_api.gateway_response import (
    BaseGatewayException,
    get_gateway_response_or_default,
)
from localstack.services.apigateway.next_gen.execute_api.handlers.gateway_exception import GatewayExceptionHandler

from emulator.services.apigateway.responses import DEFAULT_TEMPLATES, body_of, error_variables, headers_of


class WordedExceptionHandler(GatewayExceptionHandler):
    """LocalStack's handler, with headers and bodies of the API's own gateway responses."""

    def create_exception_response(self, exception: BaseGatewayException, context: RestApiInvocationContext) -> Response:
        """Return what the API answers to an error: LocalStack knows AWS's own words, where the API has none."""
        response = super().create_exception_response(exception, context)
        worded = get_gateway_response_or_default(exception.type, context.deployment.rest_api.gateway_responses)
        error = error_variables(exception.message, exception.type)
        variables = {
            "context": {**context.context_variables, "error": error},
            "stageVariables": context.stage_variables or {},
        }
        templates = worded["responseTemplates"]
        if templates != DEFAULT_TEMPLATES:
            content_type, body = body_of(templates, variables, response.get_data(as_text=True))
            response.set_data(body)
            response.headers["Content-Type"] = content_type
        for name, value in headers_of(worded["responseParameters"], variables).items():
            response.headers[name] = value
        return response
