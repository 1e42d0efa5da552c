"""The border to LocalStack: its API Gateway provider with our handlers in its chain."""

from localstack.aws.connect import connect_to
from localstack.services.apigateway.next_gen.execute_api.handlers import preprocess_request
from localstack.services.apigateway.next_gen.execute_api.handlers.method_request import MethodRequestHandler
from localstack.services.apigateway.next_gen.provider import ApigatewayNextGenProvider
from localstack.services.moto import MotoFallbackDispatcher
from localstack.services.plugins import Service
from localstack.services.sqs import query_api

from emulator.gateway.refusals import refuse_unsupported_media_type, refusing_unreadable
from emulator.gateway.traces import add_trace_header, remembering


def create_apigateway_service() -> Service:
    """Return LocalStack's API Gateway with what it leaves out."""
    preprocess_request.append(refuse_unsupported_media_type)
    MethodRequestHandler._is_body_valid = staticmethod(  # noqa: SLF001 - the one place where the body is read
        refusing_unreadable(MethodRequestHandler._is_body_valid)  # noqa: SLF001 - see above
    )
    query_api.try_call_sqs = remembering(query_api.try_call_sqs)
    connect_to._session.events.register("before-call.sqs", add_trace_header)  # noqa: SLF001 - of all its clients
    return Service.for_provider(ApigatewayNextGenProvider(), dispatch_table_factory=MotoFallbackDispatcher)
