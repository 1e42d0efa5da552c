import http.client
import selectors
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from emulator.services.lambda_.outcome import MAX_RESPONSE_BYTES
from emulator.services.lambda_.runtime_api import Answered, Event, InitFailed, Invocation, NextRequested
from emulator.services.lambda_.runtime_server import RuntimeServer

NEXT = "/2018-06-01/runtime/invocation/next"
RESPONSE = "/2018-06-01/runtime/invocation/id-1/response"
INVOCATION = Invocation("id-1", "arn", "Root=1-2", b'"in"', 0)


class Served:
    """A server, and the loop that drives it."""

    def __init__(self) -> None:
        self.selector = selectors.DefaultSelector()
        self.said: list[Event] = []
        self.server = RuntimeServer(self.selector, self.said.append)

    def drive(self, events: int, deadline_s: float = 10) -> list[Event]:
        """Serve until so many events have been said."""
        give_up_at = time.monotonic() + deadline_s
        while len(self.said) < events:
            assert time.monotonic() < give_up_at, f"last seen: {self.said!r}"
            for key, _ in self.selector.select(0.1):
                key.data()
        return self.said

    def drive_until_done(self, client: threading.Thread) -> None:
        while client.is_alive():
            for key, _ in self.selector.select(0.05):
                key.data()


@pytest.fixture
def served() -> Iterator[Served]:
    served = Served()
    yield served
    served.server.close()
    served.selector.close()


def connect(served: Served) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(served.server.address, timeout=10)


def ask(served: Served, path: str) -> int:
    client = connect(served)
    client.request("GET", path)
    return client.getresponse().status


def test_one_connection_serves_many_invocations(served: Served) -> None:
    client = connect(served)
    for round_number in range(1, 4):
        client.request("GET", NEXT)
        assert served.drive(events=2 * round_number - 1)[-1] == NextRequested()
        served.server.deliver(INVOCATION, timeout_s=5)
        response = client.getresponse()
        assert response.headers["Lambda-Runtime-Aws-Request-Id"] == "id-1"
        assert response.read() == b'"in"'
        client.request("POST", RESPONSE, b'"out"')
        assert served.drive(events=2 * round_number)[-1] == Answered(b'"out"', is_error=False)
        assert client.getresponse().read() == b'{"status":"OK"}'


def test_a_chunked_answer_arrives_whole(served: Served) -> None:
    client = connect(served)
    client.request("GET", NEXT)
    served.drive(events=1)
    served.server.deliver(INVOCATION, timeout_s=5)
    client.getresponse().read()
    client.request("POST", RESPONSE, iter([b'"', b"a" * 100_000, b'"']), encode_chunked=True)
    assert served.drive(events=2)[-1] == Answered(b'"' + b"a" * 100_000 + b'"', is_error=False)


@pytest.mark.parametrize(("surplus_bytes", "arrives"), [(0, True), (1, False)])
def test_an_answer_is_as_large_as_aws_allows(served: Served, surplus_bytes: int, arrives: bool) -> None:
    client = connect(served)
    client.request("GET", NEXT)
    served.drive(events=1)
    served.server.deliver(INVOCATION, timeout_s=5)
    client.getresponse().read()
    body = b"x" * (MAX_RESPONSE_BYTES + surplus_bytes)
    sender = threading.Thread(target=client.request, args=("POST", RESPONSE, body))
    sender.start()
    said = served.drive(events=2)[-1]
    sender.join()
    assert said == Answered(body if arrives else None, is_error=False)
    assert client.getresponse().status == (202 if arrives else 413)


def test_an_errors_whole_stack_may_come_in_a_header(served: Served) -> None:
    client = connect(served)
    stack = {"Lambda-Runtime-Function-XRay-Error-Cause": "x" * 1024 * 1024}
    error = "/2018-06-01/runtime/init/error"
    sender = threading.Thread(target=client.request, args=("POST", error, b"{}", stack))
    sender.start()
    assert served.drive(events=1) == [InitFailed("Runtime.Unknown", b"{}")]
    sender.join()


def test_a_second_connection_reports_a_failed_initialization(served: Served) -> None:
    kept_open, other = connect(served), connect(served)
    kept_open.connect()
    other.request("POST", "/2018-06-01/runtime/init/error", b"{}")
    assert served.drive(events=1) == [InitFailed("Runtime.Unknown", b"{}")]
    kept_open.close()
    other.close()


def test_garbage_and_a_client_that_leaves_harm_nobody(served: Served) -> None:
    host, port = served.server.address.split(":")
    with socket.create_connection((host, int(port))) as garbage:
        garbage.sendall(b"\x16\x03\x01 this is no HTTP\r\n\r\n")
    with socket.create_connection((host, int(port))) as unanswerable:
        unanswerable.sendall(b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n")
    with socket.create_connection((host, int(port))) as gone:
        gone.sendall(b"GET " + NEXT.encode() + b" HTTP/1.1\r\nHost: x\r\n\r\n")
        served.drive(events=1)
    served.server.deliver(INVOCATION, timeout_s=1)  # to one that has left
    statuses: list[int] = []
    client = threading.Thread(target=lambda: statuses.append(ask(served, "/")))
    client.start()
    served.drive_until_done(client)
    assert statuses == [404]
