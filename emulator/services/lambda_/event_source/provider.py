"""The border to LocalStack: its Lambda provider with our poller, and its queues and functions as the poller sees them.

The providers are called as LocalStack's gateway calls them, without the HTTP request and the signature around it.
"""

from collections.abc import Sequence
from typing import Any, Final

from localstack.aws.api import CommonServiceException, RequestContext
from localstack.aws.api.lambda_ import InvocationType, TooManyRequestsException
from localstack.aws.spec import load_service
from localstack.http import Request
from localstack.services.lambda_.api_utils import function_locators_from_arn
from localstack.services.lambda_.event_source_mapping.esm_worker import EsmStateReason, EsmWorker
from localstack.services.lambda_.event_source_mapping.esm_worker_factory import EsmWorkerFactory
from localstack.services.plugins import SERVICE_PLUGINS
from localstack.services.sqs.constants import (
    HEADER_LOCALSTACK_SQS_OVERRIDE_MESSAGE_COUNT as MAXIMUM_HEADER,
)
from localstack.utils.event_matcher import matches_event
from localstack.utils.strings import long_uid

from emulator.services.lambda_.event_source.poller import ThrottledError, WakingPoller
from model.event_source.mapping import QueueMapping
from model.event_source.records import Message

# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html#API_ReceiveMessage_Errors
_THROTTLED: Final = "RequestThrottled"


class ProviderQueue:
    """A queue of LocalStack's SQS provider."""

    def __init__(self, mapping: QueueMapping) -> None:
        self._mapping = mapping

    def receive(self, maximum: int, wait_s: float) -> list[Message]:
        """Return up to `maximum` messages as soon as there is one, or none after `wait_s`.

        Raises:
            ThrottledError: not now.
        """
        context = self._context({MAXIMUM_HEADER: str(maximum)})
        try:
            answer = self._provider.receive_message(
                context,
                queue_url=self._url(context),
                message_attribute_names=["All"],
                message_system_attribute_names=["All"],
                wait_time_seconds=wait_s,
            )
        except CommonServiceException as error:
            if error.code != _THROTTLED:
                raise
            raise ThrottledError(str(error)) from error
        return answer.get("Messages") or []

    def visibility_timeout_s(self) -> float:
        """How long a message that was received is nobody else's."""
        context = self._context({})
        names = ["VisibilityTimeout"]
        answer = self._provider.get_queue_attributes(context, queue_url=self._url(context), attribute_names=names)
        return float(answer["Attributes"]["VisibilityTimeout"])

    def delete(self, messages: Sequence[Message]) -> None:
        """Remove messages that were received."""
        entries = [
            {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]} for number, message in enumerate(messages)
        ]
        context = self._context({MAXIMUM_HEADER: str(len(entries))})
        self._provider.delete_message_batch(context, queue_url=self._url(context), entries=entries)

    @property
    def _provider(self) -> Any:
        return _provider("sqs")

    def _url(self, context: RequestContext) -> str:
        return self._provider.get_queue_url(context, queue_name=self._mapping.queue_name)["QueueUrl"]

    def _context(self, headers: dict[str, str]) -> RequestContext:
        context = RequestContext(Request(headers=headers))
        context.service = load_service("sqs")
        context.account_id = self._mapping.account_id
        context.region = self._mapping.region
        return context


class ProviderFunction:
    """A function of LocalStack's Lambda provider."""

    def __init__(self, function_arn: str) -> None:
        self._name, self._qualifier, self._account_id, self._region = function_locators_from_arn(function_arn)

    def invoke(self, payload: bytes) -> tuple[bytes, bool]:
        """Return the function's answer and whether it ended in an error.

        Raises:
            ThrottledError: not now.
            Exception: it could not be invoked.
        """
        try:
            result = _provider("lambda").lambda_service.invoke(
                function_name=self._name,
                qualifier=self._qualifier,
                region=self._region,
                account_id=self._account_id,
                invocation_type=InvocationType.RequestResponse,
                client_context=None,
                request_id=long_uid(),
                payload=payload,
            )
        except TooManyRequestsException as error:
            raise ThrottledError(str(error)) from error
        return result.payload, result.is_error


class QueueWorker(EsmWorker):
    """LocalStack's worker for one mapping: it keeps the mapping's state, and the thread that polls.

    A mapping that says it is disabled, or is gone, takes no message any more. LocalStack says so while the thread is
    still looking.
    """

    poller: WakingPoller

    def stop(self) -> None:
        """Disable the mapping."""
        self.poller.halt()
        super().stop()

    def delete(self) -> None:
        """Delete the mapping. LocalStack lets its thread do that, but a disabled one has none."""
        self.poller.halt()
        super().delete()
        if not self.enabled:
            self.delete_esm_in_store()


class WorkerFactory(EsmWorkerFactory):
    """LocalStack's factory, with our worker and poller for queues."""

    def get_esm_worker(self) -> EsmWorker:
        """Return the worker of one mapping."""
        if ":sqs:" not in self.esm_config.get("EventSourceArn", ""):
            return super().get_esm_worker()
        mapping = QueueMapping.from_configuration(self.esm_config)
        poller = WakingPoller(mapping, ProviderQueue(mapping), ProviderFunction(mapping.function_arn), matches_event)
        return QueueWorker(
            self.esm_config,
            poller=poller,
            enabled=self.enabled,
            user_state_reason=EsmStateReason.USER_INITIATED,
        )


def _provider(service: str) -> Any:
    return SERVICE_PLUGINS.require(service)._provider  # noqa: SLF001 - there is no public way to it
