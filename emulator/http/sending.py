"""How an answer is sent: whole and at once, with what each response of the server has."""

import time
from email.utils import formatdate
from functools import lru_cache
from typing import Any

from twisted.web import http
from twisted.web.server import version
from werkzeug.http import HTTP_STATUS_CODES

from emulator.http.handlers import Answer


def send(transport: Any, answer: Answer) -> bytes:
    """Send an answer, as much of it as the connection takes without waiting; return what is left.

    Twisted would send it when it next looks what there is to do.
    """
    data = to_bytes(answer)
    if transport.dataBuffer or transport._tempDataBuffer:  # noqa: SLF001  - there is no public way to know
        return data
    sent = transport.writeSomeData(data)
    return data[sent:] if isinstance(sent, int) else data  # an error will come again, and then it is Twisted's


def to_bytes(answer: Answer) -> bytes:
    """Return an answer as it is sent, with the headers that each response of the server has."""
    reason = HTTP_STATUS_CODES.get(answer.status, "Unknown").upper()  # as LocalStack's responses have it
    server = [("Server", version.decode()), ("Date", _date(int(time.time())))]
    lines = "".join(f"{name}: {value}\r\n" for name, value in (*server, *answer.headers))
    body = b"" if answer.status in http.NO_BODY_CODES else answer.body
    return f"HTTP/1.1 {answer.status} {reason}\r\n{lines}\r\n".encode("latin-1", "replace") + body


@lru_cache(maxsize=2)
def _date(epoch_s: int) -> str:
    """Return the time as HTTP has it; to format it takes as long as to send an answer."""
    return formatdate(epoch_s, usegmt=True)
