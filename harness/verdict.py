"""From a run's tally to its verdict. Pure: it guesses nothing, and says *unknown* where nothing is known."""

import enum
from dataclasses import dataclass

from harness.errors import ExitCode
from harness.flow import FlowEnding
from harness.tally import Tally


class VerdictWord(enum.StrEnum):
    """What can be said of a run."""

    VALID = "valid"
    """Every flow that was asked for completed."""
    INVALID = "invalid"
    """At least one flow shows that something is wrong."""
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


def judge(tally: Tally) -> Verdict:
    """Return the verdict on what was done."""
    of_asked = f"of {tally.asked} flows"
    failed = tally.ended(FlowEnding.FAILED)
    if failed:
        return Verdict(VerdictWord.INVALID, f"{failed} {of_asked} failed")
    if tally.asked and tally.completed == tally.asked:
        every_user = "every user came back exactly as it was sent"
        return Verdict(VerdictWord.VALID, f"{tally.completed} {of_asked} completed; {every_user}")
    others = {
        "not answered": tally.ended(FlowEnding.UNREACHABLE),
        "interrupted": tally.ended(FlowEnding.INTERRUPTED),
        "not started": tally.not_started,
    }
    rest = ", ".join(f"{count} {what}" for what, count in others.items() if count)
    return Verdict(VerdictWord.UNKNOWN, f"{tally.completed} {of_asked} completed, none failed, {rest}")
