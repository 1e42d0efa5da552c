"""A small server that speaks AWS's JSON protocol, and queues in memory to put behind it."""

import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from harness.stack.deployment import Deployment
from tests.answering import served_by
from tests.unit.harness.stack.test_deployment import OUTPUTS

QUEUE, DEAD_LETTERS = "q", "d"
"""The names of the queues of `OUTPUTS`."""

type Answer = Callable[[str, dict[str, Any]], dict[str, Any]]
"""From an operation's name and its request to its answer; may raise `RefusalError`."""


class RefusalError(Exception):
    """An error answer of AWS's."""

    def __init__(self, code: str, status: int = 400) -> None:
        super().__init__(code)
        self.code = code
        self.status = status


@contextmanager
def deployment_at(handler: type[BaseHTTPRequestHandler]) -> Iterator[Deployment]:
    """A deployment whose endpoint is served by this handler."""
    with served_by(handler) as url:
        yield Deployment.from_json(OUTPUTS | {"endpoint_url": url})


@contextmanager
def aws_at(answer: Answer) -> Iterator[Deployment]:
    """A deployment whose endpoint answers like this."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            operation = self.headers["X-Amz-Target"].partition(".")[2]
            try:
                status, body = 200, answer(operation, request)
            except RefusalError as refusal:
                status, body = refusal.status, {"__type": refusal.code, "message": "no"}
            with suppress(BrokenPipeError):  # who asked may have given up
                self.send_response(status)
                self.send_header("Content-Type", "application/x-amz-json-1.0")
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_arguments: Any) -> None:
            """Be quiet."""

    with deployment_at(Handler) as deployment:
        yield deployment


@dataclass
class FakeQueue:
    """One queue: what can be received, what somebody holds."""

    visible: list[str] = field(default_factory=list)
    """Bodies, which are the IDs too."""
    held: dict[str, str] = field(default_factory=dict)
    """By receipt handle."""
    held_by_others: int = 0
    redrive_policy: Mapping[str, Any] | None = None
    receives: int = 0
    hidden_for_s: set[int] = field(default_factory=set)


@dataclass
class FakeQueues:
    """An `Answer` for what is asked of SQS. A queue that is not there is refused as SQS does."""

    queues: dict[str, FakeQueue] = field(default_factory=lambda: {QUEUE: FakeQueue(), DEAD_LETTERS: FakeQueue()})
    on_receive: Callable[[FakeQueue], None] = lambda _queue: None
    """Called before each receive."""

    def __call__(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        name = request.get("QueueName") or request["QueueUrl"].rpartition("/")[2]
        if name not in self.queues:
            raise RefusalError("com.amazonaws.sqs#QueueDoesNotExist")
        queue = self.queues[name]
        match operation:
            case "GetQueueUrl":
                return {"QueueUrl": f"http://127.0.0.1/{name}"}
            case "GetQueueAttributes":
                return _attributes(queue, request["AttributeNames"])
            case "ReceiveMessage":
                self.on_receive(queue)
                return _receive(queue, request)
            case "ChangeMessageVisibilityBatch":
                for entry in request["Entries"]:
                    assert entry["VisibilityTimeout"] == 0
                    queue.visible.append(queue.held.pop(entry["ReceiptHandle"]))
                return {"Successful": [{"Id": entry["Id"]} for entry in request["Entries"]]}
        raise RefusalError(f"{operation} is not expected")


def _attributes(queue: FakeQueue, names: list[str]) -> dict[str, Any]:
    policy = queue.redrive_policy
    attributes = {
        "ApproximateNumberOfMessages": str(len(queue.visible)),
        "ApproximateNumberOfMessagesNotVisible": str(len(queue.held) + queue.held_by_others),
        "ApproximateNumberOfMessagesDelayed": "0",
        "VisibilityTimeout": "45",
        **({"RedrivePolicy": json.dumps(policy)} if policy else {}),
    }
    return {"Attributes": {name: attributes[name] for name in names if name in attributes}}


def _receive(queue: FakeQueue, request: dict[str, Any]) -> dict[str, Any]:
    queue.receives += 1
    queue.hidden_for_s.add(request["VisibilityTimeout"])
    taken = queue.visible[: request["MaxNumberOfMessages"]]
    del queue.visible[: len(taken)]
    handles = {uuid.uuid4().hex: body for body in taken}
    queue.held |= handles
    return {
        "Messages": [
            {"MessageId": body, "Body": body, "ReceiptHandle": handle, "Attributes": {"ApproximateReceiveCount": "2"}}
            for handle, body in handles.items()
        ]
    }
