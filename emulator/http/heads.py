"""The head of a plain request, read in one piece. Pure.

HTTP has many ways to say the same. Here only the one is read that clients of APIs use; whatever is said in another is
left to the server's own reader, which also answers what is wrong.
Sources: RFC 9110, sections 5.5 and 5.6.2 (what a header's name and value are made of); RFC 9112, sections 3 to 6.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from emulator.http.handlers import Request

MAX_HEAD_BYTES: Final = 8192
MAX_BODY_BYTES: Final = 1024 * 1024
"""A larger body might keep other clients waiting. No message and no item is as large."""

_END: Final = b"\r\n\r\n"
_REQUEST_LINE: Final = re.compile(r"([A-Z]+) ([!-~]+) HTTP/1\.1")
_HEADER: Final = re.compile(r"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([^\r\n\0]*)")
_LENGTH: Final = re.compile(r"[0-9]{1,8}")
# With one of these, what follows the head is not simply a body, or the connection ends.
_OTHER_WAYS: Final = frozenset({"expect", "transfer-encoding", "upgrade"})


@dataclass(frozen=True, slots=True)
class Head:
    """The head."""

    method: str
    target: str
    headers: Sequence[tuple[str, str]]
    head_bytes: int
    body_bytes: int
    """How long it is, with the empty line at its end, and what follows it."""

    @property
    def whole_bytes(self) -> int:
        """How long the request is."""
        return self.head_bytes + self.body_bytes

    def request(self, data: bytes) -> Request:
        """Return the request whose bytes `data` begins with."""
        return Request(self.method, self.target, self.headers, data[self.head_bytes : self.whole_bytes])


def read_head(data: bytes) -> Head | None:
    """Return the head that `data` begins with; None when it is not all there, or is not plain."""
    end = data.find(_END, 0, MAX_HEAD_BYTES)
    if end < 0:
        return None
    request_line, *lines = data[:end].decode("latin-1").split("\r\n")
    request = _REQUEST_LINE.fullmatch(request_line)
    if request is None:
        return None
    headers: list[tuple[str, str]] = []
    by_lower_name: dict[str, str] = {}
    for line in lines:
        header = _HEADER.fullmatch(line)
        if header is None:
            return None
        name, value = header[1], header[2].rstrip(" \t")
        headers.append((name, value))
        by_lower_name[name.lower()] = value
    length = by_lower_name.get("content-length", "0")
    if (
        len(by_lower_name) < len(headers)
        or not _OTHER_WAYS.isdisjoint(by_lower_name)
        or by_lower_name.get("connection", "keep-alive").lower() != "keep-alive"
        or not _LENGTH.fullmatch(length)
        or int(length) > MAX_BODY_BYTES
    ):
        return None
    return Head(request[1], request[2], headers, end + len(_END), int(length))
