"""How a run stands while it goes on: counts and quantiles, in memory bounded by the flows in flight."""

from collections import Counter
from dataclasses import dataclass
from typing import Final

from harness.history.recorder import Invocation
from harness.operations import FlowEnding, Meaning, Operation, OperationKind, Outcome
from harness.timing.errors import is_error
from harness.timing.statistics import Durations, Quantiles
from harness.workload import FlowPlan

KEPT_REASONS: Final = 10


@dataclass(frozen=True, slots=True)
class Progress:
    """How a run stands."""

    asked: int
    begun: int
    not_started: int
    """Flows of an open loop that were due, and one too many."""
    endings: dict[FlowEnding, int]
    calls: int
    """Calls that ended."""
    errors: int
    """Of these, the ones that were not *ok* and should have been: a rejected create that had to be is none."""
    duration_s: float
    """From the first call's start to the last call's end."""
    create: Quantiles
    visible: Quantiles
    """From when a create was meant to be made to the end of the first poll that saw it."""

    @property
    def ended(self) -> int:
        """How many flows ended."""
        return sum(self.endings.values())

    @property
    def in_flight(self) -> int:
        """How many flows there are at the moment."""
        return self.begun - self.ended

    @property
    def completed(self) -> int:
        """How many flows completed."""
        return self.endings[FlowEnding.COMPLETED]

    @property
    def flows_per_s(self) -> float:
        """Completed flows a second so far; 0 before the first."""
        return self.completed / self.duration_s if self.duration_s else 0.0


class LiveCounts:
    """Counts what it hears. It implements `harness.history.recorder.Recorder`.

    Args:
        asked: how many flows the run is to make.
    """

    def __init__(self, asked: int) -> None:
        self.reasons: list[str] = []
        """Why the first flows that failed or were not answered did not complete."""
        self._asked = asked
        self._begun = 0
        self._not_started = 0
        self._endings: Counter[FlowEnding] = Counter()
        self._calls = 0
        self._errors = 0
        self._first_s = float("inf")
        self._last_s = float("-inf")
        self._create = Durations()
        self._visible = Durations()
        self._acceptable: dict[int, bool] = {}
        """Of flows in flight: whether their create must be accepted."""
        self._created_s: dict[int, float] = {}
        """Of flows in flight that are not visible yet: when their create was meant to be made."""

    def progress(self) -> Progress:
        """Return how the run stands now."""
        return Progress(
            asked=self._asked,
            begun=self._begun,
            not_started=self._not_started,
            endings={ending: self._endings[ending] for ending in FlowEnding},
            calls=self._calls,
            errors=self._errors,
            duration_s=max(0.0, self._last_s - self._first_s),
            create=self._create.quantiles(),
            visible=self._visible.quantiles(),
        )

    def flow_begins(self, plan: FlowPlan) -> None:
        """See `Recorder`."""
        self._begun += 1
        self._acceptable[plan.number] = plan.acceptable

    def call_begins(self, invocation: Invocation) -> None:
        """See `Recorder`."""
        self._first_s = min(self._first_s, invocation.started_s)
        if invocation.kind is OperationKind.CREATE:
            self._created_s[invocation.flow] = invocation.scheduled_s

    def call_ended(self, invocation: Invocation, operation: Operation) -> None:
        """See `Recorder`."""
        self._calls += 1
        self._last_s = max(self._last_s, operation.ended_s)
        if operation.outcome is not Outcome.OK:
            self._errors += is_error(operation, acceptable=self._acceptable[invocation.flow])
        elif operation.kind is OperationKind.CREATE:
            self._create.record(operation.ended_s - operation.scheduled_s)
        elif operation.meaning is Meaning.VISIBLE and invocation.flow in self._created_s:
            self._visible.record(operation.ended_s - self._created_s.pop(invocation.flow))

    def flow_ended(self, flow: int, ending: FlowEnding, reason: str) -> None:
        """See `Recorder`."""
        self._endings[ending] += 1
        self._created_s.pop(flow, None)
        self._acceptable.pop(flow, None)
        is_failure = ending in {FlowEnding.FAILED, FlowEnding.UNREACHABLE}
        if is_failure and len(self.reasons) < KEPT_REASONS:
            self.reasons.append(reason)

    def flow_not_started(self, flow: int, scheduled_s: float) -> None:  # noqa: ARG002  - the count is enough here
        """See `Recorder`."""
        self._not_started += 1
