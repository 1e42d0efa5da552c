"""What came of shrinking a run, for a person and for a program. No I/O."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.text import Text

from harness.checking.evidence_text import counted
from harness.replaying.regression_test import WrittenTest
from harness.replaying.shrinking import Ended, Shrunk
from harness.workload import Workload
from harness.workload.arrival import ClosedLoop
from model.faults.kinds import EVERY_ATTEMPT

_SHOWN_FLOWS: Final = 10


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it."""

    run_id: str
    """The original's."""
    original: Workload
    failure: frozenset[str]
    """What had to stay broken."""
    found: Shrunk
    folder: Path | None
    """Of the smallest run that failed; None: none did."""
    test: WrittenTest | None

    def as_text(self) -> RenderableType:
        """Return it for a person."""
        return Group(*self._lines())

    def as_json(self) -> dict[str, Any]:
        """Return it for a program."""
        smallest, test = self.found.smallest, self.test
        return {
            "shrunk": self.run_id,
            "broken": sorted(self.failure),
            "ended": self.found.ended,
            "attempts": self.found.attempts,
            "smallest": None if smallest is None or self.folder is None else _as_json(smallest, self.folder),
            "test": str(test.path) if test else None,
            "command": test.command if test else None,
        }

    def _lines(self) -> Iterator[Text]:
        attempts = counted(self.found.attempts, "attempts")
        smallest = self.found.smallest
        if smallest is None or self.folder is None:
            yield Text.assemble(("not shrunk", "bold yellow"), f": {self._why_nothing(attempts)}")
            return
        yield Text.assemble(
            (size_of(smallest), "bold red"), f": still broken: {', '.join(sorted(self.failure))}; {self.found.ended}"
        )
        yield Text(f"before: {size_of(self.original)}; it took {attempts}", style="dim")
        numbers = smallest.flow_numbers()
        more = f" and {len(numbers) - _SHOWN_FLOWS} more" if len(numbers) > _SHOWN_FLOWS else ""
        yield Text(f"flows: {', '.join(map(str, numbers[:_SHOWN_FLOWS]))}{more}")
        for fault in smallest.faults:
            attempts = "each attempt" if fault.times == EVERY_ATTEMPT else f"{counted(fault.times, 'attempts')} each"
            yield Text(f"fault: {fault.name}, {fault.rate:.0%} of what it may hit, {attempts}")
        yield Text(f"the run:  {self.folder}")
        if self.test:
            yield Text(f"the test: {self.test.path}")
            yield Text(f"to see it fail: {self.test.command}")

    def _why_nothing(self, attempts: str) -> str:
        match self.found.ended:
            case Ended.FAILS_NO_MORE:
                how_often = "`harness replay RUN --times 20` says how often it does"
                return f"run {self.run_id} does not fail any more, in {attempts}; {how_often}"
            case Ended.OUT_OF_TIME:
                return f"no run failed before the time was over, in {attempts}; give more of it: --within 30min"
            case _:
                return f"{self.found.ended}; no run failed until then, in {attempts}"


def size_of(workload: Workload) -> str:
    """Return how much a workload is, in a few words."""
    arrival = workload.arrival
    at_once = counted(arrival.clients, "clients") if isinstance(arrival, ClosedLoop) else "an open loop"
    return f"{counted(len(workload.flow_numbers()), 'flows')}, {counted(len(workload.faults), 'faults')}, {at_once}"


def _as_json(workload: Workload, folder: Path) -> dict[str, Any]:
    return {
        "run": folder.name,
        "folder": str(folder),
        "flows": list(workload.flow_numbers()),
        "faults": [fault.name for fault in workload.faults],
        "clients": workload.arrival.clients if isinstance(workload.arrival, ClosedLoop) else None,
    }
