"""What came of one round: what was set, what it hit, and the verdict. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.faults.descriptions import definition_in_words
from harness.history import FaultHistory
from harness.running.run import Run
from harness.verdicts import Verdict
from harness.workload import Workload
from harness.workload.descriptions import arrival_in_words


@dataclass(frozen=True, slots=True)
class RoundFault:
    """One fault of a round."""

    kind: str
    definition: Mapping[str, Any]
    """As the history has it."""
    eligible: int | None
    """How often it could have hit; None, as `fired`: the engine did not say."""
    fired: int | None

    @property
    def in_words(self) -> str:
        """What was set, and what it hit."""
        hit = "nobody knows what" if self.fired is None else f"{self.fired} of {self.eligible}"
        return f"{self.kind} ({definition_in_words(self.definition)}) hit {hit}"


@dataclass(frozen=True, slots=True)
class Round:
    """One round."""

    number: int
    """From 1."""
    run_id: str
    folder: Path | None
    """Where the run is kept; None: it is not."""
    workload: Workload
    faults: tuple[RoundFault, ...]
    verdict: Verdict
    duration_s: float
    """All of it: a clean stack, the flows, quiet, the judging."""

    @property
    def size_in_words(self) -> str:
        """How much it was."""
        return f"{self.workload.asked} flows, {arrival_in_words(self.workload.arrival)}"


def round_of(number: int, run: Run, workload: Workload, duration_s: float, folder: Path | None) -> Round:
    """Return what came of a run that was a round's.

    Args:
        number: the round's.
        run: the run.
        workload: what it was to do.
        duration_s: how long it took.
        folder: where the run is kept; None: it is not.
    """
    faults = tuple(map(_fault_of, run.history.faults))
    return Round(number, run.record.run_id, folder, workload, faults, run.verdict, duration_s)


def _fault_of(fault: FaultHistory) -> RoundFault:
    return RoundFault(fault.kind, fault.definition, fault.eligible, fault.fired)
