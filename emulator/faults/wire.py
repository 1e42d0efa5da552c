"""Faults from JSON and to JSON. Pure."""

import json
from collections.abc import Sequence
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from emulator.errors import MisuseError
from emulator.faults.delays import Delay, Exponential, Fixed, Uniform
from emulator.faults.fault import Fault, Scope
from emulator.faults.kinds import BY_NAME, Kind
from emulator.faults.registry import FaultRecord, Firing
from emulator.faults.schemas import DEFAULT_TTL_S, DEFINITION

_VALIDATOR = Draft202012Validator(DEFINITION)
_LONGEST_SHOWN = 80


def read_fault(account_id: str, name: str, body: bytes) -> Fault:
    """Return the fault that a JSON body defines, with its kind's own values for what is left out.

    Raises:
        MisuseError: it defines none. One line: where, what is there, what is expected.
    """
    try:
        document = json.loads(body)
    except ValueError:
        raise MisuseError(f"the body is not JSON: {_shown(body.decode(errors='replace'))}") from None
    if error := best_match(_VALIDATOR.iter_errors(document)):
        where = error.json_path.replace("$", "fault", 1)
        raise MisuseError(f"{where}: {_shown(error.message)}")
    kind = BY_NAME[document["kind"]]
    return Fault(
        account_id=account_id,
        name=name,
        kind=kind,
        seed=document.get("seed", 0),
        rate=document.get("rate", kind.rate),
        times=document.get("times", 1),
        limit=document.get("limit", Fault.__dataclass_fields__["limit"].default),
        ttl_s=document.get("ttl_s", DEFAULT_TTL_S),
        scope=_scope(document.get("scope", {})),
        delay=_delay(kind, document.get("delay")),
    )


def fault_to_json(record: FaultRecord, remaining_s: float | None) -> dict[str, Any]:
    """Return a fault with what became of it.

    Args:
        record: of the fault.
        remaining_s: how long it lives; None: it has ended.
    """
    fault = record.fault
    return {
        "account_id": fault.account_id,
        "name": fault.name,
        "kind": fault.kind.name,
        "place": fault.kind.place,
        "seed": fault.seed,
        "rate": fault.rate,
        "times": fault.times,
        "limit": fault.limit,
        "ttl_s": fault.ttl_s,
        "scope": _scope_to_json(fault.scope),
        "delay": delay_to_json(fault.delay),
        "state": record.state,
        "eligible": record.eligible,
        "fired": record.fired,
        "set_at_s": record.set_at_s,
        "ended_at_s": record.ended_at_s,
        "expires_in_s": remaining_s,
    }


def firings_to_json(firings: Sequence[Firing], after: int) -> dict[str, Any]:
    """Return firings, and the number to ask for next."""
    listed = [
        {
            "number": firing.number,
            "at_s": firing.at_s,
            "identity": firing.thing.identity.key,
            "flow": firing.thing.identity.flow,
            "operation": firing.thing.operation,
            "resource": firing.thing.resource,
            "attempt": firing.attempt,
            "delay_ms": firing.delay_ms,
        }
        for firing in firings
    ]
    return {"firings": listed, "next": max([after, *(firing.number + 1 for firing in firings)])}


def kind_to_json(kind: Kind) -> dict[str, Any]:
    """Return what a kind is and does by default."""
    return {
        "name": kind.name,
        "place": kind.place,
        "what": kind.what,
        "rate": kind.rate,
        "delay": delay_to_json(kind.delay),
        "operations": sorted(kind.operations),
    }


def delay_to_json(delay: Delay | None) -> dict[str, float] | None:
    """Return a delay as the object that defines it."""
    match delay:
        case None:
            return None
        case Fixed(fixed_ms):
            return {"fixed_ms": fixed_ms}
        case Uniform(least_ms, most_ms):
            return {"least_ms": least_ms, "most_ms": most_ms}
        case Exponential(mean_ms, most_ms):
            return {"mean_ms": mean_ms, "most_ms": most_ms}


def _scope(members: dict[str, Any]) -> Scope:
    flows = members.get("flows")
    if flows and flows[0] > flows[1]:
        raise MisuseError(f"fault.scope.flows: the first is {flows[0]}, and the last {flows[1]}")
    return Scope(
        operations=frozenset(members.get("operations", ())),
        resources=frozenset(members.get("resources", ())),
        flows=(flows[0], flows[1]) if flows else None,
    )


def _scope_to_json(scope: Scope) -> dict[str, Any]:
    members = {
        "operations": sorted(scope.operations),
        "resources": sorted(scope.resources),
        "flows": list(scope.flows) if scope.flows else [],
    }
    return {name: value for name, value in members.items() if value}


def _delay(kind: Kind, members: dict[str, float] | None) -> Delay | None:
    if members is None:
        return kind.delay
    if kind.delay is None:
        raise MisuseError(f"fault.delay: a fault of the kind {kind.name} has nothing to wait for; leave it out")
    if "fixed_ms" in members:
        return Fixed(members["fixed_ms"])
    if "mean_ms" in members:
        return Exponential(members["mean_ms"], members["most_ms"])
    if members["least_ms"] > members["most_ms"]:
        raise MisuseError(f"fault.delay: the least is {members['least_ms']:g}, and the most {members['most_ms']:g}")
    return Uniform(members["least_ms"], members["most_ms"])


def _shown(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_SHOWN else f"{line[:_LONGEST_SHOWN]}..."
