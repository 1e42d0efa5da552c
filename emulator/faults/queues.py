"""Faults of SQS, around LocalStack's provider: what is sent, received and deleted, for everybody alike.

Sources: SQS Developer Guide, "At-least-once delivery" (a message may be delivered again, also when it was deleted) and
"FIFO queues" (what is exactly once and in order: such queues have neither duplicates nor delays); API Reference,
"SendMessage", "ReceiveMessage", on `RequestThrottled`.
"""

import copy
import time
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from localstack.aws.api import CommonServiceException, RequestContext
from localstack.services.plugins import Service
from localstack.services.sqs.models import SqsMessage, SqsQueue
from localstack.services.sqs.provider import SqsProvider

from emulator.faults.fault import Fault, Thing
from emulator.faults.flows import FLOWS
from emulator.faults.held import HELD
from emulator.faults.identity import TRACE_HEADER, Identity, flow_in, identity_of_message
from emulator.faults.kinds import Place
from emulator.faults.registry import FAULTS, Hit
from emulator.faults.taken import TakenRequest, require_spared

_FIFO: Final = ".fifo"
# The kinds that keep messages back for a while.
_HOLDING: Final = frozenset({"delays", "duplicates"})


class FaultySqsProvider(SqsProvider):
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
        if not FAULTS.any:
            return put(queue)
        flow = flow_in(_trace_header(context, message_system_attributes))
        identity = Identity.of_content(message_body) if flow is None else Identity.of_flow(flow)
        thing = Thing(identity, queue.account_id, "SendMessage", queue.name)
        hits: tuple[Hit, ...] = ()
        if isinstance(context.request, TakenRequest):
            require_spared(Place.SEND, thing)
        else:
            hits = FAULTS.hits(Place.SEND, thing)
        if any(hit.kind == "send-throttles" for hit in hits):
            raise _throttled()
        return put(_Sending(queue, flow, _delay_s(queue, hits)))

    def receive_message(self, context: RequestContext, queue_url: str, **options: Any) -> Any:
        """Hand out messages."""
        answer = super().receive_message(context, queue_url, **options)
        if FAULTS.at(Place.RECEIVE) and answer.get("Messages"):
            queue = self._resolve_queue(context, queue_url=queue_url)
            if not queue.name.endswith(_FIFO):
                _break_receive(queue, answer["Messages"])
        return answer

    def delete_message(self, context: RequestContext, queue_url: str, receipt_handle: str, **options: Any) -> None:
        """Delete a message, or say so."""
        if FAULTS.at(Place.DELETE) and _is_lost(self._resolve_queue(context, queue_url=queue_url), receipt_handle):
            return
        super().delete_message(context, queue_url, receipt_handle, **options)

    def delete_message_batch(self, context: RequestContext, queue_url: str, entries: Any, **options: Any) -> Any:
        """Delete messages, or say so."""
        lost = []
        if FAULTS.at(Place.DELETE):
            queue = self._resolve_queue(context, queue_url=queue_url)
            lost = [entry for entry in entries if _is_lost(queue, entry["ReceiptHandle"])]
        if lost and len(lost) == len(entries):
            return {"Successful": [{"Id": entry["Id"]} for entry in lost], "Failed": []}
        left = [entry for entry in entries if entry not in lost]
        answer = super().delete_message_batch(context, queue_url, left, **options)
        answer["Successful"] = [*answer["Successful"], *({"Id": entry["Id"]} for entry in lost)]
        return answer


def create_sqs_service() -> Service:
    """Return the service that the plugin `sqs:embedded` stands for."""
    FAULTS.on_healing(_release)
    return Service.for_provider(FaultySqsProvider())


def _release(healed: Fault) -> None:
    if healed.kind.name in _HOLDING:
        HELD.release_all()


class _Sending:
    """A queue for one message: it remembers whose the message is before anyone can receive it, and delays it."""

    def __init__(self, queue: SqsQueue, flow: int | None, delay_s: float) -> None:
        self._queue = queue
        self._flow = flow
        self._delay_s = delay_s

    def __getattr__(self, name: str) -> Any:
        return getattr(self._queue, name)

    def put(self, message: Mapping[str, Any], **options: Any) -> SqsMessage:
        """Put the message into the queue."""
        if self._flow is not None:
            FLOWS.remember(message["MessageId"], self._flow)
        if not self._delay_s:
            return self._queue.put(message=message, **options)
        own_s = options.get("delay_seconds")
        options["delay_seconds"] = self._delay_s + (self._queue.delay_seconds if own_s is None else own_s)
        put = self._queue.put(message=message, **options)

        def release() -> None:
            put.delay_seconds = own_s or 0
            # LocalStack itself looks for what has waited long enough once a second.
            self._queue.enqueue_delayed_messages()

        HELD.hold(options["delay_seconds"], release)
        return put


def _delay_s(queue: SqsQueue, hits: tuple[Hit, ...]) -> float:
    if queue.name.endswith(_FIFO):
        return 0
    return sum(hit.delay_ms for hit in hits if hit.kind == "delays") / 1000


def _break_receive(queue: Any, messages: list[Mapping[str, Any]]) -> None:
    handles = [message["ReceiptHandle"] for message in messages]
    hits = [
        (handle, hit)
        for handle, message in zip(handles, messages, strict=True)
        for hit in FAULTS.hits(Place.RECEIVE, _thing(queue, message, "ReceiveMessage"))
    ]
    if any(hit.kind == "receive-throttles" for _, hit in hits):
        for handle in handles:
            _put_back(queue, handle)
        raise _throttled()
    for handle, hit in hits:
        message = queue.receipts.get(handle)
        if hit.kind == "duplicates" and message is not None:
            HELD.hold(hit.delay_ms / 1000, partial(queue._put_message, _twin(queue, message)))  # noqa: SLF001 - as below


def _thing(queue: Any, message: Mapping[str, Any], operation: str) -> Thing:
    return Thing(identity_of_message(message), queue.account_id, operation, queue.name)


def _twin(queue: Any, message: SqsMessage) -> SqsMessage:
    """Return the same message once more, which is received and deleted by itself."""
    twin = SqsMessage(time.time(), copy.deepcopy(message.message))
    twin.created = message.created
    twin.receive_count = message.receive_count
    twin.first_received, twin.last_received = message.first_received, message.last_received
    twin.visibility_timeout = queue.visibility_timeout
    return twin


def _put_back(queue: Any, receipt_handle: str) -> None:
    """Let a message be as if it had not been received."""
    with queue.mutex:
        message = queue.receipts.pop(receipt_handle, None)
        if message is None:
            return
        message.receipt_handles.discard(receipt_handle)
        queue.inflight.pop(message, None)
        message.receive_count -= 1
        attributes = message.message["Attributes"]
        attributes["ApproximateReceiveCount"] = str(int(attributes["ApproximateReceiveCount"]) - 1)
        message.visibility_deadline = None
        queue._put_message(message)  # noqa: SLF001 - there is no public way


def _is_lost(queue: Any, receipt_handle: str) -> bool:
    message = queue.receipts.get(receipt_handle)
    if message is None:
        return False
    hits = FAULTS.hits(Place.DELETE, _thing(queue, message.message, "DeleteMessage"))
    return any(hit.kind == "lost-deletes" for hit in hits)


def _trace_header(context: RequestContext, attributes: Mapping[str, Any] | None) -> str | None:
    header: str | None = (attributes or {}).get("AWSTraceHeader", {}).get("StringValue")
    return header or context.request.headers.get(TRACE_HEADER)


def _throttled() -> CommonServiceException:
    return CommonServiceException(
        "RequestThrottled", "The request was denied due to request throttling.", sender_fault=True
    )
