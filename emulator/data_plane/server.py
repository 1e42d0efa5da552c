"""The border to Twisted: a request that a taker answers never leaves the server's thread."""

import logging
from typing import Any

from localstack.runtime import events
from rolo.serving.twisted import TwistedRequestAdapter, to_flat_header_list
from twisted.web import http
from twisted.web.server import version
from werkzeug.http import HTTP_STATUS_CODES

from emulator.data_plane.takers import TAKERS, Answer, Request

LOG = logging.getLogger(__name__)

now_in_words: Any = http.datetimeToString  # untyped


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
        self.setResponseCode(answer.status, _reason(answer.status))
        self.setHeader(b"Server", version)
        self.setHeader(b"Date", now_in_words())
        for name, value in answer.headers:
            raw_name = name.encode("latin-1")
            self.responseHeaders.addRawHeader(raw_name, value.encode("latin-1"))
            self.responseHeaders.rememberHeaderCasing(raw_name)
        self.write(answer.body)
        self.finish()


def to_request(request: Any) -> Request | None:
    """Return a request of Twisted's as takers see it; None when it is one that they would not take."""
    headers = [
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in to_flat_header_list(request.requestHeaders)
    ]
    if request.clientproto != b"HTTP/1.1" or len({name.lower() for name, _ in headers}) < len(headers):
        return None
    request.content.seek(0)
    body = request.content.read()
    request.content.seek(0)
    return Request(request.method.decode("latin-1"), request.uri.decode("latin-1"), headers, body)


def _reason(status: int) -> bytes:
    """Return the words that LocalStack's responses have."""
    return HTTP_STATUS_CODES.get(status, "Unknown").upper().encode()
