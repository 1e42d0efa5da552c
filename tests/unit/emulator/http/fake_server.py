"""A server without a network: connections that are fed by hand, and rounds that are had one by one."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from twisted.internet.address import IPv4Address
from twisted.internet.interfaces import IPushProducer
from twisted.web.resource import Resource
from twisted.web.server import Site
from zope.interface import implementer  # type: ignore[import-untyped]  # it has no types

from emulator.http import server

GET = b"GET /a%20b?c=d HTTP/1.1\r\nHost: x\r\nX-Mixed-Case: y\r\n\r\n"


class Reference(Resource):
    """What answers a request that nobody takes."""

    isLeaf = True  # noqa: N815  - Twisted's name, as those below

    def render(self, request: Any) -> bytes:
        return b"reference read %d bytes" % len(request.content.read())


@dataclass
class FakeRounds:
    """The server's rounds: what is to be done in the next one."""

    calls: list[Callable[[], None]] = field(default_factory=list)

    def later(self, call: Callable[[], None]) -> None:
        self.calls.append(call)

    def next(self) -> bool:
        """Do what is to be done; return whether there was anything."""
        due, self.calls = self.calls, []
        for call in due:
            call()
        return bool(due)


@implementer(IPushProducer)
class FakeTransport:
    """A connection that keeps what is written to it, and takes everything else that it is told for done."""

    _tempDataBuffer = dataBuffer = b""  # noqa: N815 - as above

    def __init__(self) -> None:
        self.written = bytearray()
        self.disconnecting = False
        self.takes_at_once = 2**30

    def writeSomeData(self, data: bytes) -> int | Exception:  # noqa: N802 - as above
        if self.takes_at_once < 0:
            return ConnectionResetError()
        self.written += data[: self.takes_at_once]
        return min(len(data), self.takes_at_once)

    def write(self, data: bytes) -> None:
        self.written += data

    def writeSequence(self, pieces: list[bytes]) -> None:  # noqa: N802 - as above
        self.written += b"".join(pieces)

    def loseConnection(self) -> None:  # noqa: N802 - as above
        self.disconnecting = True

    def getPeer(self) -> IPv4Address:  # noqa: N802 - as above
        return IPv4Address("TCP", "127.0.0.1", 1)

    def _done(self, *_: object) -> None: ...

    getHost = getPeer  # noqa: N815 - as above
    registerProducer = unregisterProducer = _done  # noqa: N815 - as above
    pauseProducing = resumeProducing = stopProducing = setTcpNoDelay = _done  # noqa: N815 - as above


def send(*requests: bytes, rounds: FakeRounds | None, transport: FakeTransport | None = None) -> bytes:
    """Return what a connection answers. Without rounds, nobody has a turn."""
    transport = transport or FakeTransport()
    channel = connect(transport)
    for request in requests:
        channel.dataReceived(request)
        while rounds is not None and rounds.next():
            pass
    return bytes(transport.written)


def connect(transport: FakeTransport) -> Any:
    """Return the server's end of a connection."""
    make_site: Any = Site  # untyped in Twisted, as its resources
    make_resource: Any = Reference
    site = make_site(make_resource(), requestFactory=server.FastPathRequest)
    site.protocol = server.MAKE_PROTOCOL
    site.timeOut = None
    channel = site.buildProtocol(None)
    channel.makeConnection(transport)
    return channel
