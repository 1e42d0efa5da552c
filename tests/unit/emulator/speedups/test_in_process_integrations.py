"""A request that is handed over in process is the one that a server would have received."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
import requests
from werkzeug.datastructures import Headers

from emulator.speedups.in_process_integrations import is_served_in_process, to_request

FOR_SQS = (
    "AWS4-HMAC-SHA256 Credential=000000000000/20160623/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=1"
)
type Received = list[tuple[str, dict[str, str], bytes]]


@pytest.fixture
def server() -> Iterator[tuple[str, Received]]:
    received: Received = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            received.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Handler) as listening:
        thread = Thread(target=listening.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{listening.server_port}", received
        listening.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("path", "params", "data"),
    [
        ("/000000000000/users", {}, b"Action=SendMessage&MessageBody=a%26b+%F0%9F%98%80"),
        ("/000000000000/a b%2Fc\u00e9", {"Action": "x&y", "n": ["1", "2"]}, b""),
        ("", {"Action": "Query"}, '{"name": "\u00e9"}'.encode()),
    ],
)
def test_path_query_headers_and_body_are_those_of_the_socket(
    server: tuple[str, Received], path: str, params: dict[str, Any], data: bytes
) -> None:
    url, received = server
    headers = Headers({"Accept": "application/json", "User-Agent": "x", "Host": "a.b:1", "Authorization": FOR_SQS})
    call: dict[str, Any] = {"method": "POST", "url": url + path, "params": params, "data": data, "headers": headers}
    requests.request(**call, timeout=10)

    request = to_request(**call)

    seen = {name.lower(): value for name, value in request.headers.items()}
    assert (request.environ["RAW_URI"], seen, request.get_data()) == received[0]


def test_only_requests_to_known_services_with_plain_headers_stay_in_the_process() -> None:
    assert is_served_in_process(Headers({"Authorization": FOR_SQS}))
    assert not is_served_in_process(Headers({"Authorization": FOR_SQS.replace("/sqs/", "/s3/")}))
    assert not is_served_in_process(Headers({"Authorization": FOR_SQS, "X-Odd": "caf\u00e9"}))
    assert not is_served_in_process(Headers())
