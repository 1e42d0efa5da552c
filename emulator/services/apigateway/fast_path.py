"""The fast path's handler of requests to deployed APIs whose integrations are with SQS or DynamoDB.

What happens to a request is what LocalStack's gateway does, handler by handler. Only the one that calls the integrated
service is another: it calls the provider, which neither waits for anything nor needs the server's thread.
"""

import re
from typing import Any
from urllib.parse import unquote

from localstack import config
from localstack.http import Request as WebRequest
from localstack.http import Response
from localstack.services.apigateway.next_gen.execute_api import handlers
from localstack.services.apigateway.next_gen.execute_api.context import EndpointResponse, RestApiInvocationContext
from localstack.services.apigateway.next_gen.execute_api.router import ApiGatewayEndpoint
from localstack.utils.strings import to_bytes
from werkzeug.datastructures import Headers

from emulator.http.handlers import IN_TURN, Answer, Request, is_plain
from emulator.services.apigateway.authorization.step import is_metered
from emulator.services.apigateway.calls import integration_call
from emulator.services.apigateway.enforcing import EnforcingGateway
from model.faults.identity import TRACE_HEADER

# The API's ID, the stage, a path without an empty part, and a query.
PLAIN_TARGET = re.compile(r"/_aws/execute-api/(?P<api_id>[a-z0-9]+)/(?P<stage>[A-Za-z0-9_-]+)(?:/[^/?#]+)+(?:\?[^#]*)?")
PLAIN_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")
# What API Gateway sends to a service of its own accord. Any other header might change what the service does.
SENT_HEADERS = frozenset({"accept", "connection", "content-type", "user-agent", "x-amzn-trace-id"})


class DeclinedError(Exception):
    """A request is not for this gateway; nothing has been done about it."""


class CallingGateway(EnforcingGateway):
    """The gateway, which calls what it integrates with, and declines what it cannot call, or must not count twice."""

    def __init__(self) -> None:
        super().__init__(may_wait=False)
        place = self.request_handlers.index(handlers.route_request) + 1
        self.request_handlers[place:place] = [decline_proxies, decline_metered]
        self.request_handlers[self.request_handlers.index(handlers.integration_handler)] = call_integration

    def process_with_context(self, context: RestApiInvocationContext, response: Response) -> None:
        """Answer a request. Raises DeclinedError."""
        chain = self.new_chain()
        chain.handle(context, response)
        if chain.terminated:
            raise DeclinedError


def decline_proxies(chain: Any, context: RestApiInvocationContext, _response: Response) -> None:
    """Do not begin what a function or another server is to answer."""
    if context.integration["type"] != "AWS":
        chain.terminate()


def decline_metered(chain: Any, context: RestApiInvocationContext, _response: Response) -> None:
    """Do not count what may be declined later, and would be counted again then."""
    if is_metered(context):
        chain.terminate()


def call_integration(chain: Any, context: RestApiInvocationContext, _response: Response) -> None:
    """Call the service, or terminate the chain before anything is done."""
    request = context.integration_request
    headers = request["headers"]
    call = integration_call(request["uri"], context.integration.get("credentials"))
    if (
        call is None
        or request["http_method"] != "POST"
        or request["query_string_parameters"]
        or headers.get("Accept") != "application/json"
        or not call.takes(headers.get("Content-Type", ""))
        or not SENT_HEADERS.issuperset(name.lower() for name in headers.keys())  # noqa: SIM118 - these are no mapping
        or needs_more_than_a_body(context)
    ):
        chain.terminate()
        return
    body = call(request["body"], headers.get(TRACE_HEADER))
    if body is None:
        chain.terminate()
        return
    context.endpoint_response = EndpointResponse(body=to_bytes(body), status_code=200, headers=Headers())


def needs_more_than_a_body(context: RestApiInvocationContext) -> bool:
    """Whether headers of the service's response have a say in the API's."""
    return bool(context.deployment.rest_api.rest_api.get("binaryMediaTypes")) or any(
        "integration.response." in mapping
        for response in (context.integration["integrationResponses"] or {}).values()
        for mapping in (response.get("responseParameters") or {}).values()
    )


def handle_requests() -> None:
    """Add the handler.

    Else a request waits for a thread of its own; there LocalStack first looks whether it is one for a website bucket,
    one that its own OpenAPI documents describe, or one for its own resources, and tries each rule of all services'
    routes. In the end the integration makes an HTTP request of the engine to itself, over a new connection.
    """
    address = config.GATEWAY_LISTEN[0]
    IN_TURN.append(ApiRequests(f"{address.host}:{address.port}"))


class ApiRequests:
    """The handler of the fast path."""

    def __init__(self, host: str) -> None:
        self._host = host
        self._endpoint = ApiGatewayEndpoint(CallingGateway())

    def __call__(self, request: Request) -> Answer | None:
        """Answer a plain request to a deployed API."""
        place = PLAIN_TARGET.fullmatch(request.target)
        if place is None or request.method not in PLAIN_METHODS or not request.target.isascii():
            return None
        headers = request.by_lower_name()
        if not is_plain(headers, self._host) or headers.get("content-type", "").startswith(FORM_TYPES):
            return None
        if not self._endpoint.is_rest_api(**place.groupdict()):
            return None
        try:
            response = self._endpoint(to_web_request(request), **place.groupdict())
        except DeclinedError:
            return None
        return to_answer(response)


def to_web_request(request: Request) -> WebRequest:
    """Return a request as LocalStack's gateway reads it."""
    raw_path, _, query = request.target.partition("?")
    return WebRequest(
        method=request.method,
        path=unquote(raw_path),
        raw_path=raw_path,
        query_string=query,
        headers=Headers(list(request.headers)),
        body=request.body,
    )


def to_answer(response: Response) -> Answer:
    """Return what LocalStack's server would send: with the header that its gateway adds to each response."""
    body = response.get_data()
    headers = [*response.headers, ("x-localstack", "true")]
    return Answer(response.status_code, headers, body)
