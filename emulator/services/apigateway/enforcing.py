"""The border to LocalStack's gateway: its chain of handlers with the steps that it leaves out."""

from localstack.services.apigateway.next_gen.execute_api import handlers
from localstack.services.apigateway.next_gen.execute_api.gateway import RestApiGateway

from emulator.services.apigateway.access_logging import log_access
from emulator.services.apigateway.authorization.step import AuthorizationStep, meter_request
from emulator.services.apigateway.mapping_templates import RenderingRequestHandler, RenderingResponseHandler
from emulator.services.apigateway.method_request import BodyValidator
from emulator.services.apigateway.wording import WordedExceptionHandler


class EnforcingGateway(RestApiGateway):
    """LocalStack's gateway with checks of the caller, the model's templates, the API's own errors and access logs."""

    def __init__(self, *, may_wait: bool = True) -> None:
        """Put the steps where AWS has them.

        Args:
            may_wait: whether an authorizer's function may be asked; else the chain is terminated where it has to be.
        """
        super().__init__()
        replacements = {
            handlers.api_key_validation_handler: meter_request,
            handlers.method_request_handler: BodyValidator(),
            handlers.integration_request_handler: RenderingRequestHandler(),
            handlers.integration_response_handler: RenderingResponseHandler(),
        }
        self.request_handlers[:] = [replacements.get(each, each) for each in self.request_handlers]
        place = self.request_handlers.index(handlers.route_request) + 1
        self.request_handlers.insert(place, AuthorizationStep(may_wait=may_wait))
        self.exception_handlers = [WordedExceptionHandler()]
        self.response_handlers.append(log_access)
