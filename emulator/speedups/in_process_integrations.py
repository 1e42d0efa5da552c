"""API Gateway's integrations with SQS and DynamoDB call the engine's gateway as a function.

Else each is an HTTP request of the engine to itself, over a new connection, by a client that reads its proxies and
password files anew. The request takes the same handlers as it would from the socket, and its answer comes back with
the headers that the server would have added.
"""

from dataclasses import dataclass
from email.utils import formatdate
from typing import Any
from urllib.parse import unquote, urlsplit

import requests
from localstack.http import Request, Response
from localstack.runtime import get_current_runtime
from localstack.services.apigateway.next_gen.execute_api.integrations import aws
from twisted.web.server import version as server_version
from werkzeug.datastructures import Headers

from emulator.speedups.originals import require_source

# Those whose answers are whole, plain and never a redirection. Any other service is called as before.
SERVICES = ("sqs", "dynamodb")


@dataclass(frozen=True)
class Answer:
    """What an integration reads of a response."""

    status_code: int
    headers: dict[str, str]
    content: bytes


class Client:
    """`requests` as the integration sees it: the one function that it uses."""

    @staticmethod
    def request(*, headers: Headers, **parameters: Any) -> Answer | requests.Response:
        """Send a request to the service that its signature names."""
        if not is_served_in_process(headers):
            sent_on: Any = headers  # what `requests` takes at run time, its types do not
            return requests.request(headers=sent_on, **parameters)  # noqa: S113  - as the integration calls it
        response = Response()
        get_current_runtime().components.gateway.process(to_request(headers=headers, **parameters), response)
        return Answer(
            status_code=response.status_code,
            headers={
                "Server": server_version.decode(),
                "Date": formatdate(usegmt=True),
                **{name: ", ".join(response.headers.getlist(name)) for name in response.headers.keys()},  # noqa: SIM118 - these are not a mapping
            },
            content=response.get_data(),
        )


def is_served_in_process(headers: Headers) -> bool:
    """Whether a request is signed for one of `SERVICES`, and has only headers that could be sent."""
    signature = headers.get("Authorization", "")
    return any(f"/{service}/aws4_request" in signature for service in SERVICES) and all(
        value.isascii() and value.isprintable() for _, value in headers
    )


def to_request(*, method: str, url: str, params: Any, headers: Headers, data: bytes | str | None = None) -> Request:
    """Return the request that the server would have made of what `requests` would have sent."""
    prepared = requests.PreparedRequest()
    prepared.prepare(method=method, url=url, headers=headers, data=data, params=params)
    place = urlsplit(prepared.url)
    return Request(
        method=prepared.method,
        path=unquote(place.path),
        raw_path=place.path,
        query_string=place.query,
        headers={"Accept-Encoding": "identity", **prepared.headers},
        body=prepared.body,
        server=(place.hostname, place.port),
        remote_addr=place.hostname,
    )


def apply() -> None:
    """Replace the HTTP client of the integration with AWS services."""
    require_source(aws.RestApiAwsIntegration.invoke, "103cb15b95e43c45")
    aws.requests = Client
