"""The border to Twisted: a request that a handler of the fast path answers never leaves the server's thread."""

import logging
import os
from collections.abc import Callable
from io import BytesIO
from typing import Any

from localstack.runtime import events
from localstack.services.plugins import SERVICE_PLUGINS
from rolo.serving.twisted import HeaderPreservingHTTPChannel, TwistedRequestAdapter, to_flat_header_list
from twisted.internet import reactor as installed_reactor

from emulator.faults.full_disk import is_full
from emulator.faults.registry import FAULTS
from emulator.http.fast_path import PendingRequest
from emulator.http.handlers import Answer, Request
from emulator.http.heads import MAX_BODY_BYTES
from emulator.http.sending import send
from emulator.services.apigateway.request_faults import Plan, plan_of
from model.faults.kinds import Place

LOG = logging.getLogger(__name__)

reactor: Any = installed_reactor  # untyped

MAKE_PROTOCOL: Callable[[], Any] = HeaderPreservingHTTPChannel.protocol_factory
"""Makes what reads a new connection."""


class FastPathRequest(TwistedRequestAdapter):
    """A request that handlers may answer before LocalStack does. Faults are asked about before both."""

    content: Any
    """The body, a file."""
    _resets = False
    """Whether the connection is to be reset in the place of an answer."""

    def gotLength(self, length: int | None) -> None:  # noqa: N802 - Twisted's name
        """Prepare for a body, which Twisted keeps in a file if it is large: in memory where no file can grow.

        Else the connection would break, and nobody would learn what the disk is full for.
        """
        super().gotLength(length)
        if not isinstance(self.content, BytesIO) and is_full():
            self.content = BytesIO()

    def process(self) -> None:
        """Twisted calls this when it has read the whole request."""
        if FAULTS.at(Place.REQUEST) and SERVICE_PLUGINS.is_running("apigateway"):
            self._process_with_faults()
        else:
            self._begin()

    def _process_with_faults(self) -> None:
        """Do what faults do about the request; what is left of it after that is begun as ever."""
        plan, answer = self._faults()

        def go_on() -> None:
            if self._disconnected:
                return
            self._resets = plan.resets_before or plan.resets_after
            if plan.resets_before:
                self._reset()
            elif answer:
                self._resets = False
                self._send(answer)
            else:
                self._begin()

        if plan.delay_ms:
            reactor.callLater(plan.delay_ms / 1000, go_on)
        else:
            go_on()

    def _faults(self) -> tuple[Plan, Answer | None]:
        """Return what faults do about the request, and what is answered in its place, if anything is."""
        from emulator.services.apigateway.faulted_requests import find_api_request  # noqa: PLC0415 - late: it imports all of API Gateway

        try:
            request = find_api_request(read(self))
            if request is None:
                return Plan(), None
            plan = plan_of(FAULTS.hits(Place.REQUEST, request.thing))
            return plan, request.answer(plan.answer) if plan.answer else None
        except Exception:  # a request that only a fault could not read is no other's to lose
            LOG.exception("%r could not be asked for faults", self)
            return Plan(), None

    def _begin(self) -> None:
        """Pass the request to the fast path, unless that was done; else to LocalStack."""
        if getattr(self.channel, "is_declined", False):
            super().process()
            return
        request = None if events.infra_stopping.is_set() else to_request(self)
        PendingRequest(request, self._send, super().process, lambda: bool(self._disconnected)).begin()

    def write(self, data: bytes) -> None:
        """Send a piece of LocalStack's answer."""
        if not self._resets:
            super().write(data)

    def finish(self) -> None:
        """End LocalStack's answer."""
        if self._resets:
            self._reset()
        else:
            super().finish()

    def _reset(self) -> None:
        """Reset the connection: Twisted sets that it lingers no time, so that the client is told by TCP's RST."""
        if not self._disconnected:
            self.channel.transport.abortConnection()

    def _send(self, answer: Answer) -> None:
        """Send an answer whole and at once."""
        if self._resets:
            self._reset()
            return
        self.startedWriting = 1
        if rest := send(self.channel.transport, answer):
            self.channel.write(rest)
        self.finish()


def to_request(request: Any) -> Request | None:
    """Return a request of Twisted's as handlers see it; None when it is one that they would not answer."""
    headers = _headers(request)
    if request.clientproto != b"HTTP/1.1" or len({name.lower() for name, _ in headers}) < len(headers):
        return None
    size_bytes = request.content.seek(0, os.SEEK_END)
    request.content.seek(0)
    return None if size_bytes > MAX_BODY_BYTES else _whole(request, headers)


def read(request: Any) -> Request:
    """Return a request of Twisted's, whatever it is; a name may be there more than once among its headers."""
    return _whole(request, _headers(request))


def _headers(request: Any) -> list[tuple[str, str]]:
    flat = to_flat_header_list(request.requestHeaders)
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in flat]


def _whole(request: Any, headers: list[tuple[str, str]]) -> Request:
    body = request.content.read()
    request.content.seek(0)
    return Request(request.method.decode("latin-1"), request.uri.decode("latin-1"), headers, body)
