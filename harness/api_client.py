"""The users API as typed calls: each returns what was answered, never raises for it.

Bodies are checked against the API's contract (docs: `infra/openapi.yaml`): whatever else comes back is an
`UnexpectedResponse` that shows what was seen.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, NoReturn
from urllib.parse import quote

from harness.definiteness import Cause, Oddity, outcome_of
from harness.operations import OperationKind, Outcome
from harness.transport import Request, Response, Transport, TransportError, TransportFailure

_SEEN_BYTES: Final = 300
_REQUEST_ID_HEADERS: Final = ("x-amzn-requestid", "apigw-requestid")


@dataclass(frozen=True, slots=True)
class NewUser:
    """What a client sends to have a user made."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class User:
    """A user as the API gives it back."""

    id: str
    name: str
    email: str
    created_at: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """The create is in the queue under this message ID."""

    message_id: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """The create was refused, definitely."""

    status: int
    message: str


@dataclass(frozen=True, slots=True)
class Visible:
    """The message's user can be read."""

    user_id: str


@dataclass(frozen=True, slots=True)
class Pending:
    """No user of this message ID is visible: not yet, or it was never sent."""

    retry_after_s: int


@dataclass(frozen=True, slots=True)
class Found:
    """The user."""

    user: User


@dataclass(frozen=True, slots=True)
class Missing:
    """There is no such user."""


@dataclass(frozen=True, slots=True)
class UnexpectedResponse:
    """An answer that the contract does not have here."""

    status: int
    reason: str
    seen: str
    """The beginning of the body, in ASCII."""


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """There was no whole response."""

    failure: TransportFailure
    detail: str


@dataclass(frozen=True, slots=True)
class Answer[R]:
    """What came back from one call, and what the table of definiteness says of it."""

    result: R
    outcome: Outcome
    status: int | None = None
    request_id: str | None = None
    response_bytes: int = 0


type CreateResult = Accepted | Rejected | UnexpectedResponse | NoAnswer
type StatusResult = Visible | Pending | UnexpectedResponse | NoAnswer
type RetrieveResult = Found | Missing | UnexpectedResponse | NoAnswer


class UsersApi:
    """The API at `api_url` (no slash at its end), called through one transport."""

    def __init__(self, transport: Transport, api_url: str) -> None:
        self._transport = transport
        self._api_url = api_url

    async def create(self, user: NewUser, timeout_s: float) -> Answer[CreateResult]:
        """POST /users."""
        # Unescaped: what the client sends is the text itself, which is the harder case for a template.
        body = json.dumps({"name": user.name, "email": user.email}, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        request = Request("POST", f"{self._api_url}/users", headers, body)
        return await self._call(OperationKind.CREATE, request, _read_created, timeout_s)

    async def status(self, message_id: str, timeout_s: float) -> Answer[StatusResult]:
        """GET /status/{messageId}."""

        def read(response: Response) -> Visible | Pending:
            return _read_status(response, message_id)

        return await self._call(OperationKind.STATUS, self._get("status", message_id), read, timeout_s)

    async def retrieve(self, user_id: str, timeout_s: float) -> Answer[RetrieveResult]:
        """GET /users/{userId}."""

        def read(response: Response) -> Found | Missing:
            return _read_user(response, user_id)

        return await self._call(OperationKind.RETRIEVE, self._get("users", user_id), read, timeout_s)

    def _get(self, collection: str, identity: str) -> Request:
        url = f"{self._api_url}/{collection}/{quote(identity, safe='')}"
        return Request("GET", url, {"Accept": "application/json"})

    async def _call[R](
        self, kind: OperationKind, request: Request, read: Callable[[Response], R], timeout_s: float
    ) -> Answer[R | UnexpectedResponse | NoAnswer]:
        try:
            response = await self._transport.send(request, timeout_s)
        except TransportError as error:
            return Answer(NoAnswer(error.failure, str(error)), outcome_of(kind, error.failure))
        cause: Cause = response.status
        result: R | UnexpectedResponse
        try:
            result = read(response)
        except _OutsideContractError as outside:
            result = UnexpectedResponse(response.status, str(outside), _seen(response.body))
            if outcome_of(kind, response.status) is Outcome.OK:
                cause = Oddity.UNREADABLE
        request_ids = (response.headers.get(name) for name in _REQUEST_ID_HEADERS)
        return Answer(
            result,
            outcome_of(kind, cause),
            status=response.status,
            request_id=next(filter(None, request_ids), None),
            response_bytes=len(response.body),
        )


class _OutsideContractError(Exception):
    """A response that the contract does not have. Its text says what is wrong with it."""


def _read_created(response: Response) -> Accepted | Rejected:
    if response.status == HTTPStatus.ACCEPTED:
        return Accepted(_texts(response, "messageId")["messageId"])
    if HTTPStatus.BAD_REQUEST <= response.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return Rejected(response.status, _texts(response, "message")["message"])
    raise _OutsideContractError(f"a create answers 202 or 4xx, not {response.status}")


def _read_status(response: Response, message_id: str) -> Visible | Pending:
    if response.status == HTTPStatus.OK:
        body = _texts(response, "messageId", "userId")
        if body["messageId"] != message_id:
            raise _OutsideContractError("the status of another message than the one asked for")
        return Visible(body["userId"])
    if response.status == HTTPStatus.NOT_FOUND:
        _texts(response, "message")
        return Pending(_retry_after_s(response))
    raise _OutsideContractError(f"a status answers 200 or 404, not {response.status}")


def _read_user(response: Response, user_id: str) -> Found | Missing:
    if response.status == HTTPStatus.OK:
        body = _texts(response, "id", "name", "email", "createdAt")
        if body["id"] != user_id:
            raise _OutsideContractError("another user than the one asked for")
        return Found(User(body["id"], body["name"], body["email"], body["createdAt"]))
    if response.status == HTTPStatus.NOT_FOUND:
        _texts(response, "message")
        return Missing()
    raise _OutsideContractError(f"a retrieve answers 200 or 404, not {response.status}")


def _texts(response: Response, *names: str) -> dict[str, str]:
    """Return the body, which must be a JSON object of exactly these members, each a string, not empty."""
    try:
        body: Any = json.loads(response.body.decode(), parse_constant=_reject_constant)
    except (ValueError, RecursionError) as error:
        raise _OutsideContractError(f"the body is not JSON: {error}") from error
    if not isinstance(body, dict) or body.keys() != set(names):
        raise _OutsideContractError(f"the body is not an object of exactly {', '.join(names)}")
    for name in names:
        if not isinstance(body[name], str) or not body[name]:
            raise _OutsideContractError(f"{name} is not a text, or is empty")
    return body


def _reject_constant(constant: str) -> NoReturn:
    """Refuse NaN and Infinity, which Python would read and JSON does not have."""
    raise ValueError(f"{constant} is not JSON")


def _retry_after_s(response: Response) -> int:
    """Return the header's seconds. Its other form, a date (RFC 9110, 10.2.3), is not in our contract."""
    value = response.headers.get("retry-after", "")
    if not (value.isascii() and value.isdigit()):
        raise _OutsideContractError(f"a 404 of a status has Retry-After in seconds, not {value!a}")
    return int(value)


def _seen(body: bytes) -> str:
    shown = ascii(body[:_SEEN_BYTES].decode(errors="backslashreplace"))
    return shown if len(body) <= _SEEN_BYTES else f"{shown} ... ({len(body)} bytes)"
