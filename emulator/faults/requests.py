"""Faults of API Gateway: handlers in the chain through which each request to a deployed API goes.

They stand after the request's resource is known and before anything is done about it, where AWS has its throttling; a
request to no resource of the API is not hit. What AWS answers is what LocalStack's own exceptions of the gateway
become, an API's overrides of gateway responses included.

Source of status, type and header of each refusal: API Gateway Developer Guide, "Gateway response types"
(https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html).
"""

import time
from collections.abc import Callable
from typing import Any, Final

from localstack.services.apigateway.next_gen.execute_api.gateway_response import (
    IntegrationTimeoutError,
    InternalServerError,
    ThrottledError,
)

from emulator.faults.fault import Thing
from emulator.faults.flows import FLOWS
from emulator.faults.identity import TRACE_HEADER, Identity, flow_in
from emulator.faults.kinds import Place
from emulator.faults.registry import FAULTS
from emulator.faults.reset import RESET_HEADER, RESET_TOKEN
from emulator.faults.taken import TakenRequest

_REFUSALS: Final[dict[str, Callable[[], Any]]] = {
    "api-429": lambda: ThrottledError("Too Many Requests"),
    "api-500": lambda: InternalServerError("Internal server error"),
    "api-504": lambda: IntegrationTimeoutError("Endpoint request timed out"),
}


def break_request(chain: Any, context: Any, response: Any) -> None:
    """Do to a request what the faults that are set do to it; for the chain of request handlers."""
    if not FAULTS.any:
        return
    request, thing = context.request, _thing(context)
    if thing.identity.flow is not None:
        FLOWS.expect(request.get_data(), thing.identity.flow)
    if not FAULTS.at(Place.REQUEST):
        return
    if isinstance(request, TakenRequest):
        if not FAULTS.spares(Place.REQUEST, thing):
            chain.terminate()
        return
    hits = FAULTS.hits(Place.REQUEST, thing)
    if waits_ms := sum(hit.delay_ms for hit in hits):
        time.sleep(waits_ms / 1000)  # in a thread of the request's own
    kinds = {hit.kind for hit in hits}
    if "api-reset-before" in kinds:
        _reset(response)
        chain.stop()
    elif refusal := next((refusal for kind, refusal in _REFUSALS.items() if kind in kinds), None):
        raise refusal()
    elif "api-reset-after" in kinds:
        context.is_to_be_reset = True


def reset_connection(_chain: Any, context: Any, response: Any) -> None:
    """Mark the response of a request whose answer is to be lost; for the chain of response handlers."""
    if getattr(context, "is_to_be_reset", False):
        _reset(response)


def _reset(response: Any) -> None:
    response.headers[RESET_HEADER] = RESET_TOKEN


def _thing(context: Any) -> Thing:
    request = context.request
    operation = f"{request.method} {context.resource['path']}"
    flow = flow_in(request.headers.get(TRACE_HEADER))
    if flow is None:
        identity = Identity.of_content(context.invocation_request["raw_path"], request.get_data())
    else:
        identity = Identity.of_flow(flow)
    return Thing(identity, context.deployment.account_id, operation, context.api_id)
