"""Rounds that nobody made."""

from pathlib import Path

from harness.faults.document import fault_to_json
from harness.faults.notation import fault_in_words
from harness.soaking.rounds import Round, RoundFault
from harness.soaking.summary import Ended, SoakResult
from harness.verdicts import Verdict, VerdictWord
from harness.workload import Workload
from harness.workload.arrival import ClosedLoop

KINDS = ("crashes", "gsi-lag")


def fault(text: str, eligible: int | None, fired: int | None) -> RoundFault:
    asked = fault_in_words(text)
    return RoundFault(asked.kind, fault_to_json(asked), eligible, fired)


CRASHES = fault("crashes rate=0.25", 100, 21)
LAG = fault("gsi-lag rate=0.5 delay=0ms-300ms", 80, 44)


def done(number: int, *faults: RoundFault, word: str = "valid") -> Round:
    """A round of 100 flows that took ten seconds; one that is not valid is kept."""
    workload = Workload(7, 100, ClosedLoop(8))
    folder = None if word == "valid" else Path(f"runs/run-{number}")
    verdict = Verdict(VerdictWord(word), f"why it is {word}")
    return Round(number, f"run-{number}", folder, workload, faults, verdict, 10.0)


def soak_result(*rounds: Round, ended: Ended = Ended.OUT_OF_TIME, kinds: tuple[str, ...] = KINDS) -> SoakResult:
    return SoakResult(7, kinds, rounds, ended, 33.3)
