"""The border to LocalStack: its API Gateway provider with our handlers in its chain."""

from collections.abc import Callable
from typing import Any

from localstack.services.apigateway.next_gen.execute_api.gateway import RestApiGateway
from localstack.services.apigateway.next_gen.execute_api.handlers import preprocess_request
from localstack.services.apigateway.next_gen.execute_api.handlers.method_request import MethodRequestHandler
from localstack.services.apigateway.next_gen.provider import ApigatewayNextGenProvider
from localstack.services.moto import MotoFallbackDispatcher
from localstack.services.plugins import Service

from emulator.faults.requests import break_request, reset_connection
from emulator.gateway.refusals import refuse_unsupported_media_type, refusing_unreadable


def create_apigateway_service() -> Service:
    """Return LocalStack's API Gateway with what it leaves out."""
    preprocess_request.append(break_request)
    preprocess_request.append(refuse_unsupported_media_type)
    RestApiGateway.__init__ = _with_lost_answers(RestApiGateway.__init__)
    MethodRequestHandler._is_body_valid = staticmethod(  # noqa: SLF001 - the one place where the body is read
        refusing_unreadable(MethodRequestHandler._is_body_valid)  # noqa: SLF001 - see above
    )
    return Service.for_provider(ApigatewayNextGenProvider(), dispatch_table_factory=MotoFallbackDispatcher)


def _with_lost_answers(make: Callable[[Any], None]) -> Callable[[Any], None]:
    """Return LocalStack's constructor of a gateway, with a handler that lets an answer be lost at the end."""

    def make_with_lost_answers(gateway: Any) -> None:
        make(gateway)
        gateway.response_handlers.append(reset_connection)

    return make_with_lost_answers
