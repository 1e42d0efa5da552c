"""What a run amounts to: the one value that the terminal, `results.json`, the report and JUnit are made of. No I/O."""

from dataclasses import dataclass

from harness.checking import CheckResult, VerdictWord
from harness.errors import ExitCode
from harness.timing import Figures


@dataclass(frozen=True, slots=True)
class Verdict:
    """The word, and why, in one line."""

    word: VerdictWord
    reason: str

    @property
    def exit_code(self) -> ExitCode:
        """What a run that was not interrupted exits with."""
        return {
            VerdictWord.VALID: ExitCode.VALID,
            VerdictWord.INVALID: ExitCode.INVALID,
            VerdictWord.UNKNOWN: ExitCode.UNKNOWN,
        }[self.word]


@dataclass(frozen=True, slots=True)
class ThresholdResult:
    """One requirement on a figure."""

    text: str
    """As it was given, such as `visible.p99<2s`."""
    measured: float | None
    """In the unit of the requirement; None: there was nothing to measure, which is *unknown*."""
    verdict: VerdictWord
    reason: str


@dataclass(frozen=True, slots=True)
class Results:
    """All that is said of a run."""

    verdict: Verdict
    checks: tuple[CheckResult, ...]
    thresholds: tuple[ThresholdResult, ...]
    figures: Figures
    notes: tuple[str, ...] = ()
    """What a reader of the verdict should know: where the history was cut off, what was abandoned and why."""
