"""What a handler of the fast path is given and what it answers, and the lists of handlers. Pure values."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Request:
    """A whole request."""

    method: str
    """In upper case, as HTTP has it."""
    target: str
    """The request line's second part, as it was sent."""
    headers: Sequence[tuple[str, str]]
    """Names as they were sent, and values; each name once, whatever its case."""
    body: bytes
    """As it was sent."""

    def by_lower_name(self) -> Mapping[str, str]:
        """Return the headers by their names in lower case."""
        return {name.lower(): value for name, value in self.headers}


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole response, but for what each response of the server has."""

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes


type Handler = Callable[[Request], Answer | None]

# Speed-ups add theirs when their service is loaded. The first answer a request as soon as it is read, the second when
# it is its turn.
AT_ONCE: list[Handler] = []
IN_TURN: list[Handler] = []

# With one of these there is more to a request than itself: a browser's rules, a body that has to be decoded, a client
# that waits for a word before it sends the body, another call of LocalStack's own around it.
_ODD_HEADERS = frozenset(
    {
        "content-encoding",
        "expect",
        "origin",
        "referer",
        "smithy-protocol",
        "transfer-encoding",
        "upgrade",
        "x-localstack-data",
    }
)


def is_plain(headers: Mapping[str, str], host: str) -> bool:
    """Whether a request with these headers (names in lower case) is sent to this host, and is nothing but itself."""
    return (
        headers.get("host") == host
        and headers.get("connection", "keep-alive").lower() == "keep-alive"
        and _ODD_HEADERS.isdisjoint(headers)
    )
