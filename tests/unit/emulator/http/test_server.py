"""The server asks the handlers first, and sends what they answer as it sends LocalStack's answers.

However it reads what comes in: all of this holds for both ways.
"""

import threading
from dataclasses import dataclass, field
from typing import Any

import pytest
from localstack.runtime import events
from rolo.serving.twisted import HeaderPreservingHTTPChannel
from twisted.internet.error import ConnectionDone
from twisted.python.failure import Failure

from emulator.faults.registry import Faults
from emulator.http import connection, fast_path, server
from emulator.http.fast_path import Turns
from emulator.http.handlers import Answer, Handler, Request
from emulator.services.apigateway import faulted_requests
from model.faults.catalogue import BY_NAME
from model.faults.fault import Fault
from tests.unit.emulator.http.fake_server import GET, FakeRounds, FakeTransport, connect, send


@pytest.fixture(
    autouse=True,
    params=[HeaderPreservingHTTPChannel.protocol_factory, connection.make_protocol],
    ids=["line-by-line", "in-one-piece"],
)
def protocol(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "MAKE_PROTOCOL", request.param)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> list[Handler]:
    asked: list[Handler] = []
    monkeypatch.setattr(fast_path, "AT_ONCE", asked)
    return asked


@pytest.fixture
def handlers(monkeypatch: pytest.MonkeyPatch) -> list[Handler]:
    """Those who are asked in turn."""
    asked: list[Handler] = []
    monkeypatch.setattr(fast_path, "IN_TURN", asked)
    return asked


@pytest.fixture(autouse=True)
def rounds(monkeypatch: pytest.MonkeyPatch) -> FakeRounds:
    fakes = FakeRounds()
    monkeypatch.setattr(fast_path, "TURNS", Turns(fakes.later))
    return fakes


def test_a_taken_request_is_answered_with_the_handlers_headers(handlers: list[Handler], rounds: FakeRounds) -> None:
    seen: list[Request] = []

    def handler(request: Request) -> Answer:
        seen.append(request)
        return Answer(404, [("Content-Type", "x/y"), ("x-odd-Case", "1"), ("Content-Length", "2")], b"no")

    handlers.append(handler)
    head, _, body = send(GET, rounds=rounds).partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert seen == [Request("GET", "/a%20b?c=d", [("Host", "x"), ("X-Mixed-Case", "y")], b"")]
    assert lines[0] == b"HTTP/1.1 404 NOT FOUND"
    names = [line.partition(b":")[0] for line in lines[1:]]
    assert names == [b"Server", b"Date", b"Content-Type", b"x-odd-Case", b"Content-Length"]
    assert body == b"no"


@pytest.mark.parametrize("takes_at_once", [0, 10, -1])
def test_what_a_connection_does_not_take_at_once_follows(
    takes_at_once: int, handlers: list[Handler], rounds: FakeRounds
) -> None:
    handlers.append(lambda _request: Answer(200, [("Content-Length", "5")], b"hello"))
    transport = FakeTransport()
    transport.takes_at_once = takes_at_once
    answer = send(GET, transport=transport, rounds=rounds)
    assert answer.startswith(b"HTTP/1.1 200 OK\r\nServer: ")
    assert answer.count(b"hello") == 1


def test_an_answer_does_not_overtake_the_one_before(handlers: list[Handler], rounds: FakeRounds) -> None:
    handlers.append(lambda _request: Answer(200, [("Content-Length", "5")], b"hello"))
    transport = FakeTransport()
    transport.takes_at_once = 0
    transport.dataBuffer = b"the one before"
    monitored: list[bytes] = []
    transport.writeSomeData = monitored.append  # type: ignore[method-assign, assignment]  # must not be called
    assert send(GET, transport=transport, rounds=rounds).endswith(b"hello")
    assert not monitored


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_without_a_body_has_none(status: int, handlers: list[Handler], rounds: FakeRounds) -> None:
    handlers.append(lambda _request: Answer(status, [("Content-Type", "x/y")], b"body"))
    assert send(GET, rounds=rounds).endswith(b"Content-Type: x/y\r\n\r\n")


def test_a_connection_goes_on_after_a_taken_request(handlers: list[Handler], rounds: FakeRounds) -> None:
    handlers.append(lambda request: Answer(200, [("Content-Length", "1")], request.method[:1].encode()))
    assert send(GET, GET, rounds=rounds).count(b"HTTP/1.1 200 OK") == 2


def test_what_nobody_takes_is_answered_as_ever(handlers: list[Handler], rounds: FakeRounds) -> None:
    def break_down(_request: Request) -> Answer:
        raise ZeroDivisionError

    handlers += [lambda _request: None, break_down]
    post = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
    assert send(post, rounds=rounds).endswith(b"reference read 5 bytes")


@pytest.mark.parametrize(
    "odd", [b"GET / HTTP/1.0\r\nHost: x\r\n\r\n", b"GET / HTTP/1.1\r\nHost: x\r\nX-A: 1\r\nx-a: 2\r\n\r\n"]
)
def test_an_old_client_and_a_repeated_header_are_left_to_localstack(
    odd: bytes, handlers: list[Handler], rounds: FakeRounds
) -> None:
    handlers.append(lambda _request: Answer(200, [], b""))
    assert b"reference read" in send(odd, rounds=rounds)


def test_a_large_body_is_left_to_localstack(handlers: list[Handler], rounds: FakeRounds) -> None:
    handlers.append(lambda _request: Answer(200, [], b""))
    head = b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n"
    assert send(head + b"x" * 1_048_577, rounds=rounds).endswith(b"reference read 1048577 bytes")


def test_an_engine_that_stops_takes_nothing(
    handlers: list[Handler], rounds: FakeRounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    handlers.append(lambda _request: Answer(200, [], b""))
    stopping = threading.Event()
    stopping.set()
    monkeypatch.setattr(events, "infra_stopping", stopping)
    assert b"reference read" in send(GET, rounds=rounds)


def test_who_is_asked_at_once_does_not_wait_for_a_turn(at_once: list[Handler]) -> None:
    at_once.append(lambda _request: Answer(200, [("Content-Length", "4")], b"once"))
    assert send(GET, rounds=None).endswith(b"once")


def test_each_round_serves_one_request_and_the_oldest_first(handlers: list[Handler], rounds: FakeRounds) -> None:
    served: list[str] = []
    handlers.append(lambda request: served.append(request.target))
    for name in (b"a", b"b", b"c"):
        send(b"GET /%s HTTP/1.1\r\nHost: x\r\n\r\n" % name, rounds=None)
    for expected in (["/a"], ["/a", "/b"], ["/a", "/b", "/c"]):
        assert rounds.next()
        assert served == expected
    assert not rounds.next()


def test_a_request_that_breaks_down_does_not_hold_up_the_next(rounds: FakeRounds) -> None:
    class Broken:
        def serve(self) -> None:
            raise ZeroDivisionError

    served = threading.Event()

    class Sound:
        def serve(self) -> None:
            served.set()

    turns: Any = Turns(rounds.later)
    turns.add(Broken())
    turns.add(Sound())
    with pytest.raises(ZeroDivisionError):
        rounds.next()
    assert rounds.next()
    assert served.is_set()


def test_who_has_gone_is_not_served(handlers: list[Handler], rounds: FakeRounds) -> None:
    asked: list[Request] = []
    handlers.append(asked.append)
    transport = FakeTransport()
    channel = connect(transport)
    channel.dataReceived(GET)
    make_failure: Any = Failure
    channel.connectionLost(make_failure(ConnectionDone()))
    assert rounds.next()
    assert not asked
    assert not transport.written


@dataclass
class FakePolls:
    """Holds every poll that it is asked about."""

    held: list[Any] = field(default_factory=list)

    def holds(self, request: Any) -> bool:
        self.held.append(request)
        return True

    def release_all(self) -> None:
        for request in self.held:
            request.serve()
        self.held.clear()


API_GET = b"GET /_aws/execute-api/abc/v1/status/1 HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture
def polls(monkeypatch: pytest.MonkeyPatch) -> FakePolls:
    fakes = FakePolls()
    monkeypatch.setattr(fast_path, "POLLS", fakes)
    return fakes


def test_a_read_of_an_api_may_be_held_and_is_released_by_what_is_answered_at_once(
    at_once: list[Handler], handlers: list[Handler], rounds: FakeRounds, polls: FakePolls
) -> None:
    at_once.append(lambda request: Answer(200, [], b"") if request.method == "POST" else None)
    handlers.append(lambda _request: Answer(200, [("Content-Length", "4")], b"seen"))
    transport = FakeTransport()
    channel = connect(transport)

    channel.dataReceived(API_GET)
    assert not rounds.next()
    assert len(polls.held) == 1
    send(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", rounds=None)
    assert transport.written.endswith(b"seen")


@pytest.mark.parametrize("request_line", [b"POST /_aws/execute-api/abc/v1/users", b"GET /_localstack/health"])
def test_nothing_but_a_read_of_an_api_is_held(request_line: bytes, rounds: FakeRounds, polls: FakePolls) -> None:
    send(request_line + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", rounds=None)

    assert polls.held == []
    assert rounds.next()


@dataclass
class FakeServices:
    running: bool = True

    def is_running(self, _service: str) -> bool:
        return self.running


@pytest.fixture
def asked_for_faults(monkeypatch: pytest.MonkeyPatch) -> list[Request]:
    """Requests that were asked for faults; each is one that cannot be."""
    asked: list[Request] = []

    def fail(request: Request) -> None:
        asked.append(request)
        raise ZeroDivisionError

    monkeypatch.setattr(faulted_requests, "find_api_request", fail)
    return asked


def set_fault(monkeypatch: pytest.MonkeyPatch, kind: str, *, running: bool) -> None:
    faults = Faults()
    faults.set(Fault("000000000000", "any", BY_NAME[kind], seed=0, rate=1, ttl_s=60))
    monkeypatch.setattr(server, "FAULTS", faults)
    monkeypatch.setattr(connection, "FAULTS", faults)
    monkeypatch.setattr(server, "SERVICE_PLUGINS", FakeServices(running))


@pytest.mark.parametrize(("kind", "running"), [("delays", True), ("api-500", False)], ids=["place", "no API yet"])
def test_no_request_is_asked_for_faults_that_cannot_hit_it(
    kind: str, *, running: bool, asked_for_faults: list[Request], rounds: FakeRounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert send(GET, rounds=rounds).endswith(b"reference read 0 bytes")
    set_fault(monkeypatch, kind, running=running)
    assert send(GET, rounds=rounds).endswith(b"reference read 0 bytes")
    assert not asked_for_faults


def test_a_request_that_cannot_be_asked_for_faults_is_answered_as_ever(
    asked_for_faults: list[Request], rounds: FakeRounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_fault(monkeypatch, "api-500", running=True)
    assert send(GET, rounds=rounds).endswith(b"reference read 0 bytes")
    assert [request.target for request in asked_for_faults] == ["/a%20b?c=d"]
