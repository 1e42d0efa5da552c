"""What is read in one piece is answered as what is read line by line."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rolo.serving.twisted import HeaderPreservingHTTPChannel

from emulator.http import connection, fast_path, server
from emulator.http.fast_path import Turns
from emulator.http.handlers import Answer, Handler, Request
from tests.unit.emulator.http.fake_server import GET, FakeRounds, FakeTransport, connect

TAKEN = b"GET /taken HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST /taken HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
REQUESTS = [
    GET,
    TAKEN,
    POST,
    POST.replace(b"/taken", b"/at-once"),
    POST.replace(b"/taken", b"/other"),
    POST.replace(b"Host: x", b"Host: x\r\nConnection: close"),
    POST.replace(b"Host: x", b"Host: x\r\nExpect: 100-continue"),
    b"PUT /taken HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    b"\r\n" + TAKEN,
    TAKEN.replace(b"Host: x", b"Host: x\r\nA: 1\r\na: 2"),
    TAKEN.replace(b"Host: x", b"Host: x\r\nA: 1\r\n 2"),
    TAKEN.replace(b"HTTP/1.1", b"HTTP/1.0"),
    TAKEN.replace(b"Host: x", b"Host x"),
    b"rubbish\r\n\r\n",
]


def take(target: str) -> Handler:
    def handler(request: Request) -> Answer | None:
        if request.target != target:
            return None
        body = repr(request).encode()
        return Answer(200, [("Content-Length", str(len(body)))], body)

    return handler


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> FakeRounds:
    """Handlers, and the server's rounds."""
    rounds = FakeRounds()
    monkeypatch.setattr(fast_path, "AT_ONCE", [take("/at-once")])
    monkeypatch.setattr(fast_path, "IN_TURN", [take("/taken")])
    monkeypatch.setattr(fast_path, "TURNS", Turns(rounds.later))
    return rounds


def answers(make_protocol: Any, chunks: Sequence[bytes], rounds: FakeRounds, *, eager: bool) -> bytes:
    """Return what a connection answers, but for the time; rounds are had after each chunk, or only in the end."""
    server.MAKE_PROTOCOL = make_protocol
    transport = FakeTransport()
    channel = connect(transport)
    for chunk in chunks:
        if transport.disconnecting:
            break
        channel.dataReceived(chunk)
        while eager and rounds.next():
            pass
    while rounds.next():
        pass
    return re.sub(rb"Date: [^\r]*", b"Date", bytes(transport.written))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    requests=st.lists(st.sampled_from(REQUESTS), min_size=1, max_size=5),
    cuts=st.lists(st.integers(0, 400), max_size=6),
    eager=st.booleans(),
)
def test_both_ways_to_read_give_the_same_answers(
    requests: list[bytes], cuts: list[int], *, eager: bool, asked: FakeRounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = b"".join(requests)
    places = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    chunks = [data[begin:end] for begin, end in pairwise(places) if begin < end]
    with monkeypatch.context() as patch:
        patch.setattr(server, "MAKE_PROTOCOL", None)
        line_by_line = answers(HeaderPreservingHTTPChannel.protocol_factory, chunks, asked, eager=eager)
        in_one_piece = answers(connection.make_protocol, chunks, asked, eager=eager)
    assert in_one_piece == line_by_line


@pytest.fixture
def channel(asked: FakeRounds, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, FakeTransport]:  # noqa: ARG001 - it is patched
    monkeypatch.setattr(server, "MAKE_PROTOCOL", connection.make_protocol)
    transport = FakeTransport()
    return connect(transport), transport


def test_a_plain_request_that_is_taken_is_never_an_object_of_twisteds(
    channel: tuple[Any, FakeTransport], asked: FakeRounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server.FastPathRequest, "__init__", None)
    connected, transport = channel
    for chunk in (TAKEN, POST[:-3], POST[-3:]):
        connected.dataReceived(chunk)
        asked.next()
    assert bytes(transport.written).count(b"200 OK") == 2


def test_handlers_are_asked_once_about_what_nobody_takes(
    channel: tuple[Any, FakeTransport], asked: FakeRounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Request] = []
    monkeypatch.setattr(fast_path, "AT_ONCE", [seen.append])
    connected, transport = channel
    connected.dataReceived(GET)
    asked.next()
    assert bytes(transport.written).endswith(b"reference read 0 bytes")
    connected.dataReceived(GET)
    asked.next()
    assert len(seen) == 2


def test_what_comes_before_the_answer_is_answered_after_it(
    channel: tuple[Any, FakeTransport], asked: FakeRounds
) -> None:
    connected, transport = channel
    connected.dataReceived(TAKEN)
    connected.dataReceived(POST)
    assert not transport.written
    while asked.next():
        pass
    first, second = bytes(transport.written).split(b"HTTP/1.1 200 OK")[1:]
    assert b"method='GET'" in first
    assert b"body=b'hello'" in second
