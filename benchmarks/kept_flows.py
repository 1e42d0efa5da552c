"""Drives flows and keeps all that happened in memory: for benchmarks, whose flows are few."""

from collections import defaultdict

from harness.callers import ANYBODY, Callers
from harness.driving.aiohttp_transport import AiohttpTransport
from harness.driving.driver import drive
from harness.history import FlowHistory
from harness.history.recorder import Invocation
from harness.operations import FlowEnding, Operation
from harness.running.event_loop import run_loop
from harness.workload import FlowPlan, Workload


class FlowKeeper:
    """Keeps every flow. It implements `harness.history.recorder.Recorder`."""

    def __init__(self) -> None:
        self.flows: list[FlowHistory] = []
        """Those that ended, in the order in which they did."""
        self._plans: dict[int, FlowPlan] = {}
        self._operations: defaultdict[int, list[Operation]] = defaultdict(list)

    def flow_begins(self, plan: FlowPlan) -> None:
        """See `Recorder`."""
        self._plans[plan.number] = plan

    def call_begins(self, invocation: Invocation) -> None:
        """See `Recorder`."""

    def call_ended(self, invocation: Invocation, operation: Operation) -> None:
        """See `Recorder`."""
        self._operations[invocation.flow].append(operation)

    def flow_ended(self, flow: int, ending: FlowEnding, reason: str) -> None:
        """See `Recorder`."""
        plan, operations = self._plans.pop(flow), tuple(self._operations.pop(flow, ()))
        self.flows.append(FlowHistory(flow, plan.payload, plan.acceptable, operations, ending, reason))

    def flow_not_started(self, flow: int, scheduled_s: float) -> None:
        """See `Recorder`."""


def drive_and_keep(workload: Workload, api_url: str, connections: int, callers: Callers = ANYBODY) -> list[FlowHistory]:
    """Drive a workload to its end, and return its flows in the order in which they ended."""
    keeper = FlowKeeper()

    async def driving() -> None:
        async with AiohttpTransport(connections) as transport:
            await drive(workload, transport, api_url, keeper, callers=callers)

    run_loop(driving())
    return keeper.flows
