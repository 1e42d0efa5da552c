"""Only plain requests take the direct way; whatever another handler could have a say in goes the long way."""

import pytest
from localstack.http import Request

from emulator.speedups.direct_api_requests import plain_place

HOST = "127.0.0.1:4566"


def request(path: str = "/_aws/execute-api/abc123/v1/users/x", method: str = "GET", **headers: str) -> Request:
    named = {"Host": HOST} | {name.replace("_", "-"): value for name, value in headers.items()}
    return Request(method, path, raw_path=path, headers=named)


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "DELETE"])
def test_a_plain_request_names_its_api_and_its_stage(method: str) -> None:
    assert plain_place(request(method=method), HOST) == {"api_id": "abc123", "stage": "v1"}


@pytest.mark.parametrize(
    "path",
    [
        "/_aws/execute-api/abc123/v1",
        "/_aws/execute-api/abc123/v1/",
        "/_aws/execute-api/abc123/v1//users",
        "/_aws/execute-api/abc123/v1/users/",
        "/_aws/execute-api/ABC/v1/users",
        "/_aws/execute-api/a%62c/v1/users",
        "/_aws/execute-api/abc123/%76/users",
        "/_aws/sqs/messages",
        "//_aws/execute-api/abc123/v1/users",
        "/",
    ],
)
def test_an_odd_path_goes_the_long_way(path: str) -> None:
    assert plain_place(request(path), HOST) is None


@pytest.mark.parametrize("name", ["Origin", "Referer", "Content_Encoding", "Upgrade"])
def test_a_browser_or_an_encoded_body_goes_the_long_way(name: str) -> None:
    assert plain_place(request(**{name: "x"}), HOST) is None


def test_a_preflight_and_another_host_go_the_long_way() -> None:
    assert plain_place(request(method="OPTIONS"), HOST) is None
    assert plain_place(request(Host="abc.execute-api.localhost"), HOST) is None
