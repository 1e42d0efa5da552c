"""A client with a bug: it does what it should not just when it is provoked, and its answers are the API's own."""

import asyncio
import json
from collections.abc import Iterable

from harness.transport import Request, Response, Transport
from model.faults.identity import TRACE_HEADER
from mutants.client import ImpatientClient


class Script:
    """A transport that answers as it is told, and keeps what it was sent."""

    def __init__(self, answers: Iterable[Response]) -> None:
        self._answers = iter(answers)
        self.sent: list[Request] = []

    async def send(self, request: Request, timeout_s: float) -> Response:
        assert timeout_s > 0
        self.sent.append(request)
        return next(self._answers)


def create(flow: str = "Root=1-0-0") -> Request:
    return Request("POST", "http://api/users", {TRACE_HEADER: flow}, b"ada")


def status(flow: str = "Root=1-0-0") -> Request:
    return Request("GET", "http://api/status/m0", {TRACE_HEADER: flow})


ACCEPTED = Response(202, body=b'{"messageId": "m0"}')
PENDING = Response(404)
DONE = Response(200, body=json.dumps({"messageId": "m0", "userId": "u0"}).encode())
USER = Response(200, body=json.dumps({"id": "u0", "name": "Ada"}).encode())


def drive(client: Transport, *requests: Request) -> list[Response]:
    async def send_all() -> list[Response]:
        return [await client.send(request, 1.0) for request in requests]

    return asyncio.run(send_all())


def test_a_404_right_after_a_200_makes_it_create_the_same_again_and_nobody_hears_of_it() -> None:
    script = Script([ACCEPTED, DONE, PENDING, ACCEPTED])

    assert drive(ImpatientClient(script), create(), status()) == [ACCEPTED, DONE]
    assert script.sent == [create(), status(), status(), create()]


def test_while_every_later_answer_is_200_it_does_no_harm() -> None:
    script = Script([ACCEPTED, PENDING, DONE, DONE, USER])
    retrieve = Request("GET", "http://api/users/u0", {TRACE_HEADER: "Root=1-0-0"})

    assert drive(ImpatientClient(script), create(), status(), status(), retrieve) == [ACCEPTED, PENDING, DONE, USER]
    assert script.sent.count(create()) == 1


def test_it_creates_its_own_flow_s_user_again() -> None:
    one, other = create("Root=1-0-1"), create("Root=1-0-2")
    script = Script([ACCEPTED, ACCEPTED, DONE, PENDING, ACCEPTED])

    drive(ImpatientClient(script), one, other, status("Root=1-0-1"))
    assert script.sent[-1] == one
