"""A request to a deployed API goes straight to it.

LocalStack first looks whether it is one for a website bucket, one that its own OpenAPI documents describe, or one for
its own resources, and then tries each rule of all services' routes. None of them takes the plain requests that are
taken here; whatever is not plain goes the long way: another host name, a browser's headers, an encoded body.
"""

import re
from typing import Any

from localstack import config
from localstack.aws import handlers
from localstack.aws.app import LocalstackAwsGateway
from localstack.runtime import get_current_runtime
from localstack.services.apigateway.next_gen.execute_api.router import ApiGatewayEndpoint, ApiGatewayRouter
from rolo.request import get_raw_path

from emulator.speedups.originals import require_source

# The API's ID, the stage, and a path without an empty part, which routes may treat in more than one way.
PLAIN_PATH = re.compile(r"/_aws/execute-api/(?P<api_id>[a-z0-9]+)/(?P<stage>[A-Za-z0-9_-]+)(?:/[^/]+)+")
PLAIN_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD")
LONG_WAY_HEADERS = ("Origin", "Referer", "Content-Encoding", "Upgrade")


class DirectApiRequests:
    """The handler that takes plain requests."""

    def __init__(self, endpoint: ApiGatewayEndpoint, host: str) -> None:
        self._endpoint = endpoint
        self._host = host

    def __call__(self, chain: Any, context: Any, response: Any) -> None:
        """Answer a plain request to a deployed API; leave any other to the handlers that follow."""
        request = context.request
        if (place := plain_place(request, self._host)) and self._endpoint.is_rest_api(**place):
            response.update_from(self._endpoint(request, **place))
            chain.stop()


def plain_place(request: Any, host: str) -> dict[str, str] | None:
    """Return the API's ID and the stage that a plain request at this host names."""
    if (
        request.headers.get("Host") != host
        or request.method not in PLAIN_METHODS
        or any(name in request.headers for name in LONG_WAY_HEADERS)
    ):
        return None
    match = PLAIN_PATH.fullmatch(get_raw_path(request))
    return match.groupdict() if match else None


def apply() -> None:
    """Add the handler before the first that is of no use to such a request."""
    require_source(ApiGatewayRouter.register_routes, "479575b63dc967bb")
    require_source(LocalstackAwsGateway.__init__, "f6ab100f02ee3379")
    request_handlers = get_current_runtime().components.gateway.request_handlers
    place = request_handlers.index(handlers.handle_runtime_shutdown) + 1
    address = config.GATEWAY_LISTEN[0]
    request_handlers.insert(place, DirectApiRequests(ApiGatewayEndpoint(), f"{address.host}:{address.port}"))
