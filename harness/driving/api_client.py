"""An asynchronous API as three calls: each returns what was answered and what it means, and never raises for it."""

import json
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urljoin, urlsplit

from harness.callers import Anonymous, Caller
from harness.driving.availability import Availability
from harness.driving.definiteness import Cause, outcome_of
from harness.operations import BODY_KEPT_BYTES, Meaning, OperationKind, Outcome
from harness.shape import ApiShape
from harness.shape.answers import Reading, UnexpectedAnswerError, read_created, read_retrieved, read_status
from harness.transport import Request, Response, Transport, TransportError
from model.faults.identity import TRACE_HEADER, trace_of_flow

_SEEN_BYTES: Final = 300
_REQUEST_ID_HEADERS: Final = ("x-amzn-requestid", "apigw-requestid", "x-request-id")
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back from one call. Its members are those of `harness.operations.Operation`."""

    meaning: Meaning
    outcome: Outcome
    status: int | None = None
    request_id: str | None = None
    response_bytes: int = 0
    handle: str | None = None
    result_id: str | None = None
    document: Mapping[str, Any] | None = None
    retry_after_s: int | None = None
    body: str | None = None
    seen: str = ""
    """Empty where the meaning says it all."""

    def in_words(self) -> str:
        """Return one line for a person."""
        return self.seen or f"{self.meaning} ({self.status})"


class AsyncApi:
    """The API at a base URL, called through one transport.

    Args:
        transport: how requests are sent.
        api: the base URL, without a slash at its end; or where that is to be looked up, since it may change.
        shape: what the API's calls are.
        trace_seed: requests of a flow say which flow's they are, and this seed; None: they don't.
        caller: whose requests they are; None: nobody's in particular.
    """

    def __init__(
        self,
        transport: Transport,
        api: str | Availability,
        shape: ApiShape,
        *,
        trace_seed: int | None = None,
        caller: Caller | None = None,
    ) -> None:
        self._transport = transport
        self._caller: Caller = caller or Anonymous()
        self._where = Availability(api) if isinstance(api, str) else api
        self._shape = shape
        self._headers = dict(shape.headers) | {"Accept": "application/json"}
        self._headers_of_json = self._headers | {"Content-Type": "application/json"}
        self._status_is_url = shape.status.path == "{handle}"
        self._trace_seed = trace_seed

    def of_flow(self, number: int) -> "AsyncApi":
        """Return the same API as one flow calls it; this one, where requests do not say whose they are."""
        if self._trace_seed is None:
            return self
        api = copy(self)
        trace = {TRACE_HEADER: trace_of_flow(self._trace_seed, number)}
        api._headers = self._headers | trace  # noqa: SLF001 - one of our own
        api._headers_of_json = self._headers_of_json | trace  # noqa: SLF001 - see above
        return api

    def of_caller(self, caller: Caller) -> "AsyncApi":
        """Return the same API as somebody else calls it."""
        api = copy(self)
        api._caller = caller  # noqa: SLF001 - one of our own
        return api

    async def create(self, payload: Mapping[str, Any], timeout_s: float) -> Answer:
        """Begin a flow."""
        call = self._shape.create
        request = Request(call.method, f"{self._where.api_url}{call.path}", self._headers_of_json, encoded(payload))
        return await self._call(OperationKind.CREATE, request, timeout_s, self._read_created)

    async def status(self, handle: str, timeout_s: float) -> Answer:
        """Poll a handle that `create` returned."""
        call = self._shape.status
        url = self._url_of(handle) if self._status_is_url else self._url(call.path, "{handle}", handle)
        request = Request(call.method, url, self._headers)
        return await self._call(
            OperationKind.STATUS, request, timeout_s, lambda response: read_status(call, response, handle)
        )

    async def retrieve(self, result_id: str, timeout_s: float) -> Answer:
        """Fetch a result."""
        call = self._shape.retrieve
        request = Request(call.method, self._url(call.path, "{result_id}", result_id), self._headers)
        return await self._call(
            OperationKind.RETRIEVE, request, timeout_s, lambda response: read_retrieved(call, response, result_id)
        )

    def _read_created(self, response: Response) -> Reading:
        reading = read_created(self._shape, response)
        own = _origin(self._where.api_url)
        if reading.handle and self._status_is_url and _origin(self._url_of(reading.handle)) != own:
            what = f"the handle {reading.handle[:_SEEN_BYTES]!a} is no URL of the API's own origin"
            raise UnexpectedAnswerError(what)
        return reading

    def _url(self, path: str, name: str, value: str) -> str:
        """Return the URL of a path with a value in it: one segment, whatever is in it."""
        # Half a surrogate pair has no UTF-8. It can come out of an answer, and asking for it must not be our failure.
        return self._where.api_url + path.replace(name, quote(value, safe="", errors="surrogatepass"))

    def _url_of(self, handle: str) -> str:
        """Return the URL that a handle is, relative to the API's base URL (RFC 3986, 5); empty if it is none."""
        if not (handle.isascii() and handle.isprintable() and " " not in handle):
            return ""
        try:
            return urljoin(f"{self._where.api_url}/", handle).partition("#")[0]
        except ValueError:
            return ""

    async def _call(
        self, kind: OperationKind, request: Request, timeout_s: float, read: Callable[[Response], Reading]
    ) -> Answer:
        try:
            response = await self._transport.send(self._caller.authorized(request), timeout_s)
        except TransportError as error:
            return Answer(Meaning.NO_ANSWER, outcome_of(kind, error.failure), seen=str(error))
        cause: Cause
        try:
            reading = read(response)
            cause, seen = reading.meaning, _seen(response) if reading.meaning in _REFUSALS else ""
        except UnexpectedAnswerError as error:
            reading = Reading(Meaning.UNEXPECTED)
            cause = response.status
            seen = f"{error}; {_seen(response)}"
        return Answer(
            meaning=reading.meaning,
            outcome=outcome_of(kind, cause),
            status=response.status,
            request_id=_request_id(response),
            response_bytes=len(response.body),
            handle=reading.handle,
            result_id=reading.result_id,
            document=reading.document,
            retry_after_s=reading.retry_after_s,
            body=_kept(response.body) if reading.document is None else None,
            seen=seen,
        )


_REFUSALS: Final = frozenset({Meaning.REJECTED, Meaning.UNAUTHORIZED, Meaning.FAILED})


def encoded(payload: Mapping[str, Any]) -> bytes:
    """Return the body to send: the text itself, not its escapes, which is the harder case for a template."""
    try:
        return json.dumps(payload, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # half a surrogate pair can be sent only as an escape
        return json.dumps(payload).encode()


def _request_id(response: Response) -> str | None:
    for name in _REQUEST_ID_HEADERS:
        if name in response.headers:
            return response.headers[name]
    return None


def _kept(body: bytes) -> str | None:
    if len(body) > BODY_KEPT_BYTES:
        return None
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None


def _seen(response: Response) -> str:
    shown = ascii(response.body[:_SEEN_BYTES].decode(errors="backslashreplace"))
    more = f" ... ({len(response.body)} bytes)" if len(response.body) > _SEEN_BYTES else ""
    return f"{response.status}: {shown}{more}"


def _origin(url: str) -> tuple[str, str | None, int | None]:
    """Return scheme, host and port, by which two URLs are of the same server; of what is no URL, none of ours."""
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname, parts.port or _DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return "", None, None
