import json

import pytest

from emulator.services.lambda_.runtime_api import (
    Answered,
    InitFailed,
    Invocation,
    NextRequested,
    Request,
    RuntimeApi,
)

PREFIX = "/2018-06-01/runtime"
INVOCATION = Invocation("id-1", "arn:aws:lambda:us-east-1:1:function:f", "Root=1-2", b"{}", 1_700_000_000_000)


def get_next() -> Request:
    return Request("GET", f"{PREFIX}/invocation/next", {}, b"")


def post(path: str, body: bytes | None = b"{}", **headers: str) -> Request:
    return Request("POST", PREFIX + path, headers, body)


def test_a_runtime_waits_runs_answers_and_asks_again() -> None:
    api = RuntimeApi()
    assert api.receive(get_next()) == (None, NextRequested())
    event = api.deliver(INVOCATION)
    assert (event.status, event.body) == (200, b"{}")
    assert event.headers == {
        "Content-Type": "application/json",
        "Lambda-Runtime-Aws-Request-Id": "id-1",
        "Lambda-Runtime-Deadline-Ms": "1700000000000",
        "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:us-east-1:1:function:f",
        "Lambda-Runtime-Trace-Id": "Root=1-2",
    }
    reply, said = api.receive(post("/invocation/id-1/response", b'"done"'))
    assert reply is not None
    assert (reply.status, said) == (202, Answered(b'"done"', is_error=False))
    assert api.receive(get_next()) == (None, NextRequested())


def test_an_error_is_an_answer() -> None:
    api = RuntimeApi()
    api.receive(get_next())
    api.deliver(INVOCATION)
    reply, said = api.receive(post("/invocation/id-1/error", b'{"errorType":"E"}'))
    assert reply is not None
    assert (reply.status, said) == (202, Answered(b'{"errorType":"E"}', is_error=True))


def test_an_answer_over_the_limit_is_refused_and_is_an_answer() -> None:
    api = RuntimeApi()
    api.receive(get_next())
    api.deliver(INVOCATION)
    reply, said = api.receive(post("/invocation/id-1/response", None))
    assert reply is not None
    assert (reply.status, said) == (413, Answered(None, is_error=False))


@pytest.mark.parametrize("request_id", ["id-0", "id-1"])
def test_an_answer_to_another_invocation_or_a_second_one_changes_nothing(request_id: str) -> None:
    api = RuntimeApi()
    api.receive(get_next())
    api.deliver(INVOCATION)
    if request_id == "id-1":
        api.receive(post("/invocation/id-1/response"))
    reply, said = api.receive(post(f"/invocation/{request_id}/response"))
    assert reply is not None
    assert (reply.status, json.loads(reply.body)["errorType"], said) == (400, "InvalidRequestID", None)


def test_asking_again_before_the_answer_is_refused() -> None:
    api = RuntimeApi()
    api.receive(get_next())
    api.deliver(INVOCATION)
    reply, said = api.receive(get_next())
    assert reply is not None
    assert (reply.status, said) == (403, None)


def test_a_failed_initialization_is_reported_with_its_type() -> None:
    headers = {"lambda-runtime-function-error-type": "Runtime.ImportModuleError"}
    reply, said = RuntimeApi().receive(Request("POST", f"{PREFIX}/init/error", headers, b'{"errorType":"x"}'))
    assert reply is not None
    assert (reply.status, said) == (202, InitFailed("Runtime.ImportModuleError", b'{"errorType":"x"}'))


def test_an_initialization_cannot_fail_after_its_end() -> None:
    api = RuntimeApi()
    api.receive(get_next())
    reply, said = api.receive(post("/init/error"))
    assert reply is not None
    assert (reply.status, said) == (403, None)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/2020-01-01/extension/register"),
        ("POST", f"{PREFIX}/invocation/next"),
        ("GET", f"{PREFIX}/invocation/id-1/response"),
        ("GET", "/"),
    ],
)
def test_what_is_not_served_is_not_found(method: str, path: str) -> None:
    reply, said = RuntimeApi().receive(Request(method, path, {}, b""))
    assert reply is not None
    assert (reply.status, said) == (404, None)
