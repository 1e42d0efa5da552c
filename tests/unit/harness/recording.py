"""A recorder that keeps all it hears, as a test wants to look at it."""

from harness.history import FlowHistory
from harness.history.recorder import Invocation
from harness.operations import FlowEnding, Operation
from harness.workload import FlowPlan


class KeepingRecorder:
    """Implements `harness.history.recorder.Recorder`, and insists that it hears of everything in its order."""

    def __init__(self) -> None:
        self.flows: list[FlowHistory] = []
        """Those that ended, in the order in which they did."""
        self.invocations: list[Invocation] = []
        self.not_started: list[tuple[int, float]] = []
        self._plans: dict[int, FlowPlan] = {}
        self._operations: dict[int, list[Operation]] = {}
        self._open: dict[int, Invocation] = {}

    def flow_begins(self, plan: FlowPlan) -> None:
        assert plan.number not in self._plans
        self._plans[plan.number] = plan
        self._operations[plan.number] = []

    def call_begins(self, invocation: Invocation) -> None:
        assert invocation.op == len(self.invocations)
        assert all(invocation.process != other.process for other in self._open.values())
        assert invocation.flow in self._operations
        self.invocations.append(invocation)
        self._open[invocation.op] = invocation

    def call_ended(self, invocation: Invocation, operation: Operation) -> None:
        assert self._open.pop(invocation.op) is invocation
        begun = (invocation.kind, invocation.scheduled_s, invocation.started_s, invocation.target)
        assert begun == (operation.kind, operation.scheduled_s, operation.started_s, operation.target)
        self._operations[invocation.flow].append(operation)

    def flow_ended(self, flow: int, ending: FlowEnding, reason: str) -> None:
        assert all(invocation.flow != flow for invocation in self._open.values())
        plan = self._plans[flow]
        operations = tuple(self._operations.pop(flow))
        self.flows.append(FlowHistory(flow, plan.payload, plan.acceptable, operations, ending, reason))

    def flow_not_started(self, flow: int, scheduled_s: float) -> None:
        self.not_started.append((flow, scheduled_s))

    def ended(self, ending: FlowEnding) -> int:
        return sum(flow.ending is ending for flow in self.flows)
