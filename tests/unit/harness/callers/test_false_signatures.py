"""Unauthorized callers whose signatures are none: what each sends differs from what the authorized caller would."""

from calendar import timegm
from collections.abc import Callable
from time import strptime

import pytest

from harness.callers import Auth
from harness.callers.signing import AccessKey, Signer
from harness.callers.signing_caller import FalseSignatures
from harness.transport import Request
from harness.workload.unauthorized_callers import WAYS

KEY, READER = AccessKey("AKIA-CALLER", "a-secret"), AccessKey("AKIA-READER", "another")
REQUEST = Request(
    "POST", "http://h/v1/users", {"Accept": "application/json", "Content-Type": "application/json"}, b"{}"
)


def sent(way: str, reader: AccessKey | None = READER) -> Request:
    return FalseSignatures(lambda: KEY, reader, "us-east-1").one(way).authorized(REQUEST)


def resigned(request: Request, key: Callable[[], AccessKey] = lambda: KEY, service: str = "execute-api") -> str:
    """Return the signature that what was sent should have."""
    own = {"Authorization", "X-Amz-Date"}
    headers = {name: value for name, value in request.headers.items() if name not in own}
    plain = Request(request.method, request.url, headers, request.body)
    date = request.headers["X-Amz-Date"]
    at_s = timegm(strptime(date, "%Y%m%dT%H%M%SZ"))
    return Signer(key, "us-east-1", service, clock=lambda: at_s).signed(plain).headers["Authorization"]


@pytest.mark.parametrize("way", WAYS[Auth.IAM])
def test_nothing_that_a_stranger_sends_is_what_the_caller_signed(way: str) -> None:
    request = sent(way)
    if way == "unsigned":
        assert request == REQUEST
        return
    is_right = request.headers["Authorization"] == resigned(request)
    assert is_right is (way == "stale-date")  # it was right once


def test_a_reader_signs_as_itself() -> None:
    assert sent("reads-only").headers["Authorization"] == resigned(sent("reads-only"), lambda: READER)
    assert sent("reads-only", None) == REQUEST


def test_what_was_signed_for_another_service_is_right_there() -> None:
    request = sent("another-service")
    assert request.headers["Authorization"] == resigned(request, service="sqs")
