"""The one way by which the driver speaks HTTP: a request goes in, a response or a failure of seven comes out.

The driver knows nothing else of the network, so that an in-process stack can take the place of a socket.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from harness.errors import ExitCode, HarnessError


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request. `url` is absolute and already percent-encoded."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """One whole HTTP response. Names of headers are in lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class TransportFailure(enum.StrEnum):
    """Why there is no response. The set is closed: `harness.driving.definiteness` has a row for each."""

    REFUSED = "refused"
    """No connection came to be: nobody listens, no route, no such name, no TLS."""
    CONNECT_TIMED_OUT = "connect timed out"
    """The time was over before a byte of the request was sent."""
    RESET_BEFORE_SENDING = "reset before sending"
    """The connection was lost before a byte of the request was sent."""
    RESET_AFTER_SENDING = "reset after sending"
    """The connection was lost while the request was sent or answered."""
    READ_TIMED_OUT = "read timed out"
    """The request was sent, in part at least, and the time was over before the whole answer came."""
    MALFORMED = "malformed"
    """What came back is not HTTP, or ended early."""
    TOO_LARGE = "too large"
    """The answer's body is larger than the transport takes."""


class TransportError(HarnessError):
    """A request that got no response."""

    exit_code = ExitCode.UNAVAILABLE

    def __init__(self, failure: TransportFailure, detail: str = "") -> None:
        super().__init__(f"{failure}: {detail}" if detail else str(failure))
        self.failure = failure


class Transport(Protocol):
    """Sends requests. It may be used by many tasks of one event loop at once."""

    async def send(self, request: Request, timeout_s: float) -> Response:
        """Send a request once, never again by itself, and return its whole response.

        Args:
            request: what to send.
            timeout_s: how long connecting, sending and reading may take together, on the loop's clock.

        Raises:
            TransportError: there is no whole response.
        """
        ...
