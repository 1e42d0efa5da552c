"""The border to LocalStack: its API Gateway provider with our handlers in its chain."""

from collections.abc import Callable
from typing import Any

from localstack.aws.api import RequestContext, handler
from localstack.aws.api.apigateway import NotFoundException, String
from localstack.aws.connect import connect_to
from localstack.services.apigateway.helpers import get_apigateway_store, get_moto_rest_api
from localstack.services.apigateway.legacy import provider as legacy
from localstack.services.apigateway.models import apigateway_stores
from localstack.services.apigateway.next_gen.execute_api.handlers import preprocess_request
from localstack.services.apigateway.next_gen.execute_api.handlers.method_request import MethodRequestHandler
from localstack.services.apigateway.next_gen.execute_api.router import ApiGatewayEndpoint, ApiGatewayRouter
from localstack.services.apigateway.next_gen.provider import ApigatewayNextGenProvider
from localstack.services.edge import ROUTER
from localstack.services.moto import MotoFallbackDispatcher
from localstack.services.plugins import Service
from localstack.services.sqs import query_api

from emulator.authorization.documents import IAM, with_authorization_spelled_out
from emulator.authorization.step import GRANTS
from emulator.services.apigateway.enforcing import EnforcingGateway
from emulator.services.apigateway.refusals import refuse_unsupported_media_type, refusing_unreadable
from emulator.services.apigateway.responses import gateway_responses_in
from emulator.services.apigateway.traces import add_trace_header, remembering

type ImportDocument = Callable[..., tuple[Any, list[str]]]


def create_apigateway_service() -> Service:
    """Return LocalStack's API Gateway with what it leaves out."""
    preprocess_request.append(refuse_unsupported_media_type)
    MethodRequestHandler._is_body_valid = staticmethod(  # noqa: SLF001 - the one place where the body is read
        refusing_unreadable(MethodRequestHandler._is_body_valid)  # noqa: SLF001 - see above
    )
    legacy.import_api_from_openapi_spec = importing_all(legacy.import_api_from_openapi_spec)
    query_api.try_call_sqs = remembering(query_api.try_call_sqs)
    connect_to._session.events.register("before-call.sqs", add_trace_header)  # noqa: SLF001 - of all its clients
    router = ApiGatewayRouter(ROUTER, handler=ApiGatewayEndpoint(EnforcingGateway(), store=apigateway_stores))
    return Service.for_provider(EmbeddedApigatewayProvider(router), dispatch_table_factory=MotoFallbackDispatcher)


class EmbeddedApigatewayProvider(ApigatewayNextGenProvider):
    """LocalStack's provider, with an operation about authorizers that it does not have."""

    @handler("FlushStageAuthorizersCache")
    def flush_stage_authorizers_cache(
        self, context: RequestContext, rest_api_id: String, stage_name: String, **_: Any
    ) -> None:
        """Forget what authorizers said of the callers of a stage."""
        if stage_name not in get_moto_rest_api(context, rest_api_id).stages:
            raise NotFoundException("Invalid stage identifier specified")
        GRANTS.flush(rest_api_id.lower(), stage_name)


def importing_all(import_document: ImportDocument) -> ImportDocument:
    """Return LocalStack's import of an API's document, which takes in all that it says of refusals.

    That is who may call which operation, however the document says it, and its gateway responses.
    """

    def import_all(rest_api: Any, context: Any, open_api_spec: dict[str, Any], mode: str) -> tuple[Any, list[str]]:
        spelled_out = with_authorization_spelled_out(open_api_spec)
        imported = import_document(rest_api, context=context, open_api_spec=spelled_out, mode=mode)
        container = get_apigateway_store(context=context).rest_apis[rest_api.id]
        remove_stand_in(imported[0], container.authorizers)
        kept = container.gateway_responses if mode == "merge" else {}
        container.gateway_responses = {**kept, **gateway_responses_in(open_api_spec)}
        return imported

    return import_all


def remove_stand_in(rest_api: Any, authorizers: dict[str, Any]) -> None:
    """Remove the authorizer that stood for AWS_IAM while the document was imported, and what methods say of it."""
    for authorizer_id in [each["id"] for each in authorizers.values() if each["type"] == IAM]:
        del authorizers[authorizer_id]
    for resource in rest_api.resources.values():
        for method in resource.resource_methods.values():
            if method.authorization_type == IAM:
                method.authorizer_id = None
