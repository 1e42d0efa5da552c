"""What can be said of a claim, of a threshold and of a whole run: valid, invalid or unknown. No I/O."""

import enum
from dataclasses import dataclass

from harness.errors import ExitCode


class VerdictWord(enum.StrEnum):
    """What can be said."""

    VALID = "valid"
    INVALID = "invalid"
    """Something is shown to be wrong."""
    UNKNOWN = "unknown"
    """Nothing is shown to be wrong, and not everything is shown to be right."""


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
