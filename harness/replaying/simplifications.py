"""The ways in which a workload is made smaller, in their order. Pure.

Each takes a workload that fails and asks of smaller ones whether they do; it returns the smallest that it found, which
may be the one that it was given.
"""

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from typing import Any, Final

from harness.faults import Fault, FlowRange
from harness.replaying.delta import minimized
from harness.workload import Workload
from harness.workload.arrival import ClosedLoop
from harness.workload.payloads import PayloadMix
from model.faults.catalogue import KILLS

type Fails = Callable[[Workload], bool]
type Simplification = Callable[[Workload, Fails], Workload]

_MOST_CLIENTS: Final = 64
_FEW_FLOWS: Final = 8
"""Up to so many flows are asked one by one whether a fault is needed for them alone."""
_PLAIN: Final = PayloadMix(0, 0, 0, 0)


def fewer_flows(workload: Workload, fails: Fails) -> Workload:
    """Leave out flows. Those that stay keep their numbers, and with them their payloads and faults."""

    def with_flows(numbers: tuple[int, ...]) -> Workload:
        return replace(workload, only_flows=numbers)

    left = minimized(workload.flow_numbers(), lambda part: fails(with_flows(tuple(part))))
    return workload if len(left) == len(workload.flow_numbers()) else with_flows(tuple(left))


def fewer_faults(workload: Workload, fails: Fails) -> Workload:
    """Leave out faults: all of them, else as many as can be."""
    if not workload.faults:
        return workload
    if fails(without := replace(workload, faults=())):
        return without
    left = minimized(workload.faults, lambda part: fails(replace(workload, faults=tuple(part))))
    return replace(workload, faults=tuple(left))


def simpler_faults(workload: Workload, fails: Fails) -> Workload:
    """Say of each fault which flows it hits, instead of a share of them; make it hit once, and from the beginning."""
    for place in range(len(workload.faults)):
        for simplified in (_certain, _fewer_times, _without_time):

            def with_fault(fault: Fault, place: int = place, current: Workload = workload) -> Workload:
                return replace(current, faults=(*current.faults[:place], fault, *current.faults[place + 1 :]))

            candidates = map(with_fault, simplified(workload.faults[place], workload))
            workload = next(filter(fails, candidates), workload)
    return workload


def fewer_clients(workload: Workload, fails: Fails) -> Workload:
    """Make one flow after the other; else let as few clients make them at once as still show it."""
    flows, arrival = len(workload.flow_numbers()), workload.arrival
    clients = arrival.clients if isinstance(arrival, ClosedLoop) else _MOST_CLIENTS
    # More clients than flows are as many as flows.
    most = min(clients, flows)
    powers = (2**power for power in range(most.bit_length()) if 2**power < most)
    numbers = powers if isinstance(arrival, ClosedLoop) and clients == most else (*powers, most)
    candidates = (replace(workload, arrival=ClosedLoop(number)) for number in numbers)
    return next(filter(fails, candidates), workload)


def simpler_payloads(workload: Workload, fails: Fails) -> Workload:
    """Send plain texts only; else leave out what kinds of payloads can be left out."""
    if workload.payloads == _PLAIN:
        return workload
    if fails(plain := replace(workload, payloads=_PLAIN)):
        return plain
    for field in fields(PayloadMix):
        if getattr(workload.payloads, field.name):
            candidate = replace(workload, payloads=replace(workload.payloads, **{field.name: 0}))
            workload = candidate if fails(candidate) else workload
    return workload


def fewer_extras(workload: Workload, fails: Fails) -> Workload:
    """Leave out poison, the polls after the retrieve, and the warm-up."""
    for name, values in {"poison": (0, 1), "confirming_polls": (0, 1), "warm_up_s": (0,)}.items():
        lower: Iterator[dict[str, Any]] = ({name: value} for value in values if value < getattr(workload, name))
        candidates = [replace(workload, **change) for change in lower]
        workload = next(filter(fails, candidates), workload)
    return workload


SIMPLIFICATIONS: Final[tuple[Simplification, ...]] = (
    fewer_flows,
    fewer_faults,
    simpler_faults,
    fewer_clients,
    simpler_payloads,
    fewer_extras,
)


def _certain(fault: Fault, workload: Workload) -> Iterator[Fault]:
    """Return faults that hit all that they may, in as few flows as possible."""
    if fault.kind == KILLS:
        return  # it hits all flows there are
    numbers = workload.flow_numbers()
    if 1 < len(numbers) <= _FEW_FLOWS:
        yield from (replace(fault, rate=1.0, flows=FlowRange(number, number)) for number in numbers)
    if fault.rate < 1 or fault.flows is not None:
        yield replace(fault, rate=1.0, flows=None)
    if fault.rate < 1 and fault.flows is not None:
        yield replace(fault, rate=1.0)


def _fewer_times(fault: Fault, _workload: Workload) -> Iterator[Fault]:
    if fault.every_s is not None:
        yield replace(fault, every_s=None, for_s=None, limit=1)
    times = 1
    while times < fault.times:
        yield replace(fault, times=times)
        times *= 2


def _without_time(fault: Fault, _workload: Workload) -> Iterator[Fault]:
    # What ends everything has no use before anything began.
    if (fault.from_s or fault.for_s is not None) and fault.kind != KILLS:
        yield replace(fault, from_s=0, for_s=None)
