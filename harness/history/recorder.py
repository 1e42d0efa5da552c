"""What hears of a run as it happens: the history's file, the live counts, or both. The protocol; no I/O."""

from dataclasses import dataclass
from typing import Protocol

from harness.operations import FlowEnding, Operation, OperationKind
from harness.workload import FlowPlan


@dataclass(slots=True)
class Invocation:
    """A call that is about to be made."""

    op: int
    """From 0, in the order in which the calls of the run were made."""
    flow: int
    process: int
    """Who makes it: a client of a closed loop, a place of an open one. A process makes one call at a time."""
    kind: OperationKind
    scheduled_s: float
    started_s: float
    target: str | None
    """What is asked for: the handle of a status, the identity of a retrieve."""


class Recorder(Protocol):
    """Hears of everything in the order in which it happens, each at once. Whatever it raises ends the run."""

    def flow_begins(self, plan: FlowPlan) -> None:
        """Hear of a flow, before its first call."""
        ...

    def call_begins(self, invocation: Invocation) -> None:
        """Hear of a call, before it is made."""
        ...

    def call_ended(self, invocation: Invocation, operation: Operation) -> None:
        """Hear of the same call, however it ended."""
        ...

    def flow_ended(self, flow: int, ending: FlowEnding, reason: str) -> None:
        """Hear of a flow's end, after its last call."""
        ...

    def flow_not_started(self, flow: int, scheduled_s: float) -> None:
        """Hear of a flow of an open loop that was due, and one too many."""
        ...


class Recorders:
    """Several recorders as one, asked in their order."""

    def __init__(self, *recorders: Recorder) -> None:
        self._recorders = recorders

    def flow_begins(self, plan: FlowPlan) -> None:
        """See `Recorder`."""
        for recorder in self._recorders:
            recorder.flow_begins(plan)

    def call_begins(self, invocation: Invocation) -> None:
        """See `Recorder`."""
        for recorder in self._recorders:
            recorder.call_begins(invocation)

    def call_ended(self, invocation: Invocation, operation: Operation) -> None:
        """See `Recorder`."""
        for recorder in self._recorders:
            recorder.call_ended(invocation, operation)

    def flow_ended(self, flow: int, ending: FlowEnding, reason: str) -> None:
        """See `Recorder`."""
        for recorder in self._recorders:
            recorder.flow_ended(flow, ending, reason)

    def flow_not_started(self, flow: int, scheduled_s: float) -> None:
        """See `Recorder`."""
        for recorder in self._recorders:
            recorder.flow_not_started(flow, scheduled_s)
