"""A function that is to forget what it kept: its configuration is changed, and whoever asked waits for that."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

import pytest

from harness.observation import ObservationError
from harness.stack import fresh_environments
from harness.stack.deployment import Deployment
from harness.stack.fresh_environments import use_fresh_environments
from tests.unit.harness.observation.aws_server import deployment_at

PATH = "/2015-03-31/functions/consumer/configuration"


@dataclass
class Function:
    """A function whose changes take as long as a test says."""

    states: list[str] = field(default_factory=lambda: ["Successful"])
    """Of its last update, each time that it is asked for; the last again and again."""
    refuses: bool = False
    descriptions: list[str] = field(default_factory=list)
    """What it was changed to."""

    def look(self) -> dict[str, str]:
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        return {"FunctionName": "consumer", "LastUpdateStatus": state}


@contextmanager
def deployed(function: Function) -> Iterator[Deployment]:
    """A deployment at an endpoint that has this function."""

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            assert self.path == PATH
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            function.descriptions.append(body.pop("Description"))
            assert body == {}, "nothing else is changed"
            self._answer(409 if function.refuses else 200)

        def do_GET(self) -> None:
            assert self.path == PATH
            assert function.descriptions, "it is changed before anybody waits"
            self._answer(200)

        def _answer(self, status: int) -> None:
            refusal = {"Type": "User", "message": "an update is in progress"}
            document = function.look() if status == 200 else refusal
            self.send_response(status)
            if status != 200:
                self.send_header("X-Amzn-ErrorType", "ResourceConflictException")
            self.end_headers()
            self.wfile.write(json.dumps(document).encode())

        def log_message(self, *_arguments: object) -> None:
            """Be quiet."""

    with deployment_at(Handler) as deployment:
        yield deployment


def test_nobody_goes_on_before_the_change_is_done() -> None:
    function = Function(["InProgress", "InProgress", "InProgress", "Successful"])
    with deployed(function) as deployment:
        use_fresh_environments(deployment)
    assert function.states == ["Successful"]


def test_each_renewal_is_a_change_of_its_own() -> None:
    function = Function()
    with deployed(function) as deployment:
        use_fresh_environments(deployment)
        use_fresh_environments(deployment)
    assert len(set(function.descriptions)) == 2


def test_a_change_that_does_not_come_to_an_end_is_one_line_with_what_was_last_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fresh_environments, "_DONE_WITHIN_S", 0.2)
    with (
        deployed(Function(["InProgress"])) as deployment,
        pytest.raises(ObservationError, match=r"^function consumer: its update is InProgress after 0\.2 s$"),
    ):
        use_fresh_environments(deployment)


def test_an_engine_that_refuses_is_one_line_about_the_function() -> None:
    with (
        deployed(Function(refuses=True)) as deployment,
        pytest.raises(ObservationError, match=r"^function consumer: .* answered ResourceConflictException: an update"),
    ):
        use_fresh_environments(deployment)
