"""How a person writes faults: `gsi-lag,crashes`, or `duplicates rate=0.2 delay=0ms-2s flows=0-99`. Pure.

Words are taken apart as a shell does it, so that a value can hold spaces: `api-500 operations='POST /users'`.
"""

import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any, Final

from harness.durations import DURATION, duration_s, in_seconds
from harness.errors import MisuseError
from harness.faults import Fault, FlowRange
from harness.faults.catalogue import kind_named, usual_fault
from harness.faults.ranges import check_fault
from model.faults.delays import Delay, ExponentialDelay, FixedDelay, UniformDelay


@dataclass(frozen=True, slots=True)
class _Share:
    """A share of the flows, from 0 to 1."""

    of: float


def faults_of_kinds(text: str) -> tuple[Fault, ...]:
    """Return a fault of each kind that a text names, with commas between them.

    Raises:
        MisuseError: it names what is no kind, or none.
    """
    names = [part.strip() for part in text.split(",") if part.strip()]
    if not names:
        raise MisuseError(f"{text!a} names no fault; give kinds, like gsi-lag,duplicates")
    return tuple(usual_fault(kind_named(name)) for name in dict.fromkeys(names))


def fault_in_words(text: str) -> Fault:
    """Return the fault that a text describes: a kind, and what is not as the catalogue has it.

    Raises:
        MisuseError: it describes none; the text says which word is wrong, and what it should be like.
    """
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise MisuseError(f"{text!a}: {error}; close the quotation") from error
    if not words:
        raise MisuseError("a fault is empty; begin with its kind, like duplicates rate=0.2")
    return fault_of_words(words[0], words[1:])


def fault_of_words(kind: str, words: list[str]) -> Fault:
    """Return the fault of a kind and of words like `rate=0.2`.

    Raises:
        MisuseError: see `fault_in_words`.
    """
    changes: dict[str, Any] = {}
    fault = usual_fault(kind_named(kind))
    for word in words:
        name, sign, value = word.partition("=")
        if not sign or name not in _READERS:
            raise MisuseError(f"{kind}: {word!a} is not known; {_nearest(name)}")
        member, like, read = _READERS[name]
        if member in changes:
            raise MisuseError(f"{kind}: {name} is there twice; give it once")
        if (read_value := read(value)) is None:
            raise MisuseError(f"{kind}: {name}={ascii(value)[1:-1]} is not like {like}")
        changes |= _begins(read_value) if name == "from" else {member: read_value}
    fault = replace(fault, **changes)
    check_fault(fault, kind)
    return fault


def _nearest(name: str) -> str:
    nearest = get_close_matches(name, _READERS, n=1)
    return f"did you mean {nearest[0]}=?" if nearest else f"there are {', '.join(f'{each}=' for each in _READERS)}"


def _moment(value: str) -> float | _Share | None:
    found = re.fullmatch(r"(\d{1,2})%", value)
    return _Share(int(found[1]) / 100) if found else duration_s(value)


def _begins(moment: float | _Share) -> Mapping[str, float]:
    """Return what a fault that begins then has: a time, or a share of the flows, and not what its kind has of both."""
    return {"from_s": 0, "from_flows": moment.of} if isinstance(moment, _Share) else {"from_s": moment, "from_flows": 0}


def _number(value: str) -> float | None:
    return float(value) if re.fullmatch(r"\d{1,9}(?:\.\d{1,9})?", value) else None


def _whole_number(value: str) -> int | None:
    return int(value) if re.fullmatch(r"\d{1,18}", value) else None


def _texts(value: str) -> frozenset[str] | None:
    return frozenset(part for part in value.split(",") if part) or None


def _flows(value: str) -> FlowRange | None:
    found = re.fullmatch(r"(\d{1,18})(?:-(\d{1,18}))?", value)
    return FlowRange(int(found[1]), int(found[2] or found[1])) if found else None


def _delay(value: str) -> Delay | None:
    if found := re.fullmatch(DURATION, value):
        return FixedDelay(_ms(found, 1))
    if found := re.fullmatch(f"{DURATION}-{DURATION}", value):
        return UniformDelay(_ms(found, 1), _ms(found, 3))
    if found := re.fullmatch(f"exponential:{DURATION}-{DURATION}", value):
        return ExponentialDelay(_ms(found, 1), _ms(found, 3))
    return None


def _ms(found: re.Match[str], group: int) -> float:
    return round(in_seconds(found[group], found[group + 1]) * 1000, 6)


type _Reader = tuple[str, str, Callable[[str], Any]]
"""The fault's member, what a value is like, and what reads one: None where it cannot."""

_READERS: Final[Mapping[str, _Reader]] = {
    "rate": ("rate", "0.2", _number),
    "times": ("times", "2", _whole_number),
    "limit": ("limit", "100", _whole_number),
    "delay": ("delay", "200ms, 0ms-2s or exponential:300ms-3s", _delay),
    "flows": ("flows", "7 or 0-99", _flows),
    "operations": ("operations", "PutItem,UpdateItem", _texts),
    "resources": ("resources", "queue-name,table-name", _texts),
    "from": ("from_s", "5s, or 33% (of the flows)", _moment),
    "for": ("for_s", "10s", duration_s),
    "every": ("every_s", "20s", duration_s),
    "name": ("name", "dup2", str),
}
