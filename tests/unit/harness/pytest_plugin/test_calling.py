"""The client that a test calls the API with, against a small server."""

import asyncio
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from harness.operations import Meaning
from harness.pytest_plugin.calling import ApiClient
from harness.shape.users import USERS_API


class Users(BaseHTTPRequestHandler):
    """Answers by our contract; the third poll of a message sees its user, of the message `never` none does."""

    protocol_version = "HTTP/1.1"
    polls: int

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(202, {"messageId": "m1"})

    def do_GET(self) -> None:
        match self.path.split("/")[1:]:
            case ["status", "m1"] if type(self).polls >= 2:
                self.answer(200, {"messageId": "m1", "userId": "u1"})
            case ["status", _]:
                type(self).polls += 1
                self.answer(404, {"message": "pending"})
            case ["users", "u1"]:
                user = {"name": "Ada", "email": "ada@example.com", "createdAt": "2026-11-23T12:00:00.000Z"}
                self.answer(200, {"id": "u1"} | user)
            case _:
                self.answer(404, {"message": "No such user"})

    def answer(self, status: int, document: object) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Retry-After", "1")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  - its name in the base class
        """Say nothing."""


@pytest.fixture
def api() -> Iterator[ApiClient]:
    Users.polls = 0
    with ThreadingHTTPServer(("127.0.0.1", 0), Users) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        with ApiClient(f"http://127.0.0.1:{server.server_port}", USERS_API) as client:
            yield client
        server.shutdown()
        thread.join()


def test_a_flow_by_hand(api: ApiClient) -> None:
    created = api.create({"name": "Ada", "email": "ada@example.com"})
    assert (created.meaning, created.status, created.handle) == (Meaning.ACCEPTED, 202, "m1")
    assert api.status("m1").meaning is Meaning.PENDING
    assert api.wait_for_result("m1") == "u1"
    found = api.retrieve("u1")
    assert found.document is not None
    assert found.document["name"] == "Ada"
    assert api.retrieve("u2").meaning is Meaning.MISSING


def test_waiting_has_an_end_that_shows_what_was_last_seen(api: ApiClient) -> None:
    with pytest.raises(AssertionError, match=r"no result of never within 0.1 s; last seen: pending \(404\)"):
        api.wait_for_result("never", timeout_s=0.1)


def test_it_can_be_called_from_a_test_that_runs_in_an_event_loop(api: ApiClient) -> None:
    async def asynchronous_test() -> Meaning:
        return api.status("m1").meaning

    assert asyncio.run(asynchronous_test()) is Meaning.PENDING
