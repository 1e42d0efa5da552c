"""The border to LocalStack: its SQS provider, with what faults do to messages at each operation."""

from functools import partial
from typing import Any

from localstack.aws.api import RequestContext
from localstack.services.plugins import Service
from localstack.services.sqs.models import SqsMessage
from localstack.services.sqs.provider import SqsProvider, extract_message_count_from_headers

from emulator.faults.registry import FAULTS
from emulator.services.sqs.faults import break_receive, breaking_send, loses_delete
from model.faults.kinds import Place


class EmbeddedSqsProvider(SqsProvider):
    """LocalStack's provider, and what the faults that are set do to messages."""

    def _put_message(  # noqa: PLR0917 - LocalStack's own parameters, in its order
        self,
        queue: Any,
        context: RequestContext,
        message_body: str,
        delay_seconds: int | None = None,
        message_attributes: Any = None,
        message_system_attributes: Any = None,
        message_deduplication_id: str | None = None,
        message_group_id: str | None = None,
    ) -> SqsMessage:
        """Put a message into a queue: the one way for all that is sent."""
        put = partial(
            super()._put_message,
            context=context,
            message_body=message_body,
            delay_seconds=delay_seconds,
            message_attributes=message_attributes,
            message_system_attributes=message_system_attributes,
            message_deduplication_id=message_deduplication_id,
            message_group_id=message_group_id,
        )
        return put(breaking_send(queue, context, message_body, message_system_attributes) if FAULTS.any else queue)

    def receive_message(self, context: RequestContext, queue_url: str, **options: Any) -> Any:
        """Hand out messages."""
        answer = super().receive_message(context, queue_url, **options)
        if FAULTS.at(Place.RECEIVE) and answer.get("Messages"):
            break_receive(self._resolve_queue(context, queue_url=queue_url), answer["Messages"])
        return answer

    def delete_message(self, context: RequestContext, queue_url: str, receipt_handle: str, **options: Any) -> None:
        """Delete a message, or say so."""
        if FAULTS.at(Place.DELETE) and loses_delete(self._resolve_queue(context, queue_url=queue_url), receipt_handle):
            return
        super().delete_message(context, queue_url, receipt_handle, **options)

    def delete_message_batch(self, context: RequestContext, queue_url: str, entries: Any, **options: Any) -> Any:
        """Delete messages, or say so."""
        if not FAULTS.at(Place.DELETE):
            return super().delete_message_batch(context, queue_url, entries, **options)
        queue = self._resolve_queue(context, queue_url=queue_url)
        # What is refused is no delete that could be lost: it must not count as one.
        self._assert_batch(entries, max_messages_override=extract_message_count_from_headers(context))
        self._assert_valid_message_ids(entries)
        lost = [entry for entry in entries if loses_delete(queue, entry["ReceiptHandle"])]
        left = [entry for entry in entries if entry not in lost]
        successes = [{"Id": entry["Id"]} for entry in lost]
        if not left:
            return {"Successful": successes, "Failed": []}
        answer = super().delete_message_batch(context, queue_url, left, **options)
        answer["Successful"] = [*answer["Successful"], *successes]
        return answer


def create_sqs_service() -> Service:
    """Return the service that the plugin `sqs:embedded` stands for."""
    return Service.for_provider(EmbeddedSqsProvider())
