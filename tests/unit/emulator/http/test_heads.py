"""What is a plain request, and what is left to the server's own reader."""

import pytest

from emulator.http.handlers import Request
from emulator.http.heads import MAX_BODY_BYTES, Head, read_head

POST = b"POST /a?b=c HTTP/1.1\r\nHost: x:1\r\nX-Odd:  two words \t\r\ncontent-length: 5\r\n\r\n"


def test_a_head_has_names_as_they_were_sent_and_values_without_space_around_them() -> None:
    headers = [("Host", "x:1"), ("X-Odd", "two words"), ("content-length", "5")]
    assert read_head(POST) == Head("POST", "/a?b=c", headers, len(POST), 5)


def test_a_request_is_made_of_its_own_bytes_alone() -> None:
    head = read_head(POST + b"hello and more")
    assert head is not None
    assert head.whole_bytes == len(POST) + 5
    assert head.request(POST + b"hello and more").body == b"hello"


def test_a_request_without_a_length_has_no_body() -> None:
    data = b"GET / HTTP/1.1\r\nHost: x\r\nEmpty:\r\n\r\n"
    head = read_head(data)
    assert head is not None
    assert head.request(data) == Request("GET", "/", [("Host", "x"), ("Empty", "")], b"")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GET / HTTP/1.1\r\nHost: x\r\n",
        b"\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.0\r\nHost: x\r\n\r\n",
        b"GET  / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"get / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /\xe4 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n continued\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : x\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\nA: b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\ry\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nhost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
        b"PUT / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n",
        b"PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 1, 1\r\n\r\n",
        b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % (MAX_BODY_BYTES + 1),
        b"GET / HTTP/1.1\r\nHost: x\r\nLong: " + b"x" * 9000 + b"\r\n\r\n",
    ],
)
def test_all_else_is_not_plain(data: bytes) -> None:
    assert read_head(data) is None
