"""A call as a value, and how it is made on one engine.

Any text in a call may name what an earlier answer held: `<<queue_url>>` stands for what was saved as that.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import boto3
import requests
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.integration.engine_fixture import REGION, AwsClients
from tests.waiting import wait_until

_CALL_TIMEOUT_S = 30
_UNTIL_DEADLINE_S = 30

type Answer = dict[str, Any]
type Holds = Callable[[Answer], bool]


@dataclass
class Target:
    """One engine, as the calls see it, and what its answers held."""

    endpoint_url: str
    account_id: str
    aws: AwsClients
    saved: dict[str, str] = field(default_factory=dict)

    def fill_in(self, value: Any) -> Any:
        """Return `value` with each `<<name>>` in its texts replaced."""
        match value:
            case str():
                for name, text in self.saved.items():
                    value = value.replace(f"<<{name}>>", text)
                return value
            case dict():
                return {key: self.fill_in(member) for key, member in value.items()}
            case list():
                return [self.fill_in(member) for member in value]
            case _:
                return value


def unchecked_clients(endpoint_url: str, account_id: str) -> AwsClients:
    """Return boto3 clients that send what is out of range, too: it is the engine's to refuse."""
    clients: dict[str, Any] = {}
    session = boto3.Session(account_id, "test", region_name=REGION)
    config = Config(parameter_validation=False, retries={"total_max_attempts": 1}, read_timeout=_CALL_TIMEOUT_S)

    def client(service: str) -> Any:
        if service not in clients:
            clients[service] = session.client(service, endpoint_url=endpoint_url, config=config)
        return clients[service]

    return client


class Call(Protocol):
    """Something to ask an engine."""

    @property
    def name(self) -> str:
        """Unique within its list: a difference is reported under it."""
        ...

    def answer(self, target: Target) -> Answer:
        """Make the call, and return all that came back."""
        ...


@dataclass(frozen=True)
class AwsCall:
    """A call by boto3.

    `save` is from a name to the path of what is to be saved ("Messages.0.Body"); with `until` the call is
    made again and again until that is true of the answer.
    """

    name: str
    service: str
    operation: str
    parameters: Mapping[str, Any]
    save: Mapping[str, str] = field(default_factory=dict)
    until: Holds | None = None

    def answer(self, target: Target) -> Answer:
        """See `Call.answer`."""
        answer = _until(self.until, lambda: self._once(target))
        for name, path in self.save.items():
            target.saved[name] = str(_at(answer["body"], path, self.name))
        return answer

    def _once(self, target: Target) -> Answer:
        operation = getattr(target.aws(self.service), self.operation)
        try:
            body = operation(**target.fill_in(dict(self.parameters)))
        except ClientError as error:
            body = dict(error.response)
        metadata = body.pop("ResponseMetadata")
        return {"status": metadata["HTTPStatusCode"], "headers": metadata["HTTPHeaders"], "body": _read(body)}


@dataclass(frozen=True)
class HttpCall:
    """A raw request to the engine. `url` begins with `<<api_url>>` or `<<endpoint_url>>`."""

    name: str
    method: str
    url: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    save: Mapping[str, str] = field(default_factory=dict)
    until: Holds | None = None

    def answer(self, target: Target) -> Answer:
        """See `Call.answer`."""
        answer = _until(self.until, lambda: self._once(target))
        for name, path in self.save.items():
            target.saved[name] = str(_at(json.loads(answer["body"]), path, self.name))
        return answer

    def _once(self, target: Target) -> Answer:
        response = requests.request(
            self.method,
            target.fill_in(self.url),
            data=self.body,
            headers=target.fill_in(dict(self.headers)),
            timeout=_CALL_TIMEOUT_S,
            allow_redirects=False,
        )
        headers = {name.lower(): value for name, value in response.headers.items()}
        return {"status": response.status_code, "headers": headers, "body": response.content.decode(errors="replace")}


def make_all(calls: Iterable[Call], target: Target) -> dict[str, Answer]:
    """Make the calls in order, and return each one's answer by its name."""
    answers: dict[str, Answer] = {}
    for call in calls:
        assert call.name not in answers, f"two calls are named {call.name!r}"
        answers[call.name] = call.answer(target)
    return answers


def _until(holds: Holds | None, once: Callable[[], Answer]) -> Answer:
    return wait_until(once, holds, deadline_s=_UNTIL_DEADLINE_S) if holds else once()


def _at(value: Any, path: str, name: str) -> Any:
    """Return what is at "a.0.b" in `value`."""
    found = value
    for step in path.split("."):
        try:
            found = found[int(step)] if isinstance(found, list) else found[step]
        except (KeyError, IndexError) as error:
            raise AssertionError(f"{name}: no {path} in {value}") from error
    return found


def _read(value: Any) -> Any:
    """Return a response's body with its streams read."""
    match value:
        case dict():
            return {key: _read(member) for key, member in value.items()}
        case list():
            return [_read(member) for member in value]
        case _ if hasattr(value, "read"):
            return value.read()
        case _:
            return value
