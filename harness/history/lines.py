"""The form of a history's lines, as `harness.history.writer` has them: what must and what may be in each. Pure."""

import json
from collections.abc import Mapping
from typing import Any, Final, NoReturn

from harness.operations import FlowEnding, Meaning, OperationKind, Outcome

type Line = Mapping[str, Any]


class BrokenLineError(Exception):
    """A line that cannot be read. Its text says why, in one line."""


_NUMBER: Final = (int, float)
_ANSWERED: Final = (
    {"op": int, "flow": int, "process": int, "kind": str, "ended_s": _NUMBER, "meaning": str, "bytes": int},
    {
        "status": int,
        "request_id": str,
        "handle": str,
        "result_id": str,
        "document": dict,
        "body": str,
        "seen": str,
    },
)
_DEPTHS: Final = {"visible": int, "in_flight": int, "delayed": int}
_MESSAGE: Final = ({"message_id": str, "body": str}, {"receive_count": int})

_MEMBERS: Final[Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any]]]] = {
    "header": (
        {"format": str, "version": int, "asked": int, "observable": bool, "wall_clock_zero_s": _NUMBER},
        {"run_id": str, "seed": int, "caller": str},
    ),
    "flow": ({"flow": int, "payload": dict, "acceptable": bool}, {"stranger": str}),
    "invoke": (
        {"op": int, "flow": int, "process": int, "kind": str, "scheduled_s": _NUMBER, "started_s": _NUMBER},
        {"target": str},
    ),
    "ok": _ANSWERED,
    "fail": _ANSWERED,
    "info": _ANSWERED,
    "end": ({"flow": int, "ending": str, "reason": str}, {}),
    "not started": ({"flow": int, "scheduled_s": _NUMBER}, {}),
    "depths": ({"at_s": _NUMBER} | _DEPTHS, {"dead_lettered": int}),
    "server times": (
        {"handle": str},
        {"accepted_at_s": _NUMBER, "received_at_s": _NUMBER, "written_at_s": _NUMBER},
    ),
    "stored": ({"identity": str, "handle": str, "document": dict}, {}),
    "queued": _MESSAGE,
    "dead-lettered": _MESSAGE,
    "final": (
        {"quiet": bool, "waited_s": _NUMBER},
        {
            "depths": dict,
            "stored": int,
            "queued": int,
            "dead_lettered": int,
            "has_dead_letter_queue": bool,
            "max_receive_count": int,
            "visibility_timeout_s": _NUMBER,
            "poison_sent": list,
            "foreign_before": bool,
            "problems": list,
        },
    ),
    "fault": ({"fault": str, "fault_kind": str, "definition": dict}, {}),
    "fault period": ({"fault": str, "event": str, "at_s": _NUMBER}, {}),
    "fired": (
        {"fault": str, "at_s": _NUMBER, "identity": str, "operation": str, "attempt": int, "delay_s": _NUMBER},
        {"flow": int},
    ),
    "fault counts": ({"fault": str, "eligible": int, "fired": int}, {}),
    "note": ({"text": str}, {}),
    "finished": ({}, {}),
}
"""The members that each type of line must have, and those that it may have, with what they hold."""

_WORDS: Final[Mapping[str, frozenset[str]]] = {
    "kind": frozenset(OperationKind),
    "meaning": frozenset(Meaning),
    "ending": frozenset(FlowEnding),
    "event": frozenset({"began", "ended"}),
}
"""Members that hold one of a few words."""

ANSWERS: Final = frozenset(Outcome)
"""The types of the lines that tell how a call ended."""


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_decode: Final = json.JSONDecoder(parse_constant=_refuse_constant).decode


def parse_line(raw: bytes) -> Line:
    """Return a line's members, all of the kind that the form says. Members that it does not name are left alone.

    Raises:
        BrokenLineError: it is not such a line.
    """
    line = decode_line(raw)
    check_line(line)
    return line


def decode_line(raw: bytes) -> Line:
    """Return a line's members, whatever they are.

    Raises:
        BrokenLineError: it is not a JSON object in ASCII.
    """
    try:
        line = _decode(raw.decode("ascii"))
    except (ValueError, RecursionError):
        line = None
    if not isinstance(line, dict):
        raise BrokenLineError("it is not a JSON object in ASCII")
    return line


def check_line(line: Line) -> None:
    """Check that a line has the form of its type.

    Raises:
        BrokenLineError: it has not, or is of no type.
    """
    name = line.get("type")
    if not isinstance(name, str) or name not in _MEMBERS:
        raise BrokenLineError("it is none of the lines that a history has")
    check_members(line, *_MEMBERS[name])


def check_members(line: Line, must: Mapping[str, Any], may: Mapping[str, Any]) -> None:
    """Check what members hold.

    Raises:
        BrokenLineError: one that must be there is not, or one holds something else.
    """
    for name, kind in must.items():
        if name not in line or not _holds(line[name], kind, _WORDS.get(name)):
            raise BrokenLineError(f"its `{name}` is missing or wrong")
    for name, kind in may.items():
        if name in line and not _holds(line[name], kind, None):
            raise BrokenLineError(f"its `{name}` is wrong")


def _holds(value: Any, kind: Any, words: frozenset[str] | None) -> bool:
    if words is not None:
        return isinstance(value, str) and value in words
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def check_depths(depths: Line) -> None:
    """Check the depths within a `final` line.

    Raises:
        BrokenLineError: a member is missing or wrong.
    """
    check_members(depths, _DEPTHS, {"dead_lettered": int})
