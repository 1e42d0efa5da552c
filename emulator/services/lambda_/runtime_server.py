"""The sockets of one Runtime API: a port on the loopback interface, driven by whoever waits for the function.

There is no thread here. The thread that runs an invocation sends the event and waits for the answer itself,
so that a warm invocation costs one wake-up and not three.
"""

import selectors
import socket
from collections.abc import Callable

import h11

from emulator.services.lambda_.outcome import MAX_RESPONSE_BYTES
from emulator.services.lambda_.runtime_api import Event, Invocation, Reply, Request, RuntimeApi

_READ_BYTES = 256 * 1024
# AWS's client for Python puts an error's whole stack into a header, up to one mebibyte of it.
_MAX_HEAD_BYTES = 2 * 1024 * 1024
_REPLY_TIMEOUT_S = 5.0


class RuntimeServer:
    """Serves a `RuntimeApi` on a port of its own.

    It registers what it listens to with `selector`; the data of each key is the function to call when that is
    readable. What the runtime says goes to `tell`.
    """

    def __init__(self, selector: selectors.BaseSelector, tell: Callable[[Event], None]) -> None:
        self._selector = selector
        self._tell = tell
        self._api = RuntimeApi()
        self._connections: set[_Connection] = set()
        self._waiting: _Connection | None = None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setblocking(False)  # a client may leave between knocking and being let in
        self._selector.register(self._listener, selectors.EVENT_READ, self._accept)

    @property
    def address(self) -> str:
        """Where it is, for `AWS_LAMBDA_RUNTIME_API`."""
        host, port = self._listener.getsockname()
        return f"{host}:{port}"

    @property
    def asked(self) -> bool:
        """Whether a request for an invocation waits for its reply."""
        return self._waiting is not None

    def deliver(self, invocation: Invocation, timeout_s: float) -> None:
        """Hand `invocation` to the runtime, which waits for it.

        A runtime that has ended, or that does not read, is no concern here: whoever waits for the answer will
        see.
        """
        reply = self._api.deliver(invocation)
        connection, self._waiting = self._waiting, None
        if connection is not None:
            connection.reply(reply, timeout_s)

    def close(self) -> None:
        """Close the port and all connections."""
        self._selector.unregister(self._listener)
        self._listener.close()
        for connection in list(self._connections):
            self._drop(connection)

    def _accept(self) -> None:
        try:
            accepted, _ = self._listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        connection = _Connection(accepted)
        self._connections.add(connection)
        self._selector.register(accepted, selectors.EVENT_READ, lambda: self._read(connection))

    def _read(self, connection: "_Connection") -> None:
        request = connection.read()
        if request is not None:
            reply, event = self._api.receive(request)
            if reply is None:
                self._waiting = connection
            else:
                connection.reply(reply)
            if event is not None:
                self._tell(event)
        if connection.closed:
            self._drop(connection)

    def _drop(self, connection: "_Connection") -> None:
        self._connections.discard(connection)
        self._selector.unregister(connection.socket)
        connection.socket.close()
        if self._waiting is connection:
            self._waiting = None


class _Connection:
    """One HTTP/1.1 connection of the runtime, kept open between requests."""

    def __init__(self, accepted: socket.socket) -> None:
        self.socket = accepted
        self.closed = False
        # Without this, a reply would be held back until the client has acknowledged the one before.
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.settimeout(_REPLY_TIMEOUT_S)
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=_MAX_HEAD_BYTES)
        self._head: h11.Request | None = None
        self._body = bytearray()

    def read(self) -> Request | None:
        """Read what has arrived; return a request if it is complete now."""
        try:
            self._http.receive_data(self.socket.recv(_READ_BYTES))
            return self._next_request()
        except (OSError, h11.RemoteProtocolError):
            self.closed = True
            return None

    def reply(self, reply: Reply, timeout_s: float = _REPLY_TIMEOUT_S) -> None:
        """Answer the request that was read last."""
        headers = [*reply.headers.items(), ("Content-Length", str(len(reply.body)))]
        parts = [
            h11.Response(status_code=reply.status, headers=headers),
            h11.Data(data=reply.body),
            h11.EndOfMessage(),
        ]
        self.socket.settimeout(timeout_s)
        try:
            self.socket.sendall(b"".join(self._http.send(part) or b"" for part in parts))
            self._http.start_next_cycle()
        except (OSError, h11.LocalProtocolError):  # the client has gone, does not read, or wants no more
            self.closed = True

    def _next_request(self) -> Request | None:
        while True:
            event = self._http.next_event()
            match event:
                case h11.Request():
                    self._head = event
                    self._body.clear()
                case h11.Data() if len(self._body) <= MAX_RESPONSE_BYTES:
                    self._body += event.data
                case h11.EndOfMessage():
                    return self._complete()
                case h11.ConnectionClosed():
                    self.closed = True
                    return None
                case h11.NEED_DATA | h11.PAUSED:
                    return None

    def _complete(self) -> Request:
        assert self._head is not None  # noqa: S101 - h11 gives the head before the end
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in self._head.headers}
        body = bytes(self._body) if len(self._body) <= MAX_RESPONSE_BYTES else None
        return Request(self._head.method.decode(), self._head.target.decode("latin-1"), headers, body)
