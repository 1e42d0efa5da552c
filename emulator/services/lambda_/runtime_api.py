"""The Lambda Runtime API as a state machine: requests of a runtime in, replies and events out. No sockets.

See https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html. A runtime asks for its next invocation;
that request waits until there is one. It answers the invocation, or reports an error, and asks again. Before
it first asks, it may report that it can't be initialized.
"""

import json
import re
from dataclasses import dataclass, field
from http import HTTPStatus

_VERSION = "/2018-06-01"
_NEXT = f"{_VERSION}/runtime/invocation/next"
_INIT_ERROR = f"{_VERSION}/runtime/init/error"
_ANSWER = re.compile(rf"{_VERSION}/runtime/invocation/([^/]+)/(response|error)")
_ERROR_TYPE_HEADER = "lambda-runtime-function-error-type"


@dataclass(frozen=True)
class Invocation:
    """One event for the function."""

    request_id: str
    function_arn: str
    trace_id: str
    payload: bytes
    deadline_ms: int
    """When the function's time is over, in milliseconds since 1970."""


@dataclass(frozen=True)
class Request:
    """An HTTP request. Header names are in lower case; `body` is None when it was over the limit."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes | None


@dataclass(frozen=True)
class Reply:
    """The HTTP response to it."""

    status: HTTPStatus
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class NextRequested:
    """The runtime is ready, and waits for an invocation."""


@dataclass(frozen=True)
class Answered:
    """The runtime answered the invocation; `payload` is None when it was over the limit."""

    payload: bytes | None
    is_error: bool


@dataclass(frozen=True)
class InitFailed:
    """The runtime can't be initialized."""

    error_type: str
    payload: bytes


type Event = NextRequested | Answered | InitFailed


class RuntimeApi:
    """The conversation with one runtime process.

    A request has a reply at once, except the one for the next invocation, whose reply `deliver` makes.
    """

    def __init__(self) -> None:
        self._initialized = False
        self._running: str | None = None

    def receive(self, request: Request) -> tuple[Reply | None, Event | None]:
        """Return the reply to a request, None if it has to wait, and what it says, None if nothing."""
        answer = _ANSWER.fullmatch(request.path)
        if request.method == "GET" and request.path == _NEXT:
            return self._next()
        if request.method == "POST" and request.path == _INIT_ERROR:
            return self._init_error(request)
        if request.method == "POST" and answer:
            return self._answer(answer[1], request.body, is_error=answer[2] == "error")
        return _refuse(HTTPStatus.NOT_FOUND, "NotFound", "The engine serves no such part of the Runtime API"), None

    def deliver(self, invocation: Invocation) -> Reply:
        """Return the reply to the waiting request: the invocation."""
        self._running = invocation.request_id
        headers = {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
            "Lambda-Runtime-Deadline-Ms": str(invocation.deadline_ms),
            "Lambda-Runtime-Invoked-Function-Arn": invocation.function_arn,
            "Lambda-Runtime-Trace-Id": invocation.trace_id,
        }
        return Reply(HTTPStatus.OK, invocation.payload, headers)

    def _next(self) -> tuple[Reply | None, Event | None]:
        if self._running is not None:
            return _invalid_state(), None
        self._initialized = True
        return None, NextRequested()

    def _init_error(self, request: Request) -> tuple[Reply, Event | None]:
        if self._initialized:
            return _invalid_state(), None
        error_type = request.headers.get(_ERROR_TYPE_HEADER, "Runtime.Unknown")
        return _accept(), InitFailed(error_type, request.body or b"{}")

    def _answer(self, request_id: str, body: bytes | None, *, is_error: bool) -> tuple[Reply, Event | None]:
        if request_id != self._running:
            return _refuse(HTTPStatus.BAD_REQUEST, "InvalidRequestID", "Invalid request ID"), None
        self._running = None
        if body is None:
            refusal = "Exceeded maximum allowed payload size"
            return _refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "RequestEntityTooLarge", refusal), Answered(
                None, is_error
            )
        return _accept(), Answered(body, is_error)


def _accept() -> Reply:
    return Reply(HTTPStatus.ACCEPTED, b'{"status":"OK"}', {"Content-Type": "application/json"})


def _invalid_state() -> Reply:
    return _refuse(HTTPStatus.FORBIDDEN, "InvalidStateTransition", "State does not allow this request")


def _refuse(status: HTTPStatus, error_type: str, message: str) -> Reply:
    body = json.dumps({"errorMessage": message, "errorType": error_type}).encode()
    return Reply(status, body, {"Content-Type": "application/json"})
