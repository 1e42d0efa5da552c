"""The control API: faults listed, set and healed over HTTP. Knows no server; `launch/runtime.py` connects it to one."""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from emulator.faults import wire
from emulator.faults.document import ROOT, document
from emulator.faults.expiry import Expiry
from emulator.faults.registry import Faults
from model.faults.catalogue import ENGINE_KINDS
from model.faults.fault import Fault

LOG = logging.getLogger(__name__)

# The largest definition: a thousand names of operations and as many of resources.
MAX_BODY_BYTES: Final = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Asked:
    """A request."""

    method: str
    path: str
    """Decoded, from its beginning."""
    query: Mapping[str, str] = field(default_factory=dict)
    """Each name with its last value."""
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Answered:
    """A response, whose body is JSON."""

    status: int
    content: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def body(self) -> bytes:
        """The content as it is sent."""
        return json.dumps(self.content).encode()


type Method = Callable[[Asked], Answered]


class Control:
    """The API's operations on one engine's faults. Any thread may call it.

    Args:
        has_set: called with each fault that has been set and was not set so before.
    """

    def __init__(self, faults: Faults, expiry: Expiry, has_set: Callable[[Fault], None]) -> None:
        self._faults = faults
        self._expiry = expiry
        self._has_set = has_set

    def __call__(self, asked: Asked) -> Answered:
        """Answer a request to a path at or below `ROOT`."""
        try:
            methods = self._methods(asked.path)
            if methods is None:
                return _error(404, f"{asked.path}: there is nothing here; {ROOT}/openapi.json says what there is")
            method = methods.get(asked.method)
            if method is None:
                expected = f"{' or '.join(methods)} is expected"
                return _error(405, f"{asked.path}: {asked.method} is there, {expected}", Allow=", ".join(methods))
            return method(asked)
        except wire.RefusedError as error:
            return _error(400, str(error))

    def _methods(self, path: str) -> dict[str, Method] | None:
        """Return what can be done at a path; None where there is nothing."""
        below = path.removeprefix(ROOT).split("/")[1:]
        match below:
            case []:
                return {"GET": lambda _: self._list(), "DELETE": lambda _: self._heal_all()}
            case ["kinds"]:
                return {"GET": lambda _: Answered(200, {"kinds": [wire.kind_to_json(kind) for kind in ENGINE_KINDS]})}
            case ["openapi.json"]:
                return {"GET": lambda _: Answered(200, document())}
            case [account]:
                account_id = wire.account_id_in(account)
                return {"GET": lambda _: self._list(account_id), "DELETE": lambda _: self._heal_all(account_id)}
            case [account, name, *more]:
                return self._methods_of_one(wire.account_id_in(account), wire.name_in(name), more)
        return None

    def _methods_of_one(self, account_id: str, name: str, below: list[str]) -> dict[str, Method] | None:
        match below:
            case []:
                return {
                    "GET": lambda _: self._get(account_id, name),
                    "PUT": lambda asked: self._set(account_id, name, asked.body),
                    "DELETE": lambda _: self._heal(account_id, name),
                }
            case ["firings"]:
                return {"GET": lambda asked: self._firings(account_id, name, asked.query)}
        return None

    def _list(self, account_id: str | None = None) -> Answered:
        return Answered(200, {"faults": self._read(account_id)})

    def _heal_all(self, account_id: str | None = None) -> Answered:
        healed = self._faults.heal(account_id)
        LOG.info("healed %d faults of %s", healed, account_id or "all accounts")
        return self._list(account_id)

    def _get(self, account_id: str, name: str) -> Answered:
        found = self._read(account_id, name)
        return Answered(200, found[0]) if found else _unknown(account_id, name)

    def _set(self, account_id: str, name: str, body: bytes) -> Answered:
        if len(body) > MAX_BODY_BYTES:
            raise wire.RefusedError(f"body: {len(body)} bytes are there, at most {MAX_BODY_BYTES} are expected")
        fault = wire.fault_in(body, account_id, name)
        is_new = self._faults.set(fault)
        self._expiry.begin()
        if is_new:
            LOG.info("set fault %s of account %s: %s", name, account_id, fault.kind.name)
            self._has_set(fault)
        return Answered(201 if is_new else 200, self._get(account_id, name).content)

    def _heal(self, account_id: str, name: str) -> Answered:
        if self._faults.heal(account_id, name):
            LOG.info("healed fault %s of account %s", name, account_id)
        return self._get(account_id, name)

    def _firings(self, account_id: str, name: str, query: Mapping[str, str]) -> Answered:
        after, most = wire.firings_wanted(query)
        firings = self._faults.firings(account_id, name, after, most)
        if firings is None:
            return _unknown(account_id, name)
        following = firings[-1].number + 1 if firings else after
        return Answered(200, {"firings": [wire.firing_to_json(firing) for firing in firings], "next": following})

    def _read(self, account_id: str | None = None, name: str | None = None) -> list[dict[str, Any]]:
        records = self._faults.records(account_id, name)
        return [wire.fault_to_json(record, self._faults.remaining_s(record)) for record in records]


def _error(status: int, message: str, **headers: str) -> Answered:
    return Answered(status, {"message": message}, headers)


def _unknown(account_id: str, name: str) -> Answered:
    return _error(404, f"{ROOT}/{account_id}/{name}: no fault of this name has been set in this account")
