"""What a run does, as a value: which flows, when, with what payloads, how polled. No I/O, no clock.

Equal workloads send the same bytes, whatever the concurrency: everything about flow n derives from the seed and n.
The parts are values too: `arrival`, `payloads`, `polling`; `document` writes a workload to JSON and reads it back.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from harness.callers import Auth
from harness.faults import Fault
from harness.shape import ApiShape
from harness.shape.users import USERS_API
from harness.workload.arrival import Arrival, ClosedLoop
from harness.workload.payloads import PayloadMix, make_payload
from harness.workload.polling import FixedInterval, Polling
from harness.workload.unauthorized_callers import way_of


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How long is too long, in seconds."""

    call_timeout_s: float = 10
    """For one call, and never more than what is left of the flow's time."""
    flow_timeout_s: float = 60
    """From the moment a flow is meant to start to its end."""
    visible_within_s: float = 30
    """The agreed bound: a create is visible at most this long after it was accepted."""
    quiet_timeout_s: float = 60
    """How long the final observation waits for the queue to be empty, after the last flow."""


@dataclass(frozen=True, slots=True)
class FlowPlan:
    """One flow to make."""

    number: int
    """From 0."""
    payload: Mapping[str, Any]
    """The create's JSON body."""
    acceptable: bool
    """Whether the API must accept it; one that is not must be rejected and leave no trace."""
    stranger: str | None = None
    """What is wrong with its caller, who must be refused; None: nothing."""


@dataclass(frozen=True, slots=True)
class Workload:
    """Flows to make."""

    seed: int
    flows: int
    arrival: Arrival = field(default_factory=ClosedLoop)
    payloads: PayloadMix = field(default_factory=PayloadMix)
    polling: Polling = field(default_factory=FixedInterval)
    deadlines: Deadlines = field(default_factory=Deadlines)
    confirming_polls: int = 1
    """Polls after the retrieve, which must still say the same: what was visible stays visible."""
    poison: int = 0
    """Messages that hold no user, sent to the queue past the API before the flows: the dead-letter queue's own test."""
    warm_up_s: float = 0
    """Calls meant to start earlier than this are judged like all others and left out of the figures."""
    shape: ApiShape = USERS_API
    faults: tuple[Fault, ...] = ()
    """What is broken on purpose. It depends on the seed, as the payloads do."""
    only_flows: tuple[int, ...] | None = None
    """The numbers of the flows to make, in their order; None: all `flows` of them. The others are left out as if they
    had never been asked for, and these are the same as ever."""

    auth: Auth = Auth.NONE
    """How the API knows who calls."""
    strangers: float = 0
    """Share of flows whose create is sent by somebody who may not, 0 to 1: it must be refused, and leave no trace."""

    def plans(self) -> Iterator[FlowPlan]:
        """Return every flow in order, each made when it is asked for."""
        return (self.plan(number) for number in self.flow_numbers())

    def flow_numbers(self) -> Sequence[int]:
        """Return the numbers of all flows that are to be made."""
        return range(self.flows) if self.only_flows is None else self.only_flows

    @property
    def asked(self) -> int:
        """How many flows are to be made."""
        return len(self.flow_numbers())

    def plan(self, number: int) -> FlowPlan:
        """Return one flow, which any flow can be made again by."""
        stranger = way_of(self.auth, self.strangers, self.seed, number)
        # What an unauthorized caller sends is valid: only its caller is a reason to refuse it.
        mix = replace(self.payloads, invalid_share=0) if stranger else self.payloads
        payload, acceptable = make_payload(self.shape, mix, self.seed, number)
        return FlowPlan(number, payload, acceptable and stranger is None, stranger)
