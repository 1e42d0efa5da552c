"""LocalStack's Lambda provider with a service that behaves as AWS's where LocalStack's does not."""

import contextlib
from typing import Any

from localstack.aws.api.lambda_ import InvocationType
from localstack.services.lambda_.invocation.lambda_models import InvocationResult, RequestEntityTooLargeException
from localstack.services.lambda_.invocation.lambda_service import LambdaService
from localstack.services.lambda_.invocation.version_manager import LambdaVersionManager
from localstack.services.lambda_.provider import LambdaProvider
from localstack.services.plugins import Service

from emulator.services.lambda_.assignment import ExclusiveAssignmentService
from emulator.services.lambda_.log_handler import DirectLogHandler, FunctionLogHandler
from emulator.services.lambda_.outcome import MAX_EVENT_BYTES, MAX_REQUEST_BYTES

_LIMITS_BYTES = {InvocationType.RequestResponse: MAX_REQUEST_BYTES, InvocationType.Event: MAX_EVENT_BYTES}


class EmbeddedLambdaService(LambdaService):
    """LocalStack's service: it refuses what is too large, and stops what never ran."""

    log_handler: type[FunctionLogHandler] = FunctionLogHandler
    """What brings the lines of a function's version to its log group."""

    def __init__(self) -> None:
        super().__init__()
        self.assignment_service = ExclusiveAssignmentService()

    def invoke(
        self,
        *,
        payload: bytes | None,
        invocation_type: InvocationType | None,
        **arguments: Any,  # LocalStack's own
    ) -> InvocationResult | None:
        """Refuse what is too large before anything is started for it, or queued; LocalStack checks no size.

        Raises:
            RequestEntityTooLargeException: the payload is larger than AWS takes in this way.
        """
        kind = invocation_type or InvocationType.RequestResponse
        size, limit = len(payload or b""), _LIMITS_BYTES.get(kind)
        if limit is not None and size > limit:
            raise RequestEntityTooLargeException(
                f"{size} byte payload is too large for the {kind} invocation type (limit {limit} bytes)"
            )
        return super().invoke(payload=payload, invocation_type=invocation_type, **arguments)

    def stop_version(self, qualified_arn: str) -> None:
        """Stop a version of a function, if it runs.

        LocalStack fails where there is nothing to stop ("unable to find version manager"), and so never deletes a
        function that failed to be created.
        """
        with contextlib.suppress(ValueError):
            super().stop_version(qualified_arn)

    def _start_lambda_version(self, version_manager: LambdaVersionManager) -> None:
        version_manager.log_handler = self.log_handler(version_manager.function_version)
        super()._start_lambda_version(version_manager)


class EmbeddedLambdaProvider(LambdaProvider):
    """LocalStack's provider, with the service above."""

    @property
    def lambda_service(self) -> EmbeddedLambdaService:
        """The service of invocations."""
        return self._lambda_service

    @lambda_service.setter
    def lambda_service(self, _new: LambdaService) -> None:
        # LocalStack makes a service when it starts, and one each time that its state is reset or loaded.
        self._lambda_service = EmbeddedLambdaService()

    def on_after_state_reset(self) -> None:
        """Begin anew; the URLs of functions, too, lead to the new service."""
        super().on_after_state_reset()
        self.router.lambda_service = self.lambda_service


def create_lambda_service() -> Service:
    """Return the service that the plugin `lambda:embedded` stands for."""
    return Service.for_provider(EmbeddedLambdaProvider())


def store_logs_directly() -> None:
    """Have the lines of functions stored without a request of the engine to itself."""
    EmbeddedLambdaService.log_handler = DirectLogHandler
