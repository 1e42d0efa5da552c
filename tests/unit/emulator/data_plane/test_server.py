"""The server asks the takers first, and sends what they answer as it sends LocalStack's answers."""

import threading
from typing import Any

import pytest
from localstack.runtime import events
from rolo.serving.twisted import HeaderPreservingHTTPChannel
from twisted.internet.address import IPv4Address
from twisted.internet.interfaces import IPushProducer
from twisted.web.resource import Resource
from twisted.web.server import Site
from zope.interface import implementer  # type: ignore[import-untyped]  # it has no types

from emulator.data_plane import server
from emulator.data_plane.server import OfferedRequest
from emulator.data_plane.takers import Answer, Request, Taker

GET = b"GET /a%20b?c=d HTTP/1.1\r\nHost: x\r\nX-Mixed-Case: y\r\n\r\n"


class Reference(Resource):
    """What answers a request that nobody takes."""

    isLeaf = True  # noqa: N815  - Twisted's name, as those below

    def render(self, request: Any) -> bytes:
        return b"reference read %d bytes" % len(request.content.read())


@pytest.fixture
def takers(monkeypatch: pytest.MonkeyPatch) -> list[Taker]:
    asked: list[Taker] = []
    monkeypatch.setattr(server, "TAKERS", asked)
    return asked


@implementer(IPushProducer)
class FakeTransport:
    """A connection that keeps what is written to it, and takes everything else that it is told for done."""

    disconnecting = False

    def __init__(self) -> None:
        self.written = bytearray()

    def write(self, data: bytes) -> None:
        self.written += data

    def writeSequence(self, pieces: list[bytes]) -> None:  # noqa: N802 - Twisted's name, as all below
        self.written += b"".join(pieces)

    def getPeer(self) -> IPv4Address:  # noqa: N802
        return IPv4Address("TCP", "127.0.0.1", 1)

    def _done(self, *_: object) -> None: ...

    getHost = getPeer  # noqa: N815
    registerProducer = unregisterProducer = _done  # noqa: N815
    pauseProducing = resumeProducing = stopProducing = loseConnection = setTcpNoDelay = _done  # noqa: N815


def send(*requests: bytes) -> bytes:
    """Return what a connection answers."""
    transport = FakeTransport()
    make_site: Any = Site  # untyped in Twisted, as its resources
    make_resource: Any = Reference
    site = make_site(make_resource(), requestFactory=OfferedRequest)
    site.protocol = HeaderPreservingHTTPChannel.protocol_factory
    site.timeOut = None
    channel = site.buildProtocol(None)
    channel.makeConnection(transport)
    for request in requests:
        channel.dataReceived(request)
    return bytes(transport.written)


def test_a_taken_request_is_answered_with_the_takers_headers(takers: list[Taker]) -> None:
    seen: list[Request] = []

    def taker(request: Request) -> Answer:
        seen.append(request)
        return Answer(404, [("Content-Type", "x/y"), ("x-odd-Case", "1"), ("Content-Length", "2")], b"no")

    takers.append(taker)
    head, _, body = send(GET).partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert seen == [Request("GET", "/a%20b?c=d", [("Host", "x"), ("X-Mixed-Case", "y")], b"")]
    assert lines[0] == b"HTTP/1.1 404 NOT FOUND"
    names = [line.partition(b":")[0] for line in lines[1:]]
    assert names == [b"Server", b"Date", b"Content-Type", b"x-odd-Case", b"Content-Length"]
    assert body == b"no"


def test_a_connection_goes_on_after_a_taken_request(takers: list[Taker]) -> None:
    takers.append(lambda request: Answer(200, [("Content-Length", "1")], request.method[:1].encode()))
    assert send(GET, GET).count(b"HTTP/1.1 200 OK") == 2


def test_what_nobody_takes_is_answered_as_ever(takers: list[Taker]) -> None:
    def break_down(_request: Request) -> Answer:
        raise ZeroDivisionError

    takers += [lambda _request: None, break_down]
    post = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
    assert send(post).endswith(b"reference read 5 bytes")


@pytest.mark.parametrize(
    "odd", [b"GET / HTTP/1.0\r\nHost: x\r\n\r\n", b"GET / HTTP/1.1\r\nHost: x\r\nX-A: 1\r\nx-a: 2\r\n\r\n"]
)
def test_an_old_client_and_a_repeated_header_are_not_offered(odd: bytes, takers: list[Taker]) -> None:
    takers.append(lambda _request: Answer(200, [], b""))
    assert b"reference read" in send(odd)


def test_an_engine_that_stops_takes_nothing(takers: list[Taker], monkeypatch: pytest.MonkeyPatch) -> None:
    takers.append(lambda _request: Answer(200, [], b""))
    stopping = threading.Event()
    stopping.set()
    monkeypatch.setattr(events, "infra_stopping", stopping)
    assert b"reference read" in send(GET)
