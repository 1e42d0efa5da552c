"""Faults as JSON, there and back: what the control API reads and writes. Pure."""

import json
import re
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from emulator.errors import MisuseError
from model.faults import schemas
from model.faults.catalogue import BY_NAME
from model.faults.delays import Delay, ExponentialDelay, FixedDelay, UniformDelay
from model.faults.fault import Fault, Scope
from model.faults.kinds import NO_LIMIT, Kind
from model.faults.registry import FaultRecord, Firing

_SHOWN_CHARACTERS: Final = 100
_PUT_BODY: Final = Draft202012Validator(schemas.PUT_BODY)


class RefusedError(MisuseError):
    """What was sent is not what is expected. It says where, what is there, and what is expected."""


def account_id_in(text: str) -> str:
    """Return an account's ID as it stands in a path. Raises RefusedError."""
    return _checked("account ID", text, schemas.ACCOUNT_ID)


def name_in(text: str) -> str:
    """Return a fault's name as it stands in a path. Raises RefusedError."""
    return _checked("name", text, schemas.NAME)


def firings_wanted(query: Mapping[str, str]) -> tuple[int, int]:
    """Return from which number on, and how many firings a query asks for. Raises RefusedError."""
    if unknown := query.keys() - {"after", "most"}:
        raise RefusedError(f"query: {_shown(min(unknown))} is there, after and most are expected")
    return _number(query, "after", schemas.AFTER), _number(query, "most", schemas.MOST)


def fault_in(body: bytes, account_id: str, name: str) -> Fault:
    """Return the fault that a body describes, what it leaves out filled in.

    Raises:
        RefusedError: it describes none.
    """
    definition = _json(body)
    _check("body", definition, _PUT_BODY)
    kind = BY_NAME[definition["kind"]]
    rate = definition.get("rate")
    return Fault(
        account_id=account_id,
        name=name,
        kind=kind,
        seed=int(definition.get("seed", 0)),  # 7.0 is a whole number too, and would make other draws than 7
        rate=kind.rate if rate is None else rate,
        ttl_s=definition.get("ttl_s", schemas.DEFAULT_TTL_S),
        times=int(definition.get("times", kind.times)),
        limit=int(definition.get("limit", NO_LIMIT)),
        scope=_scope(definition.get("scope", {}), kind),
        delay=_delay(definition.get("delay"), kind),
    )


def fault_to_json(record: FaultRecord, remaining_s: float | None) -> dict[str, Any]:
    """Return a fault with what became of it."""
    fault = record.fault
    return {
        "account_id": fault.account_id,
        "name": fault.name,
        "kind": fault.kind.name,
        "seed": fault.seed,
        "rate": fault.rate,
        "times": fault.times,
        "limit": fault.limit,
        "ttl_s": fault.ttl_s,
        "scope": {
            "operations": sorted(fault.scope.operations),
            "resources": sorted(fault.scope.resources),
            "flows": None if fault.scope.flows is None else list(fault.scope.flows),
        },
        "delay": delay_to_json(fault.delay),
        "place": fault.kind.place.value,
        "state": record.state,
        "eligible": record.eligible,
        "fired": record.fired,
        "set_at_s": record.set_at_s,
        "ended_at_s": record.ended_at_s,
        "expires_in_s": remaining_s,
    }


def firing_to_json(firing: Firing) -> dict[str, Any]:
    """Return a hit."""
    thing = firing.thing
    return {
        "number": firing.number,
        "at_s": firing.at_s,
        "identity": thing.identity.key,
        "flow": thing.identity.flow,
        "operation": thing.operation,
        "resource": thing.resource,
        "attempt": firing.attempt,
        "delay_ms": firing.delay_ms,
    }


def kind_to_json(kind: Kind) -> dict[str, Any]:
    """Return a kind as the catalogue has it."""
    return {
        "name": kind.name,
        "place": kind.place.value,
        "what": kind.what,
        "rate": kind.rate,
        "times": kind.times,
        "delay": delay_to_json(kind.delay),
        "operations": sorted(kind.operations),
    }


def delay_to_json(delay: Delay | None) -> dict[str, float] | None:
    """Return a delay by its bounds or its mean."""
    return None if delay is None else {field.name: getattr(delay, field.name) for field in fields(delay)}


def _scope(scope: Mapping[str, Any], kind: Kind) -> Scope:
    operations = scope.get("operations", [])
    for number, operation in enumerate(operations):
        _check_operation(f"scope.operations[{number}]", operation, kind)
    flows = scope.get("flows")
    if flows is not None and flows[0] > flows[1]:
        raise RefusedError(f"scope.flows: {_shown(flows)} is there, the first and then the last number are expected")
    first_and_last = None if flows is None else (int(flows[0]), int(flows[1]))
    return Scope(frozenset(operations), frozenset(scope.get("resources", [])), first_and_last)


def _check_operation(where: str, operation: str, kind: Kind) -> None:
    if kind.knows(operation):
        return
    known = kind.known_operations
    if known is None:
        expected = "a method and a path are expected, as the API declares them: POST /users"
    else:
        expected = f"one of {', '.join(sorted(known))} is expected" if known else f"{kind.name} has no operations"
    raise RefusedError(f"{where}: {_shown(operation)} is there, {expected}")


def _delay(delay: Mapping[str, float] | None, kind: Kind) -> Delay | None:
    if delay is None:
        return kind.delay
    if kind.delay is None:
        raise RefusedError(f"delay: {_shown(delay)} is there, none is expected: {kind.name} has nothing to wait for")
    match delay:
        case {"fixed_ms": fixed_ms}:
            return FixedDelay(fixed_ms)
        case {"mean_ms": mean_ms, "most_ms": most_ms}:
            return ExponentialDelay(mean_ms, most_ms)
    if delay["least_ms"] > delay["most_ms"]:
        raise RefusedError(f"delay: {_shown(delay)} is there, a least_ms of at most most_ms is expected")
    return UniformDelay(delay["least_ms"], delay["most_ms"])


def _json(body: bytes) -> Any:
    try:
        return json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        what = _shown(body.decode(errors="replace")) if body else "nothing"
        raise RefusedError(f"body: {what} is there, a JSON object is expected") from error


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _number(query: Mapping[str, str], name: str, schema: schemas.Schema) -> int:
    text = query.get(name)
    if text is None:
        return int(schema["default"])
    # 19 digits: as many as the largest number of a schema has.
    number = int(text) if re.fullmatch("[0-9]{1,19}", text) else None
    if number is None or not schema["minimum"] <= number <= schema["maximum"]:
        raise RefusedError(f"query, {name}: {_shown(text)} is there, {schema['description']} is expected")
    return number


def _checked(where: str, text: str, schema: schemas.Schema) -> str:
    # A pattern's $ would let a line break pass at the end.
    if not re.fullmatch(schema["pattern"].strip("^$"), text):
        raise RefusedError(f"{where}: {_shown(text)} is there, {schema['description']} is expected")
    return text


def _check(where: str, value: Any, validator: Draft202012Validator) -> None:
    error = min(validator.iter_errors(value), key=_order, default=None)
    if error is not None:
        raise RefusedError(_words(where, error))


def _order(error: ValidationError) -> tuple[str, bool]:
    """A name that is not known comes before one that is missing: that may be why it is."""
    return error.json_path, error.validator == "required"


def _words(body: str, error: ValidationError) -> str:
    where = error.json_path.removeprefix("$").removeprefix(".") or body
    schema: Any = error.schema
    value: Any = error.instance
    if error.validator == "additionalProperties":
        known = schema["properties"]
        unknown = next(name for name in value if name not in known)
        return f"{where}: {_shown(unknown)} is there, only {', '.join(known)} are expected"
    if error.validator == "required":
        missing = next(name for name in schema["required"] if name not in value)
        return f"{where}: no {missing} is there, {schema['properties'][missing]['description']} is expected"
    return f"{where}: {_shown(value)} is there, {schema['description']} is expected"


def _shown(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}..."
