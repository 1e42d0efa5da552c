"""Which faults make sense: names, kinds, and what may be said of a kind. Pure; one line names what does not."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Final

from harness.errors import MisuseError
from harness.faults import Fault
from harness.faults.catalogue import kind_named
from model.faults.delays import LONGEST_MS, UniformDelay
from model.faults.kinds import EVERY_ATTEMPT, Kind
from model.faults.schemas import LONGEST_NAME, MOST_LIMIT, MOST_NAMES, NAME

MOST_FAULTS: Final = 100
LONGEST_S: Final = 3600
_LARGEST_SHARE: Final = 0.99
"""When all flows have ended, nothing begins any more."""
_MOST_FLOW: Final = 2**63 - 1

type _Range = tuple[str, float, float, float]
"""Where, the value, the least, the most."""


def check_faults(faults: Sequence[Fault], where: str) -> None:
    """Check every fault of a workload, and that each has a name of its own.

    Raises:
        MisuseError: something makes no sense.
    """
    if len(faults) > MOST_FAULTS:
        raise MisuseError(f"{where}: {MOST_FAULTS} at most are expected, not {len(faults):,}")
    for index, fault in enumerate(faults):
        check_fault(fault, f"{where}[{index}]")
    for name, count in Counter(fault.name for fault in faults).items():
        if count > 1:
            raise MisuseError(f"{where}: {count} are called {name}; give each a name of its own (name=...)")


def check_fault(fault: Fault, where: str) -> None:
    """Check one fault.

    Raises:
        MisuseError: something makes no sense.
    """
    kind = kind_named(fault.kind, f"{where}.kind")
    if not re.fullmatch(NAME["pattern"], fault.name):
        expected = "1 to 63 of a-z, 0-9 and - are expected, and no - at the begin"
        raise MisuseError(f"{where}.name: {expected}, not {fault.name!a}")
    for place, value, least, most in _ranges(fault):
        if not least <= value <= most:
            raise MisuseError(f"{where}.{place}: {least:,} to {most:,} is expected, not {value:,}")
    if fault.flows and fault.flows.first > fault.flows.last:
        what = f"the first and then the last number are expected, not {fault.flows.first}-{fault.flows.last}"
        raise MisuseError(f"{where}.flows: {what}")
    if kind.of_the_run:
        _check_of_the_run(fault, where)
    elif fault.from_flows or fault.every_s is not None:
        raise MisuseError(f"{where}: every= and a share of the flows as from= are for kills alone; leave them out")
    _check_delay(fault, kind, f"{where}.delay")
    _check_operations(fault, kind, f"{where}.operations")
    if any(not 0 < len(name) <= LONGEST_NAME for name in fault.resources) or len(fault.resources) > MOST_NAMES:
        expected = f"{MOST_NAMES:,} names of 1 to {LONGEST_NAME:,} characters at most are expected"
        raise MisuseError(f"{where}.resources: {expected}")


def _ranges(fault: Fault) -> Iterator[_Range]:
    yield "rate", fault.rate, 0, 1
    yield "times", fault.times, 1, EVERY_ATTEMPT
    yield "limit", fault.limit, 1, MOST_LIMIT
    yield "from_s", fault.from_s, 0, LONGEST_S
    yield "from_flows", fault.from_flows, 0, _LARGEST_SHARE
    for name, time_s in (("for_s", fault.for_s), ("every_s", fault.every_s)):
        if time_s is not None:
            yield name, time_s, 0.001, LONGEST_S
    if fault.flows:
        yield "flows.first", fault.flows.first, 0, _MOST_FLOW
        yield "flows.last", fault.flows.last, 0, _MOST_FLOW
    if fault.delay:
        for field in fields(fault.delay):
            yield f"delay.{field.name}", getattr(fault.delay, field.name), 0, LONGEST_MS


def _check_of_the_run(fault: Fault, where: str) -> None:
    """Check what is said of a fault that hits the engine as a whole: there is one, and no share of it."""
    usual = Fault(fault.kind, fault.name, rate=1)
    for word, member in _OF_THINGS.items():
        if getattr(fault, member) != getattr(usual, member):
            raise MisuseError(f"{where}: {fault.kind} hits the whole engine; leave {word}= out")
    if fault.from_s and fault.from_flows:
        raise MisuseError(f"{where}: from= is a time or a share of the flows; give one of from_s and from_flows")
    if fault.every_s is None and (fault.for_s is not None or fault.limit not in {1, usual.limit}):
        raise MisuseError(f"{where}: {fault.kind} comes once; for= and limit= need every=, like every=20s")


_OF_THINGS: Final = {"rate": "rate", "times": "times", "flows": "flows", "resources": "resources"}


def _check_delay(fault: Fault, kind: Kind, where: str) -> None:
    if kind.delay is None and fault.delay is not None:
        raise MisuseError(f"{where}: {kind.name} has nothing to wait for; leave the delay out")
    if kind.delay is not None and fault.delay is None:
        raise MisuseError(f"{where}: missing; {kind.name} needs one")
    if isinstance(fault.delay, UniformDelay) and fault.delay.least_ms > fault.delay.most_ms:
        delay = fault.delay
        raise MisuseError(f"{where}: the least comes first, not {delay.least_ms:g}ms-{delay.most_ms:g}ms")


def _check_operations(fault: Fault, kind: Kind, where: str) -> None:
    for operation in sorted(fault.operations):
        if kind.knows(operation):
            continue
        known = kind.known_operations
        if known is None:
            expected = "a method and a path are expected, as the API declares them (POST /users)"
        else:
            expected = f"one of {', '.join(sorted(known))} is expected" if known else f"{kind.name} has none"
        raise MisuseError(f"{where}: {expected}, not {operation!a}")
