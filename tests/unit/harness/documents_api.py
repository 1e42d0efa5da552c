"""A second asynchronous API, unlike ours, on a server of its own: `docs/examples/documents-shape.json` describes it.

A create answers 202 with `Operation-Location`; the operation's body says `running`, `succeeded` or `failed`.
"""

import json
import re
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

RUNS_FOR_S: Final = 0.05


@dataclass
class DocumentsApi:
    """What the server knows, and what is wrong with it."""

    bug: str = ""
    """"fails": every tenth operation does; "forgets": what succeeded runs again; "mixes up": a neighbour's document
    comes back; "off contract": a member that nobody agreed on."""
    documents: dict[str, dict[str, Any]] = field(default_factory=dict)
    operations: dict[str, tuple[str, float]] = field(default_factory=dict)
    """By ID: the document's, and when it is done."""
    asked: dict[str, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def create(self, body: Any) -> tuple[int, dict[str, Any], str | None]:
        texts = {"title": 200, "owner": 254}
        ok = isinstance(body, dict) and all(
            isinstance(body.get(name), str) and 1 <= len(body[name]) <= most for name, most in texts.items()
        )
        if not ok or body.get("format") != "text/plain" or not re.fullmatch(r"[^@\s]+@[^@\s]+", body["owner"]):
            return 422, {"error": "not a document"}, None
        document_id, operation_id = str(uuid.uuid4()), str(uuid.uuid4())
        self.documents[document_id] = {"title": body["title"], "owner": body["owner"]}
        self.operations[operation_id] = (document_id, time.monotonic() + RUNS_FOR_S)
        return 202, {}, f"/v2/operations/{operation_id}?view=short"

    def operation(self, operation_id: str) -> tuple[int, dict[str, Any]]:
        document_id, done_at_s = self.operations[operation_id]
        if time.monotonic() < done_at_s:
            return 200, {"state": "running"}
        ordinal = list(self.operations).index(operation_id)
        if self.bug == "fails" and ordinal % 10 == 0:
            return 200, {"state": "failed"}
        self.asked[operation_id] = self.asked.get(operation_id, 0) + 1
        if self.bug == "forgets" and self.asked[operation_id] > 1:
            return 200, {"state": "running"}
        return 200, {"state": "succeeded", "document": {"id": document_id}}

    def document(self, document_id: str) -> tuple[int, dict[str, Any]]:
        if document_id not in self.documents:
            return 404, {"error": "no such document"}
        content = self.documents[document_id]
        if self.bug == "mixes up":
            content = next(iter(self.documents.values()))
        extra = {"internal": True} if self.bug == "off contract" else {}
        return 200, {"id": document_id, "content": content} | extra


@contextmanager
def serving_documents(api: DocumentsApi) -> Iterator[str]:
    """Serve the API on the loopback; yield its base URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["Content-Length"]))
            try:
                body = json.loads(text)
            except ValueError:
                body = None
            with api.lock:
                status, answer, location = api.create(body)
            self._answer(status, answer, location)

        def do_GET(self) -> None:
            collection, identity = self.path.removeprefix("/v2/").partition("?")[0].split("/")
            with api.lock:
                status, answer = (api.operation if collection == "operations" else api.document)(identity)
            self._answer(status, answer)

        def _answer(self, status: int, answer: dict[str, Any], location: str | None = None) -> None:
            text = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            if location:
                self.send_header("Operation-Location", location)
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v2"
        finally:
            server.shutdown()
            thread.join()
