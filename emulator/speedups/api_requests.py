"""A plain request to a deployed API is answered in the server's thread: see `emulator.services.apigateway.fast_path`.

Else it waits for a thread of its own; there LocalStack first looks whether it is one for a website bucket, one that its
own OpenAPI documents describe, or one for its own resources, and tries each rule of all services' routes. In the end
the integration makes an HTTP request of the engine to itself, over a new connection.
"""

from localstack import config
from localstack.aws.app import LocalstackAwsGateway
from localstack.services.apigateway.next_gen.execute_api.gateway import RestApiGateway
from localstack.services.apigateway.next_gen.execute_api.integrations.aws import RestApiAwsIntegration
from localstack.services.apigateway.next_gen.execute_api.router import ApiGatewayRouter
from localstack.services.sqs import query_api

from emulator.http.handlers import IN_TURN
from emulator.services.apigateway.fast_path import ApiRequests
from emulator.speedups.originals import require_source


def apply() -> None:
    """Add the handler, if what it does without is what it knows."""
    require_source(ApiGatewayRouter.register_routes, "479575b63dc967bb")
    require_source(LocalstackAwsGateway.__init__, "f6ab100f02ee3379")
    require_source(RestApiGateway.__init__, "a23bf1c410ac655c")
    require_source(RestApiAwsIntegration.invoke, "103cb15b95e43c45")
    require_source(query_api.try_call_sqs, "a151780bb44b780d")
    address = config.GATEWAY_LISTEN[0]
    IN_TURN.append(ApiRequests(f"{address.host}:{address.port}"))
