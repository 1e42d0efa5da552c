"""The border to Twisted: a request that a taker answers never leaves the server's thread."""

import logging
import os
from email.utils import formatdate
from typing import Any

from localstack.runtime import events
from rolo.serving.twisted import TwistedRequestAdapter, to_flat_header_list
from twisted.web import http
from twisted.web.server import version
from werkzeug.http import HTTP_STATUS_CODES

from emulator.data_plane.takers import TAKERS, Answer, Request

LOG = logging.getLogger(__name__)

# A larger body might keep other clients waiting. No message and no item is as large.
MAX_BODY_BYTES = 1024 * 1024


class OfferedRequest(TwistedRequestAdapter):
    """A request that takers are asked about before LocalStack is."""

    def process(self) -> None:
        """Answer the request; Twisted calls this when it has read the whole of it."""
        answer = self._taken()
        if answer is None:
            super().process()
        else:
            self._send(answer)

    def _taken(self) -> Answer | None:
        if not TAKERS or events.infra_stopping.is_set():
            return None
        request = to_request(self)
        if request is None:
            return None
        for taker in TAKERS:
            try:
                if answer := taker(request):
                    return answer
            except Exception:  # a taker raises only what leaves no trace: it costs time, and nothing else
                LOG.exception("%s %s could not be answered at once", request.method, request.target)
        return None

    def _send(self, answer: Answer) -> None:
        """Send an answer whole and at once: Twisted would send it when it next looks what there is to do."""
        self.startedWriting = 1
        data = to_bytes(answer)
        sent = _send_now(self.channel.transport, data)
        if sent < len(data):
            self.channel.write(data[sent:])
        self.finish()


def to_bytes(answer: Answer) -> bytes:
    """Return an answer as it is sent, with the headers that each response of the server has."""
    reason = HTTP_STATUS_CODES.get(answer.status, "Unknown").upper()  # as LocalStack's responses have it
    server = [("Server", version.decode()), ("Date", formatdate(usegmt=True))]
    lines = "".join(f"{name}: {value}\r\n" for name, value in (*server, *answer.headers))
    body = b"" if answer.status in http.NO_BODY_CODES else answer.body
    return f"HTTP/1.1 {answer.status} {reason}\r\n{lines}\r\n".encode("latin-1") + body


def _send_now(transport: Any, data: bytes) -> int:
    """Send what the connection takes without waiting, if nothing else waits to be sent; return how much that was."""
    if transport.dataBuffer or transport._tempDataBuffer:  # noqa: SLF001  - there is no public way to know
        return 0
    sent = transport.writeSomeData(data)
    return sent if isinstance(sent, int) else 0  # an error will come again, and then it is Twisted's


def to_request(request: Any) -> Request | None:
    """Return a request of Twisted's as takers see it; None when it is one that they would not take."""
    headers = [
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in to_flat_header_list(request.requestHeaders)
    ]
    if request.clientproto != b"HTTP/1.1" or len({name.lower() for name, _ in headers}) < len(headers):
        return None
    size_bytes = request.content.seek(0, os.SEEK_END)
    request.content.seek(0)
    if size_bytes > MAX_BODY_BYTES:
        return None
    body = request.content.read()
    request.content.seek(0)
    return Request(request.method.decode("latin-1"), request.uri.decode("latin-1"), headers, body)
