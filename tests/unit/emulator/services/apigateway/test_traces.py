"""The query API's own request to SQS has the trace header of the request that it is made for, and of no other."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest

from emulator.services.apigateway.traces import add_trace_header, remembering


@dataclass
class FakeRequest:
    headers: dict[str, str] = field(default_factory=dict)


def sent_headers(_request: Any, _region: str) -> dict[str, str]:
    """What botocore sends, once its handlers have been asked."""
    params: dict[str, Any] = {"headers": {"Host": "x"}}
    add_trace_header(params, model=None)
    return dict(params["headers"])


def test_the_header_is_handed_on() -> None:
    request = FakeRequest({"X-Amzn-Trace-Id": "Root=1-x"})
    assert remembering(sent_headers)(request, "us-east-1") == {"Host": "x", "X-Amzn-Trace-Id": "Root=1-x"}


def test_a_request_without_one_and_calls_of_others_get_none() -> None:
    assert remembering(sent_headers)(FakeRequest(), "us-east-1") == {"Host": "x"}
    assert sent_headers(None, "") == {"Host": "x"}


def test_it_is_forgotten_when_the_call_fails() -> None:
    def fail(_request: Any, _region: str) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        remembering(fail)(FakeRequest({"X-Amzn-Trace-Id": "Root=1-x"}), "us-east-1")
    assert sent_headers(None, "") == {"Host": "x"}


def test_each_thread_hands_on_its_own() -> None:
    requests = [FakeRequest({"X-Amzn-Trace-Id": str(number)}) for number in range(200)]
    with ThreadPoolExecutor(8) as pool:
        sent = list(pool.map(lambda request: remembering(sent_headers)(request, "us-east-1"), requests))
    assert [headers["X-Amzn-Trace-Id"] for headers in sent] == [str(number) for number in range(200)]
