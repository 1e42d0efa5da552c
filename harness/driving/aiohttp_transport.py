"""The transport over real sockets, by aiohttp: the one place that knows this library.

A measuring client must send what it was told, once, to where it was told: no redirects, no proxies, no
cookies, no `.netrc`, no compression, and no silent second attempt.
"""

from types import SimpleNamespace, TracebackType
from typing import Self

import aiohttp
from yarl import URL

from harness.transport import Request, Response, TransportError, TransportFailure

MAX_RESPONSE_BYTES = 10 * 1024 * 1024
"""API Gateway's own limit of a payload, so that nothing it can send is refused here."""


class AiohttpTransport:
    """An asynchronous context manager that implements `harness.transport.Transport`.

    Args:
        connections: how many connections there may be at once; further requests wait for one, and that
            waiting counts as their time. Give it as many as there are clients.
        max_response_bytes: a larger body is `TransportFailure.TOO_LARGE`.
    """

    def __init__(self, connections: int, max_response_bytes: int = MAX_RESPONSE_BYTES) -> None:
        self._connections = connections
        self._max_response_bytes = max_response_bytes

    async def __aenter__(self) -> Self:
        """Open the pool of connections."""
        on_sending = aiohttp.TraceConfig()
        on_sending.on_request_headers_sent.append(_note_sending)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._connections),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            headers={"Accept-Encoding": "identity"},
            trace_configs=[on_sending],
        )
        # aiohttp repeats a GET whose connection was lost, without a word; it has no public switch for that.
        self._session._retry_connection = False  # noqa: SLF001 - see above
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close every connection."""
        await self._session.close()

    async def send(self, request: Request, timeout_s: float) -> Response:
        """See `harness.transport.Transport.send`."""
        sending = SimpleNamespace(begun=False)
        try:
            async with self._session.request(
                request.method,
                URL(request.url, encoded=True),
                headers=request.headers,
                data=request.body,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=timeout_s, ceil_threshold=float("inf")),
                trace_request_ctx=sending,
            ) as response:
                body = await self._read(response)
                headers = {name.lower(): value for name, value in response.headers.items()}
                return Response(response.status, headers, body)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise TransportError(_failure_of(error, begun=sending.begun), _one_line(error)) from error

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        body = bytearray()
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > self._max_response_bytes:
                limit = f"more than {self._max_response_bytes} bytes"
                raise TransportError(TransportFailure.TOO_LARGE, limit)
        return bytes(body)


async def _note_sending(
    _session: aiohttp.ClientSession,
    context: SimpleNamespace,
    _parameters: aiohttp.TraceRequestHeadersSentParams,
) -> None:
    """Note that the request's first bytes are about to be written: from here on it may have arrived."""
    context.trace_request_ctx.begun = True


def _failure_of(error: Exception, *, begun: bool) -> TransportFailure:
    """Map an exception of aiohttp; what is in doubt after sending began counts as sent."""
    match error:
        case aiohttp.ClientConnectorError() if not begun:
            return TransportFailure.REFUSED
        case TimeoutError():
            return TransportFailure.READ_TIMED_OUT if begun else TransportFailure.CONNECT_TIMED_OUT
        case aiohttp.ClientResponseError() | aiohttp.ClientPayloadError():
            return TransportFailure.MALFORMED
        case _:
            return TransportFailure.RESET_AFTER_SENDING if begun else TransportFailure.RESET_BEFORE_SENDING


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
