"""The border to Twisted's connections: a plain request is read in one piece, and passed on as soon as it is whole.

Twisted reads a request line by line, makes an object of it with headers of its own, and starts and stops a timer: more
work than answering it. What is not plain, and what no handler answers, is read by Twisted.
"""

from typing import Any

from localstack.runtime import events
from rolo.serving.twisted import HeaderPreservingHTTPChannel
from twisted.web.http import _GenericHTTPChannelProtocol

from emulator.faults.registry import FAULTS
from emulator.http import server
from emulator.http.fast_path import PendingRequest
from emulator.http.handlers import Answer
from emulator.http.heads import Head, read_head
from emulator.http.sending import send
from model.faults.kinds import Place


class FastPathChannel(HeaderPreservingHTTPChannel):
    """One client's connection."""

    is_declined = False
    """Whether handlers have been asked about the request that Twisted reads."""
    _head: Head | None = None
    """Of a plain request that is not answered yet."""
    _received = b""
    """That request, and what came after it."""
    _is_pending = False
    _is_lost = False

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        """Twisted calls this with what came in."""
        if self._head is not None:
            self._received += data
        elif self._awaits_request() and is_open() and (head := read_head(data)) is not None:
            self._head, self._received = head, data
        else:
            super().dataReceived(data)
            return
        self.resetTimeout()
        if not self._is_pending:
            self._begin(self._head)

    def connectionLost(self, reason: Any) -> None:  # noqa: N802 - as above
        """Twisted calls this when nobody is there any more."""
        self._is_lost = True
        super().connectionLost(reason)

    def _begin(self, head: Head) -> None:
        if len(self._received) > head.whole_bytes:  # who does not wait for answers gets them from Twisted, in order
            self._decline()
        elif len(self._received) == head.whole_bytes:
            self._is_pending = True
            PendingRequest(head.request(self._received), self._send, self._decline, lambda: self._is_lost).begin()

    def _send(self, answer: Answer) -> None:
        if rest := send(self.transport, answer):
            self.transport.write(rest)
        _, later = self._forget()
        if later:
            self.dataReceived(later)

    def _decline(self) -> None:
        """Let Twisted read the request, and what came after it."""
        was_pending = self._is_pending
        request, later = self._forget()
        self.is_declined = was_pending
        super().dataReceived(request)
        self.is_declined = False
        if later:
            super().dataReceived(later)

    def _forget(self) -> tuple[bytes, bytes]:
        """Be as if nothing had come in; return the request, and what came after it."""
        end = self._head.whole_bytes if self._head else 0
        request, later = self._received[:end], self._received[end:]
        self._head, self._received, self._is_pending = None, b"", False
        return request, later

    def _awaits_request(self) -> bool:
        """Whether what comes in next is the beginning of a request: Twisted is in the middle of none."""
        return bool(
            self.persistent
            and self.line_mode
            and not self.requests
            and not self._buffer
            and not self._receivedHeaderSize
            and not self._handlingRequest
        )


def read_plain_requests() -> None:
    """Have new connections read so. Else half of what the engine does for a read of an API is reading the request."""
    server.MAKE_PROTOCOL = make_protocol


def is_open() -> bool:
    """Whether the fast path may be used: no fault is to hit requests, and the engine is not stopping."""
    return not FAULTS.at(Place.REQUEST) and not events.infra_stopping.is_set()


def make_protocol() -> Any:
    """Return what Twisted is to make of a new connection."""
    make: Any = _GenericHTTPChannelProtocol  # untyped
    return make(FastPathChannel())
