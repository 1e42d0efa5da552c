"""Faults of requests to deployed APIs, where requests come in: whether LocalStack or the fast path answers them.

What a request is, is found as LocalStack's gateway finds it: by its routes, its deployments and their resources. What
is answered in the API's place, its handlers answer, with the API's own gateway responses.

What AWS answers:
https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html (types, statuses)
https://docs.aws.amazon.com/apigateway/latest/developerguide/handle-errors-in-lambda-integration.html (x-amzn-ErrorType)
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from localstack.http import Response, Router
from localstack.http.router import GreedyPathConverter
from localstack.services.apigateway.next_gen.execute_api import handlers
from localstack.services.apigateway.next_gen.execute_api.context import RestApiInvocationContext
from localstack.services.apigateway.next_gen.execute_api.gateway import RestApiGateway
from localstack.services.apigateway.next_gen.execute_api.gateway_response import (
    BaseGatewayException,
    IntegrationTimeoutError,
    InternalServerError,
    MissingAuthTokenError,
    ThrottledError,
)
from localstack.services.apigateway.next_gen.execute_api.router import ApiGatewayEndpoint, ApiGatewayRouter
from werkzeug.exceptions import HTTPException

from emulator.http.handlers import Answer, Request
from emulator.services.apigateway.fast_path import to_answer, to_web_request
from emulator.services.apigateway.request_faults import identity_of_request
from emulator.services.apigateway.wording import WordedExceptionHandler
from model.faults.fault import Thing
from model.faults.identity import TRACE_HEADER

_ERRORS: Final[Mapping[str, tuple[type[BaseGatewayException], str]]] = {
    "api-429": (ThrottledError, "Too Many Requests"),
    "api-500": (InternalServerError, "Internal server error"),
    "api-504": (IntegrationTimeoutError, "Endpoint request timed out"),
}


class ApiRequest:
    """A request to a deployed API: nothing has been done about it."""

    def __init__(self, request: Request, context: RestApiInvocationContext, response: Response) -> None:
        self._request = request
        self._context = context
        self._response = response

    @property
    def thing(self) -> Thing:
        """What a fault may hit."""
        request, context = self._request, self._context
        target = f"{context.invocation_request['raw_path']}?{request.target.partition('?')[2]}"
        trace_header = context.request.headers.get(TRACE_HEADER)
        return Thing(
            identity_of_request(trace_header, request.method, target, request.body),
            context.account_id,
            f"{request.method} {self._resource_path()}",
            context.api_id,
        )

    def answer(self, kind: str) -> Answer:
        """Return what API Gateway answers in the API's place, when a fault of this kind hits it."""
        _refusing_gateway(kind).process_with_context(self._context, self._response)
        answer = to_answer(self._response)
        return Answer(answer.status, answer.headers, b"") if self._request.method == "HEAD" else answer

    def _resource_path(self) -> str:
        """Return the path as the API declares it; as it was sent where the API has nothing there."""
        router = handlers.route_request.get_router_for_deployment(self._context.deployment)
        try:
            resource, _ = router.match(self._context)
        except MissingAuthTokenError:
            return str(self._context.invocation_request["raw_path"])
        return str(resource["path"])


def find_api_request(request: Request) -> ApiRequest | None:
    """Return a request as one to a deployed API; None where it is none."""
    web_request = to_web_request(request)
    try:
        place = _router().dispatch(web_request)
    except HTTPException:
        return None
    endpoint = ApiGatewayEndpoint()
    api_id, stage = place.get("api_id") or web_request.headers.get("x-apigw-api-id", ""), place.get("stage")
    api_id = api_id.lower()
    if not endpoint.is_rest_api(api_id, stage):
        return None
    context, response = endpoint.prepare_rest_api_invocation(web_request, api_id, stage)
    context.account_id, context.region = context.deployment.account_id, context.deployment.region
    handlers.parse_request.parse_and_enrich(context)
    return ApiRequest(request, context, response)


@cache
def _router() -> Any:
    """Return the gateway's routes, with who only says where they lead."""
    router = Router(
        dispatcher=lambda _request, _endpoint, place: place, converters={"greedy_path": GreedyPathConverter}
    )
    ApiGatewayRouter(router, ApiGatewayEndpoint()).register_routes()
    return router


class RefusingGateway(RestApiGateway):
    """LocalStack's gateway, which answers each request with the same error."""

    def __init__(self, error: type[BaseGatewayException], message: str) -> None:
        super().__init__()
        self._error = error
        self._message = message
        self.request_handlers = [self._refuse]
        self.exception_handlers = [WordedExceptionHandler()]
        self.response_handlers = [handlers.response_enricher]

    def _refuse(self, *_: object) -> None:
        raise self._error(self._message)


@cache
def _refusing_gateway(kind: str) -> RefusingGateway:
    return RefusingGateway(*_ERRORS[kind])
