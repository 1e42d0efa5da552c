"""The border to LocalStack: its API Gateway provider with our handlers in its chain."""

from collections.abc import Callable
from typing import Any

from localstack.aws.connect import connect_to
from localstack.services.apigateway.helpers import get_apigateway_store
from localstack.services.apigateway.legacy import provider as legacy
from localstack.services.apigateway.next_gen.execute_api.handlers import preprocess_request
from localstack.services.apigateway.next_gen.execute_api.handlers.method_request import MethodRequestHandler
from localstack.services.apigateway.next_gen.provider import ApigatewayNextGenProvider
from localstack.services.moto import MotoFallbackDispatcher
from localstack.services.plugins import Service
from localstack.services.sqs import query_api

from emulator.gateway.refusals import refuse_unsupported_media_type, refusing_unreadable
from emulator.gateway.responses import gateway_responses_in
from emulator.gateway.traces import add_trace_header, remembering

type ImportDocument = Callable[..., tuple[Any, list[str]]]


def create_apigateway_service() -> Service:
    """Return LocalStack's API Gateway with what it leaves out."""
    preprocess_request.append(refuse_unsupported_media_type)
    MethodRequestHandler._is_body_valid = staticmethod(  # noqa: SLF001 - the one place where the body is read
        refusing_unreadable(MethodRequestHandler._is_body_valid)  # noqa: SLF001 - see above
    )
    legacy.import_api_from_openapi_spec = import_gateway_responses_too(legacy.import_api_from_openapi_spec)
    query_api.try_call_sqs = remembering(query_api.try_call_sqs)
    connect_to._session.events.register("before-call.sqs", add_trace_header)  # noqa: SLF001 - of all its clients
    return Service.for_provider(ApigatewayNextGenProvider(), dispatch_table_factory=MotoFallbackDispatcher)


def import_gateway_responses_too(import_document: ImportDocument) -> ImportDocument:
    """Return LocalStack's import of an API's document, which takes the gateway responses from it as well."""

    def import_all(rest_api: Any, context: Any, open_api_spec: dict[str, Any], mode: str) -> tuple[Any, list[str]]:
        imported = import_document(rest_api, context=context, open_api_spec=open_api_spec, mode=mode)
        container = get_apigateway_store(context=context).rest_apis[rest_api.id]
        kept = container.gateway_responses if mode == "merge" else {}
        container.gateway_responses = {**kept, **gateway_responses_in(open_api_spec)}
        return imported

    return import_all
