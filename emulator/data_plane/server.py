"""The border to Twisted: a request that a taker answers never leaves the server's thread."""

import logging
import os
from collections import deque
from collections.abc import Callable, Sequence
from email.utils import formatdate
from io import BytesIO
from typing import Any

from localstack.runtime import events
from localstack.services.plugins import SERVICE_PLUGINS
from rolo.serving.twisted import TwistedRequestAdapter, to_flat_header_list
from twisted.internet import reactor as installed_reactor
from twisted.web import http
from twisted.web.server import version
from werkzeug.http import HTTP_STATUS_CODES

from emulator.data_plane.giving_way import GivingWay, Servable
from emulator.data_plane.takers import AT_ONCE, IN_TURN, Answer, Request, Taker
from emulator.faults.full_disk import is_full
from emulator.faults.kinds import Place
from emulator.faults.registry import FAULTS
from emulator.faults.requests import Plan, plan_of

LOG = logging.getLogger(__name__)

reactor: Any = installed_reactor  # untyped

# A larger body might keep other clients waiting. No message and no item is as large.
MAX_BODY_BYTES = 1024 * 1024

_APIS = b"/_aws/execute-api/"


class Turns:
    """Requests that wait for the server's thread: one is served in each of the server's rounds.

    In a round the server reads whatever has come in. Without turns, a round would last as long as all that was read
    takes, and what the server has to answer at once would wait as long: a consumer's writes for its clients' polls,
    which are there because it has not written yet.
    """

    def __init__(self, in_next_round: Callable[[Callable[[], None]], object]) -> None:
        self._in_next_round = in_next_round
        self._waiting: deque[Servable] = deque()

    def add(self, request: Servable) -> None:
        """Serve a request after those that wait already."""
        self._waiting.append(request)
        if len(self._waiting) == 1:
            self._in_next_round(self._serve)

    def _serve(self) -> None:
        try:
            self._waiting[0].serve()
        finally:
            self._waiting.popleft()
            if self._waiting:
                self._in_next_round(self._serve)


def _in_next_round(call: Callable[[], None]) -> None:
    reactor.callLater(0, call)


TURNS = Turns(_in_next_round)


def giving_way_while(under_way: Callable[[], bool]) -> GivingWay:
    """Return what lets requests wait while there is something to wait for."""
    return GivingWay(under_way, reactor.callLater, TURNS.add)


POLLS = giving_way_while(lambda: False)


class OfferedRequest(TwistedRequestAdapter):
    """A request that takers are asked about before LocalStack is, and faults before both."""

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
        from emulator.data_plane.faulted import find_api_request  # noqa: PLC0415 - late: it imports all of API Gateway

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
        """Answer the request, or let it wait for its turn."""
        self._offered = None if events.infra_stopping.is_set() else to_request(self)
        if self._is_taken(AT_ONCE):
            POLLS.release_all()
        elif not (self._is_poll() and POLLS.holds(self)):
            TURNS.add(self)

    def serve(self) -> None:
        """Answer the request, or hand it to LocalStack, if anyone still waits for that."""
        if not self._disconnected and not self._is_taken(IN_TURN):
            super().process()

    def _is_poll(self) -> bool:
        return bool(self.method == b"GET" and self.uri.startswith(_APIS))

    def _is_taken(self, takers: Sequence[Taker]) -> bool:
        if self._offered is None:
            return False
        for taker in takers:
            answer = _ask(taker, self._offered)
            if answer is not None:
                self._send(answer)
                return True
        return False

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
        """Send an answer whole and at once: Twisted would send it when it next looks what there is to do."""
        if self._resets:
            self._reset()
            return
        self.startedWriting = 1
        data = to_bytes(answer)
        sent = _send_now(self.channel.transport, data)
        if sent < len(data):
            self.channel.write(data[sent:])
        self.finish()


def _ask(taker: Taker, request: Request) -> Answer | None:
    try:
        return taker(request)
    except Exception:  # a taker raises only what leaves no trace: that costs time, and nothing else
        LOG.exception("%s %s could not be answered here", request.method, request.target)
        return None


def to_bytes(answer: Answer) -> bytes:
    """Return an answer as it is sent, with the headers that each response of the server has."""
    reason = HTTP_STATUS_CODES.get(answer.status, "Unknown").upper()  # as LocalStack's responses have it
    server = [("Server", version.decode()), ("Date", formatdate(usegmt=True))]
    lines = "".join(f"{name}: {value}\r\n" for name, value in (*server, *answer.headers))
    body = b"" if answer.status in http.NO_BODY_CODES else answer.body
    return f"HTTP/1.1 {answer.status} {reason}\r\n{lines}\r\n".encode("latin-1", "replace") + body


def _send_now(transport: Any, data: bytes) -> int:
    """Send what the connection takes without waiting, if nothing else waits to be sent; return how much that was."""
    if transport.dataBuffer or transport._tempDataBuffer:  # noqa: SLF001  - there is no public way to know
        return 0
    sent = transport.writeSomeData(data)
    return sent if isinstance(sent, int) else 0  # an error will come again, and then it is Twisted's


def to_request(request: Any) -> Request | None:
    """Return a request of Twisted's as takers see it; None when it is one that they would not take."""
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
