"""The border to LocalStack: its API Gateway provider with our handlers in its chain."""

import io
import json
from typing import Any

from localstack.aws.api import RequestContext, handler
from localstack.aws.api.apigateway import NotFoundException, PutMode, PutRestApiRequest, RestApi, String
from localstack.services.apigateway.helpers import get_apigateway_store, get_moto_rest_api
from localstack.services.apigateway.models import apigateway_stores
from localstack.services.apigateway.next_gen.execute_api.handlers import preprocess_request
from localstack.services.apigateway.next_gen.execute_api.router import ApiGatewayEndpoint, ApiGatewayRouter
from localstack.services.apigateway.next_gen.provider import ApigatewayNextGenProvider
from localstack.services.edge import ROUTER
from localstack.services.moto import MotoFallbackDispatcher
from localstack.services.plugins import Service
from localstack.utils.json import parse_json_or_yaml
from localstack.utils.strings import to_str

from emulator.services.apigateway.authorization.documents import IAM, with_authorization_spelled_out
from emulator.services.apigateway.authorization.step import GRANTS
from emulator.services.apigateway.enforcing import EnforcingGateway
from emulator.services.apigateway.refusals import refuse_unsupported_media_type
from emulator.services.apigateway.responses import gateway_responses_in


def create_apigateway_service() -> Service:
    """Return LocalStack's API Gateway with what it leaves out."""
    preprocess_request.append(refuse_unsupported_media_type)
    router = ApiGatewayRouter(ROUTER, handler=ApiGatewayEndpoint(EnforcingGateway(), store=apigateway_stores))
    return Service.for_provider(EmbeddedApigatewayProvider(router), dispatch_table_factory=MotoFallbackDispatcher)


class EmbeddedApigatewayProvider(ApigatewayNextGenProvider):
    """LocalStack's provider, with an import that takes in all that a document says of refusals.

    That is who may call which operation, however the document says it, and its gateway responses. And with an operation
    about authorizers that LocalStack does not have.
    """

    @handler("PutRestApi", expand=False)
    def put_rest_api(self, context: RequestContext, request: PutRestApiRequest) -> RestApi:
        """Import a document; `ImportRestApi` comes by here as well."""
        body = request["body"].read()
        document = document_in(body)
        if document is not None:
            body = json.dumps(with_authorization_spelled_out(document)).encode()
        response = super().put_rest_api(context, {**request, "body": io.BytesIO(body)})
        container = get_apigateway_store(context=context).rest_apis[request["restApiId"]]
        remove_stand_in(get_moto_rest_api(context, request["restApiId"]), container.authorizers)
        kept = container.gateway_responses if (request.get("mode") or PutMode.merge) == PutMode.merge else {}
        container.gateway_responses = {**kept, **gateway_responses_in(document or {})}
        return response

    @handler("FlushStageAuthorizersCache")
    def flush_stage_authorizers_cache(
        self, context: RequestContext, rest_api_id: String, stage_name: String, **_: Any
    ) -> None:
        """Forget what authorizers said of the callers of a stage."""
        if stage_name not in get_moto_rest_api(context, rest_api_id).stages:
            raise NotFoundException("Invalid stage identifier specified")
        GRANTS.flush(rest_api_id.lower(), stage_name)


def document_in(body: bytes) -> dict[str, Any] | None:
    """Return the document that is in the body of an import; None where there is none, which LocalStack refuses."""
    try:
        document = parse_json_or_yaml(to_str(body))
    except Exception:  # noqa: BLE001 - as LocalStack, which answers any error with the same refusal
        return None
    return document if isinstance(document, dict) else None


def remove_stand_in(rest_api: Any, authorizers: dict[str, Any]) -> None:
    """Remove the authorizer that stood for AWS_IAM while the document was imported, and what methods say of it."""
    for authorizer_id in [each["id"] for each in authorizers.values() if each["type"] == IAM]:
        del authorizers[authorizer_id]
    for resource in rest_api.resources.values():
        for method in resource.resource_methods.values():
            if method.authorization_type == IAM:
                method.authorizer_id = None
