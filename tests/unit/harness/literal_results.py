"""Literal results and records, that nobody measured."""

from dataclasses import replace

from harness.checking import CheckResult, Evidence
from harness.judging.results import Results
from harness.store.record import EngineRecord, GitRecord, RunRecord
from harness.timing import FaultFigures, FaultPeriod, FaultSummary, Figures, Recovery
from harness.timing.measure import measure
from harness.timing.statistics import Quantiles
from harness.verdicts import ThresholdResult, Verdict, VerdictWord
from tests.unit.harness.timing.histories import history, plain_flow

KEPT = CheckResult("rejected-left-no-trace", "Rejected creates leave no trace.", VerdictWord.VALID, "2 were rejected")
LOST = CheckResult(
    "no-create-lost",
    "No acknowledged create is lost.",
    VerdictWord.INVALID,
    "7 of 100 are nowhere",
    tuple(Evidence(f"message m-{number} is nowhere", number) for number in range(6)),
    violations=7,
)
UNSEEN = CheckResult("dead-letters-are-poison", "Only poison is dead.", VerdictWord.UNKNOWN, "nobody looked")
MISSED = ThresholdResult("visible.p99<2s", 2.5, VerdictWord.INVALID, "measured 2.5 s")
UNMEASURED = ThresholdResult("server_written.p50<1s", None, VerdictWord.UNKNOWN, "nothing was measured")
MET = ThresholdResult("errors<1%", 0.5, VerdictWord.VALID, "measured 0.5%")


def figures() -> Figures:
    return measure(history(plain_flow(0.0), plain_flow(0.3), asked=3, depths={0.1: 4}))


FAULT_FIGURES = FaultFigures(
    faults=(
        FaultSummary("gsi-lag", "gsi-lag", (FaultPeriod(0.0, 4.25),), 100, 100, 97),
        FaultSummary("deaths", "crashes", (FaultPeriod(1.0, 2.0), FaultPeriod(3.0, None)), None, None, 3),
        FaultSummary("late", "kills", (), 0, 0, 0),
    ),
    flows_hit=97,
    flows_not_hit=3,
    hit={"visible_upper": Quantiles(97, 400, 900, 1900, 1990, 2001.5)},
    not_hit={"visible_upper": Quantiles(3, 30, 31, 32, 32, 32)},
    level_ms=32.0,
    recoveries=(Recovery("deaths", 2.0, 0.75), Recovery("gsi-lag", 4.25, None, "nothing became visible after it")),
)


def with_faults(made: Results) -> Results:
    return replace(made, figures=replace(made.figures, faults=FAULT_FIGURES))


def results(*checks: CheckResult, thresholds: tuple[ThresholdResult, ...] = (), word: str = "invalid") -> Results:
    verdict = Verdict(VerdictWord(word), "because")
    return Results(verdict, checks or (KEPT, LOST, UNSEEN), thresholds, figures(), ("cut off in line 7",))


RECORD = RunRecord(
    run_id="20261123-220102123-kqzm",
    started_at="2026-11-23T22:01:02.123456+00:00",
    arguments=("run", "--flows", "3"),
    workload={"format": 1, "seed": 7, "flows": 3},
    api_url="http://127.0.0.1:4566/_aws/execute-api/abc/v1",
    engine=EngineRecord("embedded", "http://127.0.0.1:4566", "4.14.0", 4711),
    account="000000000000",
    region="us-east-1",
    stack_name="users-api",
    contract={"create": {"202": None}},
    thresholds=("visible.p99<2s",),
    deployment={"api_id": "abc", "changed": True},
    versions={"python": "3.13.1", "aiohttp": "3.13.0"},
    git=GitRecord("0d1de9f", dirty=True),
    phases_ms={"engine": 2500.0},
)
