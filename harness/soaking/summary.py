"""What all rounds amount to: each kind's hits, what proved nothing, and the verdict. Pure."""

import enum
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from harness.checking.evidence_text import counted
from harness.soaking.rounds import Round
from harness.verdicts import Verdict, VerdictWord


class Ended(enum.StrEnum):
    """Why no more rounds were made."""

    OUT_OF_TIME = "the time was over"
    ENOUGH = "that were all that were asked for"
    INTERRUPTED = "interrupted"
    FAILED = "no round could be made any more"


@dataclass(frozen=True, slots=True)
class KindSummary:
    """What came of one kind of fault, in all rounds."""

    kind: str
    rounds: int
    """Those in which it was set."""
    eligible: int
    fired: int
    verdicts: Counter[VerdictWord]
    """Of those rounds."""

    @property
    def proved_nothing(self) -> bool:
        """Whether it hit nothing, so that nobody knows how the stack takes it."""
        return not self.fired


@dataclass(frozen=True, slots=True)
class SoakResult:
    """All rounds."""

    seed: int
    kinds: tuple[str, ...]
    """All that were in the deck."""
    rounds: tuple[Round, ...]
    ended: Ended
    duration_s: float

    @property
    def flows(self) -> int:
        """How many were asked for in all."""
        return sum(each.workload.asked for each in self.rounds)

    @property
    def words(self) -> Counter[VerdictWord]:
        """How many rounds came to each verdict."""
        return Counter(each.verdict.word for each in self.rounds)

    @property
    def not_valid(self) -> tuple[Round, ...]:
        """The rounds that are worth a look."""
        return tuple(each for each in self.rounds if each.verdict.word is not VerdictWord.VALID)

    def of_kinds(self) -> tuple[KindSummary, ...]:
        """Return what came of each kind, in the order of the deck."""
        return tuple(_of_kind(kind, self.rounds) for kind in self.kinds)

    @property
    def verdict(self) -> Verdict:
        """Valid only where each round is, and each kind hit something: what never did proved nothing."""
        words = self.words
        parts = [
            f"{words[word]} of {counted(len(self.rounds), 'rounds')} {word}" for word in words or [VerdictWord.VALID]
        ]
        said = f"{', '.join(parts)}; {counted(self.flows, 'flows')} in {self.duration_s:.0f} s"
        if words[VerdictWord.INVALID]:
            return Verdict(VerdictWord.INVALID, said)
        if unproved := _unproved(self.of_kinds()):
            return Verdict(VerdictWord.UNKNOWN, f"{said}; proved nothing: {unproved}")
        if words[VerdictWord.UNKNOWN]:
            return Verdict(VerdictWord.UNKNOWN, said)
        return Verdict(
            VerdictWord.VALID, f"{said}; each of {counted(len(self.kinds), 'kinds')} of faults hit something"
        )


def _unproved(kinds: Sequence[KindSummary]) -> str:
    """Return which kinds proved nothing, and why; nothing where all of them proved something."""
    in_vain = [f"{each.kind} hit none of {each.eligible}" for each in kinds if each.proved_nothing and each.rounds]
    without_turn = [each.kind for each in kinds if not each.rounds]
    never = [f"the turn of {', '.join(without_turn)} did not come"] if without_turn else []
    return "; ".join([*in_vain, *never])


def _of_kind(kind: str, rounds: Sequence[Round]) -> KindSummary:
    faults = [(fault, each.verdict.word) for each in rounds for fault in each.faults if fault.kind == kind]
    return KindSummary(
        kind,
        len(faults),
        sum(fault.eligible or 0 for fault, _ in faults),
        sum(fault.fired or 0 for fault, _ in faults),
        Counter(word for _, word in faults),
    )
