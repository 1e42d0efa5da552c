"""A response that is there as a whole goes to the server's thread in one piece.

Else a request's thread hands over the headers with the first piece of the body, waits until that is written, and then
hands over the end: two hand-offs and a wait, for a response of one piece, as nearly all are.
"""

from typing import Any

from rolo.serving import twisted

from emulator.speedups.originals import require_source

Response: Any = twisted.HeaderPreservingWSGIResponse  # untyped


class WholeResponse(Response):
    """The response to one request. What comes in several pieces is written piece by piece, as before."""

    _whole = b""

    def write(self, data: bytes) -> None:
        """Write a piece of the body. Runs in the request's thread."""
        if not self.started and is_whole(self.headers, data):
            self._whole = data
        else:
            super().write(data)

    def _sendResponseHeaders(self) -> None:  # noqa: N802 - the name that Twisted calls
        """Runs in the server's thread: at the first write, or at the end where there was none."""
        super()._sendResponseHeaders()
        if self._whole:
            self.request.write(self._whole)


def is_whole(headers: list[tuple[str, str]], data: bytes) -> bool:
    """Whether the headers announce no more than `data`."""
    return any(name.lower() == "content-length" and value == str(len(data)) for name, value in headers)


def apply() -> None:
    """Replace the class that runs a request in its thread."""
    require_source(twisted.HeaderPreservingWSGIResponse.__mro__[1], "e97c3149dfca7891")
    twisted.HeaderPreservingWSGIResponse = WholeResponse
