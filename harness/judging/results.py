"""What a run amounts to: the one value that the terminal, `results.json`, the report and JUnit are made of. No I/O."""

from dataclasses import dataclass

from harness.checking import CheckResult
from harness.timing import Figures
from harness.verdicts import ThresholdResult, Verdict


@dataclass(frozen=True, slots=True)
class Results:
    """All that is said of a run."""

    verdict: Verdict
    checks: tuple[CheckResult, ...]
    thresholds: tuple[ThresholdResult, ...]
    figures: Figures
    notes: tuple[str, ...] = ()
    """What a reader of the verdict should know: where the history was cut off, what was abandoned and why."""
