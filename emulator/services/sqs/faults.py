"""Where faults of SQS are injected: what is sent, received and deleted, whoever does it.

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
from localstack.services.sqs.models import SqsMessage, SqsQueue

from emulator.faults.flows import FLOWS
from emulator.faults.later import LATER
from emulator.faults.registry import FAULTS
from emulator.faults.taken import TakenRequest, require_spared
from model.faults.fault import Thing
from model.faults.identity import TRACE_HEADER, Identity, flow_in, identity_of_message
from model.faults.kinds import Place
from model.faults.registry import Hit

_FIFO: Final = ".fifo"


def breaking_send(
    queue: Any, context: RequestContext, message_body: str, system_attributes: Mapping[str, Any] | None
) -> "_Sending":
    """Return what stands in for a queue while a message is put into it, with what faults do to the message.

    Raises:
        CommonServiceException: the send is throttled.
        HitError: the request is answered in the server's thread, where nothing may wait, and is hit.
    """
    flow = flow_in(_trace_header(context, system_attributes))
    identity = Identity.of_content(message_body) if flow is None else Identity.of_flow(flow)
    thing = Thing(identity, queue.account_id, "SendMessage", queue.name)
    hits: tuple[Hit, ...] = ()
    if isinstance(context.request, TakenRequest):
        require_spared(Place.SEND, thing)
    else:
        hits = FAULTS.hits(Place.SEND, thing)
    if any(hit.kind == "send-throttles" for hit in hits):
        raise _throttled()
    return _Sending(queue, flow, _delays(queue, hits))


class _Sending:
    """A queue for one message: it remembers whose the message is before anyone can receive it, and delays it."""

    def __init__(self, queue: Any, flow: int | None, delays: tuple[Hit, ...]) -> None:
        self._queue = queue
        self._flow = flow
        self._delays = delays

    def __getattr__(self, name: str) -> Any:
        return getattr(self._queue, name)

    def put(self, message: Mapping[str, Any], **options: Any) -> SqsMessage:
        """Put the message into the queue."""
        if self._flow is not None:
            FLOWS.remember(message["MessageId"], self._flow)
        delay_s = sum(hit.delay_ms for hit in self._delays) / 1000
        if not delay_s:
            return self._queue.put(message=message, **options)
        own_s = options.get("delay_seconds")
        own_s = self._queue.delay_seconds if own_s is None else own_s
        options["delay_seconds"] = own_s + delay_s
        with self._queue.mutex:  # nobody may make it visible until it has its place
            put: SqsMessage = self._queue.put(message=message, **options)
            put.priority += delay_s  # behind those that were sent meanwhile, also when they wait longer than this
        # LocalStack looks for what has waited long enough once a second.
        faults = tuple(hit.fault for hit in self._delays)
        LATER.do(own_s + delay_s, faults, partial(_show, self._queue, put, own_s))
        return put


def _delays(queue: SqsQueue, hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
    if queue.name.endswith(_FIFO):
        return ()
    return tuple(hit for hit in hits if hit.kind == "delays")


def _show(queue: Any, message: SqsMessage, own_s: float) -> None:
    """Let a delayed message be seen, unless it has a delay of its own that lasts."""
    with queue.mutex:
        message.delay_seconds = own_s
        if message in queue.delayed and not message.is_delayed:
            queue.delayed.remove(message)
            queue._put_message(message)  # noqa: SLF001 - there is no public way


def break_receive(queue: Any, messages: list[Mapping[str, Any]]) -> None:
    """Do to a queue what faults do when these messages have been received from it.

    Raises:
        CommonServiceException: the receive is throttled; the messages are back in the queue.
    """
    if queue.name.endswith(_FIFO):
        return
    handles = [message["ReceiptHandle"] for message in messages]
    # What was handed out has only those attributes that were asked for.
    received = [(handle, message) for handle in handles if (message := queue.receipts.get(handle)) is not None]
    hits = [
        (handle, message, hit)
        for handle, message in received
        for hit in FAULTS.hits(Place.RECEIVE, _thing(queue, message.message, "ReceiveMessage"))
    ]
    if any(hit.kind == "receive-throttles" for _, _, hit in hits):
        for handle in handles:
            _put_back(queue, handle)
        raise _throttled()
    for _, message, hit in hits:
        if hit.kind == "duplicates":
            delay_s = hit.delay_ms / 1000
            twin = _twin(queue, message, delay_s)
            LATER.do(delay_s, (hit.fault,), partial(queue._put_message, twin))  # noqa: SLF001 - as above


def _thing(queue: Any, message: Mapping[str, Any], operation: str) -> Thing:
    return Thing(identity_of_message(message), queue.account_id, operation, queue.name)


def _twin(queue: Any, message: SqsMessage, delay_s: float) -> SqsMessage:
    """Return the same message once more, for after a delay, which is received and deleted by itself."""
    twin = SqsMessage(time.time() + delay_s, copy.deepcopy(message.message))
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
        message.receive_count -= 1
        attributes = message.message["Attributes"]
        attributes["ApproximateReceiveCount"] = str(int(attributes["ApproximateReceiveCount"]) - 1)
        message.visibility_deadline = None
        if not message.receive_count:
            message.first_received = None
        if message in queue.inflight:  # not so one whose visibility timeout is 0, which is visible already
            del queue.inflight[message]
            queue._put_message(message)  # noqa: SLF001 - as above


def loses_delete(queue: Any, receipt_handle: str) -> bool:
    """Whether a delete is to be acknowledged and not carried out."""
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
