"""The transport over real sockets, against small servers on the loopback that behave and misbehave."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from harness.driving.aiohttp_transport import AiohttpTransport
from harness.transport import Request, Response, TransportError, TransportFailure

type Handler = Callable[[bytes, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Amzn-RequestId: r-1\r\n\r\nok"


class Server:
    """Hands each request, head and body, to a handler; counts connections and requests."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self.requests: list[bytes] = []
        self.connections = 0
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while not writer.is_closing():
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(
                    (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")),
                    0,
                )
                request = head + await reader.readexactly(length)
                self.requests.append(request)
                await self._handler(request, reader, writer)
        writer.close()


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[Server]:
    server = Server(handler)
    async with await asyncio.start_server(server.serve, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        server.url = f"http://127.0.0.1:{port}"
        yield server


def answering(answer: bytes) -> Handler:
    async def handle(_request: bytes, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)

    return handle


def answering_then_closing(answer: bytes) -> Handler:
    async def handle(_request: bytes, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()
        writer.close()

    return handle


async def reset(_request: bytes, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Close with a TCP RST."""
    linger = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()


async def hang(_request: bytes, reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read()


def exchange(handler: Handler, method: str = "POST", timeout_s: float = 5) -> tuple[Response, Server]:
    async def exchanging() -> tuple[Response, Server]:
        async with serving(handler) as server, AiohttpTransport(connections=2) as transport:
            body = b"body" if method == "POST" else None
            return await transport.send(Request(method, f"{server.url}/path", {}, body), timeout_s), server

    return asyncio.run(exchanging())


def failure(handler: Handler, method: str = "POST", timeout_s: float = 5) -> TransportFailure:
    with pytest.raises(TransportError) as caught:
        exchange(handler, method, timeout_s)
    assert "\n" not in str(caught.value)
    return caught.value.failure


def test_a_response_comes_back_whole_with_its_headers_in_lower_case() -> None:
    response, _ = exchange(answering(OK))
    assert response == Response(200, {"content-length": "2", "x-amzn-requestid": "r-1"}, b"ok")


def test_a_request_is_sent_as_it_is_and_offers_no_compression() -> None:
    async def exchanging() -> bytes:
        async with serving(answering(OK)) as server, AiohttpTransport(connections=1) as transport:
            request = Request(
                "POST", f"{server.url}/users/a%2Fb%20%25", {"Content-Type": "application/json"}, b"\x00\xff"
            )
            await transport.send(request, 5)
            return server.requests[0]

    head, body = asyncio.run(exchanging()).split(b"\r\n\r\n", 1)
    lines = head.split(b"\r\n")
    assert lines[0] == b"POST /users/a%2Fb%20%25 HTTP/1.1"
    assert b"Content-Type: application/json" in lines
    assert b"Accept-Encoding: identity" in lines
    assert body == b"\x00\xff"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_port_where_nobody_listens_refuses(method: str) -> None:
    async def exchanging() -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))  # bound and not listening: nobody else can take it meanwhile
            port = taken.getsockname()[1]
            async with AiohttpTransport(connections=1) as transport:
                await transport.send(Request(method, f"http://127.0.0.1:{port}/"), 5)

    with pytest.raises(TransportError) as caught:
        asyncio.run(exchanging())
    assert caught.value.failure is TransportFailure.REFUSED


def test_a_server_that_does_not_take_the_connection_in_time_never_got_the_request() -> None:
    async def exchanging() -> None:
        with socket.socket() as deaf:
            deaf.bind(("127.0.0.1", 0))
            deaf.listen(0)
            address = deaf.getsockname()
            with contextlib.ExitStack() as filling:
                for _ in range(4):  # more than its queue holds: the next one gets no answer to its SYN
                    filler = filling.enter_context(socket.socket())
                    filler.setblocking(False)
                    filler.connect_ex(address)
                async with AiohttpTransport(connections=1) as transport:
                    await transport.send(Request("POST", f"http://127.0.0.1:{address[1]}/", {}, b"x"), 0.2)

    with pytest.raises(TransportError) as caught:
        asyncio.run(exchanging())
    assert caught.value.failure is TransportFailure.CONNECT_TIMED_OUT


def test_waiting_for_a_free_connection_counts_as_connecting() -> None:
    async def exchanging() -> tuple[TransportFailure, int]:
        arrived = asyncio.Event()

        async def arrive_and_hang(request: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            arrived.set()
            await hang(request, reader, writer)

        async with serving(arrive_and_hang) as server, AiohttpTransport(connections=1) as transport:
            first = asyncio.create_task(transport.send(Request("POST", server.url, {}, b"x"), 30))
            await arrived.wait()
            with pytest.raises(TransportError) as caught:
                await transport.send(Request("POST", server.url, {}, b"x"), 0.05)
            first.cancel()
            await asyncio.wait([first])
            return caught.value.failure, len(server.requests)

    assert asyncio.run(exchanging()) == (TransportFailure.CONNECT_TIMED_OUT, 1)


@pytest.mark.parametrize(
    ("handler", "expected"),
    [
        (reset, TransportFailure.RESET_AFTER_SENDING),
        (answering_then_closing(b""), TransportFailure.RESET_AFTER_SENDING),
        (answering(b"\x16\x03\x01 this is not HTTP\r\n\r\n"), TransportFailure.MALFORMED),
        (answering(b"HTTP/1.1 two hundred\r\n\r\n"), TransportFailure.MALFORMED),
        (
            answering_then_closing(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort"),
            TransportFailure.MALFORMED,
        ),
        (
            answering(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
            TransportFailure.MALFORMED,
        ),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_broken_answer_is_named(handler: Handler, expected: TransportFailure, method: str) -> None:
    assert failure(handler, method) is expected


@pytest.mark.parametrize(
    "handler",
    [hang, answering(b"HTTP/1.1 200 OK\r\n"), answering(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nsho")],
)
def test_an_answer_that_is_not_whole_in_time_timed_out_reading(handler: Handler) -> None:
    assert failure(handler, timeout_s=0.1) is TransportFailure.READ_TIMED_OUT


def test_a_body_beyond_the_limit_is_not_read_to_its_end() -> None:
    async def exchanging(size: int) -> int:
        answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (size, b"x" * size)
        async with (
            serving(answering(answer)) as server,
            AiohttpTransport(connections=1, max_response_bytes=100_000) as transport,
        ):
            return len((await transport.send(Request("GET", server.url), 5)).body)

    assert asyncio.run(exchanging(100_000)) == 100_000
    with pytest.raises(TransportError) as caught:
        asyncio.run(exchanging(100_001))
    assert caught.value.failure is TransportFailure.TOO_LARGE


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_nothing_is_sent_twice(method: str) -> None:
    async def exchanging() -> list[bytes]:
        answers = [answering(OK), reset]

        async def once_well(request: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await answers.pop(0)(request, reader, writer)

        async with serving(once_well) as server, AiohttpTransport(connections=1) as transport:
            await transport.send(Request(method, server.url), 5)
            with pytest.raises(TransportError):
                await transport.send(Request(method, server.url), 5)
            return server.requests

    assert len(asyncio.run(exchanging())) == 2


def test_a_connection_serves_one_request_after_the_other() -> None:
    async def exchanging() -> tuple[int, int]:
        async with serving(answering(OK)) as server, AiohttpTransport(connections=3) as transport:
            for _ in range(5):
                await transport.send(Request("GET", server.url), 5)
            return server.connections, len(server.requests)

    assert asyncio.run(exchanging()) == (1, 5)


def test_a_redirect_is_an_answer_and_not_followed() -> None:
    answer = b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"
    response, server = exchange(answering(answer))
    assert (response.status, response.headers["location"]) == (302, "/elsewhere")
    assert len(server.requests) == 1


def test_a_cookie_is_not_sent_back() -> None:
    async def exchanging() -> bytes:
        answer = OK.replace(b"\r\n\r\n", b"\r\nSet-Cookie: tasty=yes\r\n\r\n")
        async with serving(answering(answer)) as server, AiohttpTransport(connections=1) as transport:
            url = server.url.replace("127.0.0.1", "localhost")  # an address would get none back in any case
            await transport.send(Request("GET", url), 5)
            await transport.send(Request("GET", url), 5)
            return server.requests[1]

    assert b"tasty" not in asyncio.run(exchanging())


def test_proxies_of_the_environment_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    response, _ = exchange(answering(OK))
    assert response.status == 200
