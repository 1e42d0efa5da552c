"""The form of what the control API takes and gives, as JSON Schema. Pure.

Each schema's description says what is expected, so that an error can say it too.
"""

from collections.abc import Iterable
from typing import Any, Final

from model.faults.catalogue import ENGINE_KINDS
from model.faults.delays import LONGEST_MS
from model.faults.kinds import EVERY_ATTEMPT, NO_LIMIT, Place
from model.faults.registry import ACTIVE, EXPIRED, HEALED, LIMITED

type Schema = dict[str, Any]

LONGEST_TTL_S: Final = 3600
DEFAULT_TTL_S: Final = 60
MOST_FIRINGS: Final = 10_000
DEFAULT_FIRINGS: Final = 1000
MOST_LIMIT: Final = 1_000_000_000
MOST_NAMES: Final = 1000
LONGEST_NAME: Final = 1024
"""Of an operation or a resource, in characters."""

ACCOUNT_ID: Final[Schema] = {
    "type": "string",
    "pattern": "^[0-9]{12}$",
    "description": "an account of twelve digits",
    "example": "000000000000",
}
NAME: Final[Schema] = {
    "type": "string",
    "pattern": "^[a-z0-9][a-z0-9-]{0,62}$",
    "description": "a name of 1 to 63 of a-z, 0-9 and - that does not begin with -",
    "example": "slow",
}
AFTER: Final[Schema] = {
    "type": "integer",
    "minimum": 0,
    "maximum": 2**63 - 1,
    "default": 0,
    "description": "a number from 0: of the first firing to return",
}
MOST: Final[Schema] = {
    "type": "integer",
    "minimum": 1,
    "maximum": MOST_FIRINGS,
    "default": DEFAULT_FIRINGS,
    "description": f"a number from 1 to {MOST_FIRINGS}: of firings to return",
}

_MS: Final[Schema] = {
    "type": "number",
    "minimum": 0,
    "maximum": LONGEST_MS,
    "description": f"milliseconds from 0 to {LONGEST_MS}",
}
_DELAYS: Final = (("fixed_ms",), ("least_ms", "most_ms"), ("mean_ms", "most_ms"))
_NAMES: Final[Schema] = {
    "type": "array",
    "maxItems": MOST_NAMES,
    "items": {
        "type": "string",
        "minLength": 1,
        "maxLength": LONGEST_NAME,
        "description": f"a name of 1 to {LONGEST_NAME} characters",
    },
}
_FLOW: Final[Schema] = {
    "type": "integer",
    "minimum": 0,
    "maximum": 2**64 - 1,
    "description": "the number of a flow, from 0",
}


def _object(properties: Schema, required: Iterable[str], description: str) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
        "description": description,
    }


_DELAY: Final[Schema] = {
    "oneOf": [
        *(_object(dict.fromkeys(names, _MS), names, f"an object of {' and '.join(names)}") for names in _DELAYS),
        {"type": "null"},
    ],
    "description": (
        '{"fixed_ms": N}, {"least_ms": N, "most_ms": M} (any between them) or {"mean_ms": N, "most_ms": M} '
        f"(exponential), each from 0 to {LONGEST_MS}"
    ),
}

_DEFINITION: Final[Schema] = {
    "kind": {
        "type": "string",
        "enum": [kind.name for kind in ENGINE_KINDS],
        "description": f"one of {', '.join(kind.name for kind in ENGINE_KINDS)}",
    },
    "seed": {
        "type": "integer",
        "minimum": 0,
        "maximum": 2**63 - 1,
        "default": 0,
        "description": "a whole number from 0 to 9223372036854775807, on which the draws depend",
    },
    "rate": {
        "type": "number",
        "minimum": 0,
        "maximum": 1,
        "description": "a number from 0 to 1: the share that is hit",
    },
    "times": {
        "type": "integer",
        "minimum": 1,
        "maximum": EVERY_ATTEMPT,
        "description": f"a number from 1 to {EVERY_ATTEMPT}: of attempts of each thing that are hit",
    },
    "limit": {
        "type": "integer",
        "minimum": 1,
        "maximum": MOST_LIMIT,
        "default": NO_LIMIT,
        "description": f"a number from 1 to {MOST_LIMIT}: of hits, after which it ends",
    },
    "ttl_s": {
        "type": "number",
        "exclusiveMinimum": 0,
        "maximum": LONGEST_TTL_S,
        "default": DEFAULT_TTL_S,
        "description": f"a number above 0 and up to {LONGEST_TTL_S}: of seconds, after which it heals by itself",
    },
    "scope": _object(
        {
            "operations": _NAMES | {"description": "a list of operations; empty: all that the kind can hit"},
            "resources": _NAMES | {"description": "a list of names of APIs (IDs), queues, functions or tables"},
            "flows": {
                "oneOf": [{"type": "array", "minItems": 2, "maxItems": 2, "items": _FLOW}, {"type": "null"}],
                "description": "a range of flows by its first and its last number, as [0, 99]",
            },
        },
        (),
        "an object of operations, resources and flows",
    ),
    "delay": _DELAY,
}

PUT_BODY: Final[Schema] = _object(_DEFINITION, ("kind",), "an object with a kind")

_COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
_TIME: Final[Schema] = {"type": "number", "description": "seconds of the Unix epoch"}
_PLACE: Final[Schema] = {"type": "string", "enum": [place.value for place in Place if place is not Place.RUN]}
_MAYBE_TIME: Final[Schema] = {"type": ["number", "null"]}

FAULT: Final[Schema] = _object(
    {
        "account_id": ACCOUNT_ID,
        "name": NAME,
        **_DEFINITION,
        "place": _PLACE,
        "state": {"type": "string", "enum": [ACTIVE, HEALED, EXPIRED, LIMITED]},
        "eligible": _COUNT | {"description": "how often it could have hit"},
        "fired": _COUNT | {"description": "how often it did"},
        "set_at_s": _TIME,
        "ended_at_s": _MAYBE_TIME | {"description": "seconds of the Unix epoch; null while it is active"},
        "expires_in_s": _MAYBE_TIME | {"description": "null once it has ended"},
    },
    (
        "account_id", "name", *_DEFINITION, "place", "state", "eligible", "fired", "set_at_s", "ended_at_s",
        "expires_in_s",
    ),
    "a fault as it was set, and what became of it",
)  # fmt: skip

_FIRING_FIELDS: Final[Schema] = {
    "number": _COUNT | {"description": "from 0, in the order in which the fault hit things"},
    "at_s": _TIME,
    "identity": {"type": "string", "description": "the same for the same thing in every run"},
    "flow": {"type": ["integer", "null"], "description": "the flow that it belongs to, if that is known"},
    "operation": {"type": "string"},
    "resource": {"type": "string"},
    "attempt": {"type": "integer", "minimum": 1, "description": "which of the thing's attempts it was"},
    "delay_ms": {"type": "number", "minimum": 0},
}
FIRING: Final[Schema] = _object(_FIRING_FIELDS, _FIRING_FIELDS, "a hit")

_KIND_FIELDS: Final[Schema] = {
    "name": {"type": "string"},
    "place": _PLACE,
    "what": {"type": "string", "description": "what it does to a thing that it hits"},
    "rate": {"type": "number", "description": "if nobody says"},
    "times": {"type": "integer", "description": "if nobody says"},
    "delay": _DELAY | {"description": "if nobody says; null: there is nothing to wait for"},
    "operations": {"type": "array", "items": {"type": "string"}, "description": "what it can hit; empty: anything"},
}
KIND: Final[Schema] = _object(_KIND_FIELDS, _KIND_FIELDS, "a kind of fault")

ERROR: Final[Schema] = _object({"message": {"type": "string"}}, ("message",), "where, what is there, what is expected")
