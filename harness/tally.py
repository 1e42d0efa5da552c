"""What a run amounts to so far: counts, durations and the first failures, in bounded memory."""

from collections import Counter
from typing import Final

from harness.flow import FlowEnding, FlowResult
from harness.operations import Operation, OperationKind, Outcome
from harness.statistics import Durations, Quantiles

KEPT_FAILURES: Final = 10


class Tally:
    """Takes the results of flows one by one, as they end.

    Args:
        asked: how many flows the run is to make.
    """

    def __init__(self, asked: int) -> None:
        self.asked = asked
        self.failures: list[FlowResult] = []
        """The first flows that did not complete, except those that were interrupted."""
        self._endings: Counter[FlowEnding] = Counter()
        self._calls = {kind: Durations() for kind in OperationKind}
        self._reads = Durations()
        self._visible_lower = Durations()
        self._visible_upper = Durations()
        self._first_s = float("inf")
        self._last_s = float("-inf")

    @property
    def completed(self) -> int:
        """How many flows completed."""
        return self._endings[FlowEnding.COMPLETED]

    def ended(self, ending: FlowEnding) -> int:
        """Return how many flows ended like this."""
        return self._endings[ending]

    @property
    def not_started(self) -> int:
        """How many flows of those asked for were never begun."""
        return self.asked - self._endings.total()

    @property
    def duration_s(self) -> float:
        """From the first call's start to the last call's end."""
        return max(0.0, self._last_s - self._first_s)

    def add(self, result: FlowResult) -> None:
        """Count one flow, however it ended."""
        self._endings[result.ending] += 1
        for operation in result.operations:
            self._time(operation)
        if result.visible:
            self._visible_lower.record(result.visible.lower_s)
            self._visible_upper.record(result.visible.upper_s)
        is_failure = result.ending in {FlowEnding.FAILED, FlowEnding.UNREACHABLE}
        if is_failure and len(self.failures) < KEPT_FAILURES:
            self.failures.append(result)

    def _time(self, operation: Operation) -> None:
        """Time a call from when it was meant to start, if it was answered."""
        self._first_s = min(self._first_s, operation.scheduled_s)
        self._last_s = max(self._last_s, operation.ended_s)
        if operation.outcome is not Outcome.OK:
            return
        duration_s = operation.ended_s - operation.scheduled_s
        self._calls[operation.kind].record(duration_s)
        if operation.kind is not OperationKind.CREATE:
            self._reads.record(duration_s)

    def timings(self) -> dict[str, Quantiles]:
        """Return the quantiles of each kind of call that was *ok*, and of both bounds of visibility."""
        return {
            "create": self._calls[OperationKind.CREATE].quantiles(),
            "visible_lower": self._visible_lower.quantiles(),
            "visible_upper": self._visible_upper.quantiles(),
            "status": self._calls[OperationKind.STATUS].quantiles(),
            "retrieve": self._calls[OperationKind.RETRIEVE].quantiles(),
            "get": self._reads.quantiles(),
        }
