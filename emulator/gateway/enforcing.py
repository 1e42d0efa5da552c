"""The border to LocalStack's gateway: its chain of handlers with the steps that it leaves out."""

from localstack.services.apigateway.next_gen.execute_api import handlers
from localstack.services.apigateway.next_gen.execute_api.gateway import RestApiGateway

from emulator.gateway.access_logging import log_access
from emulator.gateway.method_request import BodyValidator
from emulator.gateway.wording import WordedExceptionHandler
from emulator.services.apigateway.authorization.step import AuthorizationStep, meter_request

_REPLACED = (
    (handlers.api_key_validation_handler, meter_request),
    (handlers.method_request_handler, BodyValidator()),
)


class EnforcingGateway(RestApiGateway):
    """LocalStack's gateway, which asks who calls, answers errors as the API words them, and keeps an access log."""

    def __init__(self, *, may_wait: bool = True) -> None:
        """Put the steps where AWS has them.

        Args:
            may_wait: whether an authorizer's function may be asked; else the chain is terminated where it has to be.
        """
        super().__init__()
        place = self.request_handlers.index(handlers.route_request) + 1
        self.request_handlers.insert(place, AuthorizationStep(may_wait=may_wait))
        for theirs, ours in _REPLACED:
            self.request_handlers[self.request_handlers.index(theirs)] = ours
        self.exception_handlers = [WordedExceptionHandler()]
        self.response_handlers.append(log_access)
