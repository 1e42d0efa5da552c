"""Faults of a running engine, over its HTTP API below `/_emulator/faults`: set, look, heal. Any transport will do."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Any, Final

from harness.errors import ExitCode, HarnessError, MisuseError
from harness.faults import Fault
from harness.transport import Request, Response, Transport, TransportError

CALL_TIMEOUT_S: Final = 10.0
PAGE: Final = 5000
"""So many hits in one answer: well below what a transport takes."""

_ROOT: Final = "/_emulator/faults"
_SEEN_BYTES: Final = 300


class FaultControlError(HarnessError):
    """The engine gave no answer, or not the one that is expected."""

    exit_code = ExitCode.UNAVAILABLE


@dataclass(frozen=True, slots=True)
class FaultState:
    """A fault as the engine has it. Its times are of the engine's own clock, in seconds of the Unix epoch."""

    state: str
    """As `model.faults.registry` names it."""
    eligible: int
    fired: int
    set_at_s: float
    ended_at_s: float | None


@dataclass(frozen=True, slots=True)
class EngineFiring:
    """A hit, as the engine tells it."""

    at_s: float
    """On the engine's clock, as in `FaultState`."""
    flow: int | None
    identity: str
    operation: str
    attempt: int
    delay_ms: float


class FaultControl:
    """The faults of one account of an engine.

    Args:
        transport: how requests are sent; not the one that flows go through, which has no connection to spare.
        endpoint_url: the engine's.
        account_id: whose faults these are; what belongs to others is never hit.
    """

    def __init__(self, transport: Transport, endpoint_url: str, account_id: str) -> None:
        self._transport = transport
        self._root = endpoint_url.rstrip("/") + _ROOT
        self._endpoint_url = endpoint_url
        self._account_id = account_id

    async def kinds(self) -> Sequence[Mapping[str, Any]]:
        """Return the kinds of faults that the engine has, as it describes them (`GET /_emulator/faults/kinds`).

        Raises:
            MisuseError: it has no faults at all.
            FaultControlError: it does not answer.
        """
        answer = await self._send("GET", "/kinds")
        try:
            kinds: Sequence[Mapping[str, Any]] = json.loads(answer.body)["kinds"] if _is_fine(answer) else ()
        except (ValueError, KeyError, TypeError):
            kinds = ()
        if not kinds:
            what = f"{self._endpoint_url} lets nobody set faults ({answer.status} for {_ROOT})"
            raise MisuseError(f"{what}; leave out --faults and --fault, or run on an engine of ours (`harness up`)")
        return kinds

    async def all_as_told(self) -> Sequence[Mapping[str, Any]]:
        """Return the account's faults as the engine tells of them (`GET /_emulator/faults/{account}`).

        Raises:
            FaultControlError: the engine did not answer.
        """
        faults: Sequence[Mapping[str, Any]] = _object(await self._send("GET", f"/{self._account_id}"))["faults"]
        return faults

    async def check_kinds(self, kinds: frozenset[str]) -> None:
        """Check that the engine has these kinds of faults.

        Raises:
            MisuseError: it has not, or no faults at all.
            FaultControlError: it does not answer.
        """
        known = {kind["name"] for kind in await self.kinds()}
        if unknown := sorted(kinds - known):
            what = f"the engine at {self._endpoint_url} has no fault {', '.join(unknown)}"
            raise MisuseError(f"{what}; it is older than this program: start it anew (`harness down`, `harness up`)")

    async def set(self, fault: Fault, seed: int, ttl_s: float) -> tuple[FaultState, bool]:
        """Set a fault, or let one that is set as it is live on; return it, and whether it is new.

        Raises:
            FaultControlError: the engine refused, or did not answer.
        """
        body = json.dumps(_definition(fault, seed, ttl_s)).encode()
        answer = await self._send("PUT", f"/{self._account_id}/{fault.name}", body)
        return _state_in(_object(answer)), answer.status == HTTPStatus.CREATED

    async def look(self, name: str) -> FaultState | None:
        """Return a fault as it is now; None where there is none.

        Raises:
            FaultControlError: the engine did not answer.
        """
        return await self._fault("GET", name)

    async def heal(self, name: str) -> FaultState | None:
        """End a fault; return what became of it, or None where there was none.

        Raises:
            FaultControlError: the engine did not answer.
        """
        return await self._fault("DELETE", name)

    async def firings(self, name: str, after: int) -> tuple[list[EngineFiring], int]:
        """Return a page of what a fault hit, and where the next begins; the page is empty when there is no more.

        Raises:
            FaultControlError: the engine did not answer.
        """
        path = f"/{self._account_id}/{name}/firings?after={after}&most={PAGE}"
        document = _object(await self._send("GET", path))
        try:
            return [_firing_in(each) for each in document["firings"]], int(document["next"])
        except (KeyError, TypeError, ValueError) as error:
            raise FaultControlError(f"the engine's list of what {name} hit is no such list: {error!r}") from error

    async def _fault(self, method: str, name: str) -> FaultState | None:
        answer = await self._send(method, f"/{self._account_id}/{name}")
        return None if answer.status == HTTPStatus.NOT_FOUND else _state_in(_object(answer))

    async def _send(self, method: str, path: str, body: bytes | None = None) -> Response:
        headers = {"Accept": "application/json"} | ({"Content-Type": "application/json"} if body else {})
        try:
            return await self._transport.send(Request(method, self._root + path, headers, body), CALL_TIMEOUT_S)
        except TransportError as error:
            raise FaultControlError(f"no answer about faults from {self._endpoint_url}: {error}") from error


def _definition(fault: Fault, seed: int, ttl_s: float) -> Mapping[str, Any]:
    flows = None if fault.flows is None else [fault.flows.first, fault.flows.last]
    return {
        "kind": fault.kind,
        "seed": seed,
        "rate": fault.rate,
        "times": fault.times,
        "limit": fault.limit,
        "ttl_s": ttl_s,
        "scope": {"operations": sorted(fault.operations), "resources": sorted(fault.resources), "flows": flows},
        "delay": None if fault.delay is None else asdict(fault.delay),
    }


def _is_fine(answer: Response) -> bool:
    return HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES


def _object(answer: Response) -> Mapping[str, Any]:
    try:
        document = json.loads(answer.body) if _is_fine(answer) else None
    except ValueError:
        document = None
    if not isinstance(document, dict):
        seen = ascii(answer.body[:_SEEN_BYTES].decode(errors="replace"))
        raise FaultControlError(f"the engine's answer about a fault is {answer.status}: {seen}")
    return document


def _state_in(document: Mapping[str, Any]) -> FaultState:
    try:
        ended_at_s = document["ended_at_s"]
        return FaultState(
            state=str(document["state"]),
            eligible=int(document["eligible"]),
            fired=int(document["fired"]),
            set_at_s=float(document["set_at_s"]),
            ended_at_s=None if ended_at_s is None else float(ended_at_s),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise FaultControlError(f"the engine's answer about a fault is none: {error!r}") from error


def _firing_in(document: Mapping[str, Any]) -> EngineFiring:
    return EngineFiring(
        at_s=float(document["at_s"]),
        flow=None if document["flow"] is None else int(document["flow"]),
        identity=str(document["identity"]),
        operation=str(document["operation"]),
        attempt=int(document["attempt"]),
        delay_ms=float(document["delay_ms"]),
    )
