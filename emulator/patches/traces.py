"""A message sent through an API keeps the client's trace, as on AWS: LocalStack's query API of SQS drops its header.

API Gateway hands the header on, and SQS keeps it with the message, as the system attribute `AWSTraceHeader`:
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-active-tracing.html
"""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from localstack.aws import connect
from localstack.services.sqs import query_api

from model.faults.identity import TRACE_HEADER

_TRACE_HEADER: ContextVar[str | None] = ContextVar("trace_header", default=None)


def remembering[T](call_sqs: Callable[[Any, str], T]) -> Callable[[Any, str], T]:
    """Return the query API's call, with the request's trace header known while it is made."""

    def call(request: Any, region: str) -> T:
        token = _TRACE_HEADER.set(request.headers.get(TRACE_HEADER))
        try:
            return call_sqs(request, region)
        finally:
            _TRACE_HEADER.reset(token)

    return call


def add_trace_header(params: dict[str, Any], **_: Any) -> None:
    """Add the header that is known to a request that botocore is about to send."""
    trace_header = _TRACE_HEADER.get()
    if trace_header is not None:
        params["headers"][TRACE_HEADER] = trace_header


def connect_to(**options: Any) -> Any:
    """Return clients, as the factory that it takes the place of: the one of the query API adds the header."""
    clients = connect.connect_to(**options)
    clients.sqs_query.meta.events.register("before-call.sqs", add_trace_header, unique_id=__name__)
    return clients


try_call_sqs = remembering(query_api.try_call_sqs)
"""In the place of the function of this name."""
