"""The users API in memory, behind the transport interface. It can be told to misbehave."""

import asyncio
import json
import re
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import unquote

from harness.transport import Request, Response, TransportError, TransportFailure

API_URL = "http://fake.test/prod"


type Answer = Response | TransportFailure
type Script = Callable[[str, int], Answer | None]
"""From the operation ("create", "status", "retrieve") and its ordinal, from 1, to what is answered instead of
the sound answer; None for the sound one."""


def sound(_operation: str, _ordinal: int) -> None:
    """Interfere with nothing."""


@dataclass
class FakeApi:
    """A sound API by default: what was created is visible after `visible_after_s`, on the loop's clock."""

    latency_s: float = 0.01
    visible_after_s: float = 0.5
    script: Script = sound
    stored: Callable[[dict[str, str]], dict[str, str]] = dict
    """From the user that was posted to the one that is given back."""
    requests: list[Request] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    times_s: list[float] = field(default_factory=list)
    """When each request came, on the loop's clock."""
    most_at_once: int = 0
    _at_once: int = 0
    _users: dict[str, dict[str, str]] = field(default_factory=dict)
    _visible_at_s: dict[str, float] = field(default_factory=dict)

    async def send(self, request: Request, timeout_s: float) -> Response:
        """Implement `harness.transport.Transport`."""
        self.requests.append(request)
        self.times_s.append(asyncio.get_running_loop().time())
        operation, identity = _parse(request)
        self.calls[operation] += 1
        answer = self.script(operation, self.calls[operation])
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            hangs = answer in (TransportFailure.CONNECT_TIMED_OUT, TransportFailure.READ_TIMED_OUT)
            await asyncio.sleep(timeout_s if hangs else self.latency_s)
        finally:
            self._at_once -= 1
        if isinstance(answer, TransportFailure):
            raise TransportError(answer)
        return answer or self._answer(operation, identity, request)

    def users(self) -> dict[str, dict[str, str]]:
        """Return what is stored, by the users' IDs."""
        return dict(self._users)

    def _answer(self, operation: str, identity: str, request: Request) -> Response:
        now_s = asyncio.get_running_loop().time()
        if operation == "create":
            return self._create(request, now_s)
        if operation == "status":
            user_id = f"user-of-{identity}"
            if self._visible_at_s.get(identity, float("inf")) > now_s:
                return Response(404, {"retry-after": "1"}, b'{"message": "pending"}')
            return json_response(200, messageId=identity, userId=user_id)
        if identity not in self._users:
            return json_response(404, message="no such user")
        return json_response(200, **self._users[identity])

    def _create(self, request: Request, now_s: float) -> Response:
        assert request.body is not None
        posted = json.loads(request.body)
        if not is_acceptable(posted):
            return json_response(400, message="Invalid request body")
        message_id = str(uuid.uuid4())
        user_id = f"user-of-{message_id}"
        user = self.stored(posted)
        self._users[user_id] = {"id": user_id, "createdAt": "2026-11-23T19:00:00.000Z", **user}
        self._visible_at_s[message_id] = now_s + self.visible_after_s
        return json_response(202, messageId=message_id)


def is_acceptable(posted: object) -> bool:
    """Say what the contract in `infra/openapi.yaml` says of a body."""
    return (
        isinstance(posted, dict)
        and posted.keys() == {"name", "email"}
        and all(isinstance(value, str) for value in posted.values())
        and 1 <= len(posted["name"]) <= 102_400
        and 3 <= len(posted["email"]) <= 254
        and re.fullmatch(r"[^\x00-\x20@\x7f]+@[^\x00-\x20@\x7f]+", posted["email"]) is not None
    )


def json_response(status: int, **members: object) -> Response:
    return Response(status, {"content-type": "application/json"}, json.dumps(members).encode())


def _parse(request: Request) -> tuple[str, str]:
    path = request.url.removeprefix(API_URL)
    if request.method == "POST":
        assert path == "/users"
        return "create", ""
    _, collection, identity = path.split("/")
    return {"status": "status", "users": "retrieve"}[collection], unquote(identity)
