"""What a fault looks like in JSON: the schemas by which requests are checked, and which the API's document shows."""

from typing import Any, Final

from emulator.faults.delays import LONGEST_MS
from emulator.faults.kinds import BY_NAME, Place
from emulator.faults.registry import ACTIVE, EXPIRED, HEALED, LIMITED

NAME_PATTERN: Final = "[a-z0-9][a-z0-9-]{0,62}"
ACCOUNT_PATTERN: Final = "[0-9]{12}"
LONGEST_TTL_S: Final = 3600
DEFAULT_TTL_S: Final = 60

type Schema = dict[str, Any]


def _object(required: tuple[str, ...], description: str = "", **properties: Schema) -> Schema:
    described = {"description": description} if description else {}
    members = {"properties": properties, "required": list(required), "additionalProperties": False}
    return {"type": "object", **described, **members}


def _number(least: float, most: float, description: str, kind: str = "number") -> Schema:
    return {"type": kind, "minimum": least, "maximum": most, "description": description}


def _texts(description: str) -> Schema:
    items = {"type": "string", "minLength": 1, "maxLength": 1024}
    return {"type": "array", "items": items, "maxItems": 100, "uniqueItems": True, "description": description}


_MILLISECONDS: Final = {"type": "number", "minimum": 0, "maximum": LONGEST_MS}

DELAY: Final[Schema] = {
    "description": "How long a thing that is hit waits: always as long, anything between two bounds, or mostly short.",
    "oneOf": [
        _object(("fixed_ms",), fixed_ms=_MILLISECONDS),
        _object(("least_ms", "most_ms"), least_ms=_MILLISECONDS, most_ms=_MILLISECONDS),
        _object(("mean_ms", "most_ms"), mean_ms=_MILLISECONDS, most_ms=_MILLISECONDS),
    ],
}

SCOPE: Final = _object(
    (),
    "What the fault may hit; what is left out asks for nothing.",
    operations=_texts("As the place names them: `POST /users`, `SendMessage`, `PutItem`."),
    resources=_texts("Names of queues, functions or tables, IDs of APIs."),
    flows={
        "type": "array",
        "prefixItems": [{"type": "integer", "minimum": 0}] * 2,
        "items": False,
        "minItems": 2,
        "maxItems": 2,
        "description": "The first and the last of a range of the harness's flows.",
    },
)

DEFINITION: Final = _object(
    ("kind",),
    "A fault to set.",
    kind={"enum": sorted(BY_NAME), "description": "What is broken; `GET /_emulator/faults/kinds` says what each does."},
    seed=_number(
        0, 2**63 - 1, "Which things are hit depends on it, and on the fault's name. 0 if left out.", "integer"
    ),
    rate=_number(0, 1, "The share of things that are hit. The kind's own if left out."),
    times=_number(1, 1_000_000, "How many attempts of each are hit: the first ones. 1 if left out.", "integer"),
    limit=_number(1, 1_000_000, "It hits no more than so many in all.", "integer"),
    ttl_s=_number(0.1, LONGEST_TTL_S, f"It heals so long after it was last set. {DEFAULT_TTL_S} if left out."),
    scope=SCOPE,
    delay=DELAY,
)

_OR_NULL: Final = {"type": ["number", "null"]}

FAULT: Final = _object(
    (
        "account_id", "name", "kind", "place", "seed", "rate", "times", "limit", "ttl_s", "scope", "delay",
        "state", "eligible", "fired", "set_at_s", "ended_at_s", "expires_in_s",
    ),
    "A fault with what became of it.",
    account_id={"type": "string", "pattern": f"^{ACCOUNT_PATTERN}$"},
    name={"type": "string", "pattern": f"^{NAME_PATTERN}$"},
    place={"enum": sorted(Place), "description": "Where in the engine it is injected."},
    **{name: schema for name, schema in DEFINITION["properties"].items() if name != "delay"},
    delay={"oneOf": [DELAY, {"type": "null"}]},
    state={"enum": [ACTIVE, HEALED, EXPIRED, LIMITED]},
    eligible={"type": "integer", "description": "How often it could have hit."},
    fired={"type": "integer", "description": "How often it did."},
    set_at_s={"type": "number", "description": "Seconds of the Unix epoch."},
    ended_at_s=_OR_NULL | {"description": "The same; null while it is active."},
    expires_in_s=_OR_NULL | {"description": "How long it lives if nobody sets it again; null when it has ended."},
)  # fmt: skip

FAULTS: Final = _object(("faults",), faults={"type": "array", "items": FAULT})

FIRING: Final = _object(
    ("number", "at_s", "identity", "flow", "operation", "resource", "attempt", "delay_ms"),
    "A fault that hit something.",
    number={"type": "integer", "description": "From 0, in the order in which it hit."},
    at_s={"type": "number", "description": "Seconds of the Unix epoch."},
    identity={"type": "string", "description": "What was hit: the same in every run."},
    flow={"type": ["integer", "null"], "description": "The harness's flow that it belongs to, if any is known."},
    operation={"type": "string"},
    resource={"type": "string"},
    attempt={"type": "integer"},
    delay_ms={"type": "number"},
)

FIRINGS: Final = _object(
    ("firings", "next"),
    firings={"type": "array", "items": FIRING},
    next={"type": "integer", "description": "What to ask for as `after` next."},
)

KIND: Final = _object(
    ("name", "place", "what", "rate", "delay", "operations"),
    name={"type": "string"},
    place={"enum": sorted(Place)},
    what={"type": "string"},
    rate={"type": "number"},
    delay={"oneOf": [DELAY, {"type": "null"}]},
    operations={"type": "array", "items": {"type": "string"}},
)

KINDS: Final = _object(("kinds",), kinds={"type": "array", "items": KIND})

ERROR: Final = _object(("message",), message={"type": "string"})
