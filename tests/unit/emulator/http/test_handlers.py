"""Only what is nothing but itself is taken: another handler might have a say in anything else."""

import pytest

from emulator.http.handlers import Request, is_plain

HOST = "127.0.0.1:4566"


@pytest.mark.parametrize(
    "headers",
    [{}, {"connection": "keep-alive"}, {"connection": "Keep-Alive"}, {"accept": "*/*", "x-amzn-trace-id": "Root=1"}],
)
def test_a_usual_request_is_plain(headers: dict[str, str]) -> None:
    assert is_plain({"host": HOST} | headers, HOST)


@pytest.mark.parametrize(
    "name",
    ["origin", "referer", "content-encoding", "expect", "transfer-encoding", "upgrade", "x-localstack-data"],
)
def test_a_browser_an_encoded_body_or_an_upgrade_is_not_plain(name: str) -> None:
    assert not is_plain({"host": HOST, name: "x"}, HOST)


@pytest.mark.parametrize("headers", [{}, {"host": "abc.execute-api.localhost"}, {"host": HOST, "connection": "close"}])
def test_another_host_and_a_last_request_are_not_plain(headers: dict[str, str]) -> None:
    assert not is_plain(headers, HOST)


def test_headers_are_found_whatever_their_case() -> None:
    request = Request("GET", "/", [("Host", HOST), ("X-AMZ-Target", "x")], b"")
    assert request.by_lower_name() == {"host": HOST, "x-amz-target": "x"}
