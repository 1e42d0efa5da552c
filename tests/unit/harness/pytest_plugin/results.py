"""Literal results of runs that nobody made."""

from harness.checking import CheckResult, Evidence
from harness.judging.results import Results
from harness.timing import Figures, FlowCounts
from harness.verdicts import ThresholdResult, Verdict, VerdictWord

FIGURES = Figures(
    duration_s=2,
    flows=FlowCounts(asked=5, completed=5, failed=0, unreachable=0, interrupted=0, not_started=0),
    flows_per_s=2.5,
    calls=20,
    calls_per_s=10,
    errors=0,
    warm_up_s=0,
    timings={},
    windows=(),
)
KEPT = CheckResult("rejected-left-no-trace", "Rejected creates left no trace.", VerdictWord.VALID, "1 rejected")
UNSEEN = CheckResult("dead-letters", "Only poison is dead-lettered.", VerdictWord.UNKNOWN, "nobody looked")
LOST = CheckResult(
    "no-create-lost",
    "No acknowledged create is lost.",
    VerdictWord.INVALID,
    "5 of 5 are nowhere",
    evidence=tuple(Evidence(f"message m{number} is nowhere", number) for number in range(4)),
    violations=5,
)
MISSED = ThresholdResult("visible.p99<2s", 2.5, VerdictWord.INVALID, "it was 2.5 s")

VALID = Results(Verdict(VerdictWord.VALID, "5 of 5 flows completed"), (KEPT,), (), FIGURES)
UNKNOWN = Results(Verdict(VerdictWord.UNKNOWN, "nobody looked"), (KEPT, UNSEEN), (), FIGURES)
INVALID = Results(
    Verdict(VerdictWord.INVALID, "1 check and 1 threshold failed"),
    (KEPT, UNSEEN, LOST),
    (MISSED,),
    FIGURES,
    notes=("abandoned: nobody answers",),
)
