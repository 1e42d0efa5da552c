"""The border to LocalStack: its API Gateway provider with our handlers in its chain."""

from localstack.services.apigateway.next_gen.execute_api.handlers import preprocess_request
from localstack.services.apigateway.next_gen.provider import ApigatewayNextGenProvider
from localstack.services.moto import MotoFallbackDispatcher
from localstack.services.plugins import Service

from emulator.gateway.refusals import refuse_bytes_that_are_no_text, refuse_unsupported_media_type


def create_apigateway_service() -> Service:
    """Return LocalStack's API Gateway with what it leaves out."""
    preprocess_request.append(refuse_unsupported_media_type)
    preprocess_request.append(refuse_bytes_that_are_no_text)
    return Service.for_provider(ApigatewayNextGenProvider(), dispatch_table_factory=MotoFallbackDispatcher)
