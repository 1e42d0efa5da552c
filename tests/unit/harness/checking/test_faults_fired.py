"""A run whose faults did not hit proves nothing, and says so."""

from dataclasses import replace
from typing import Any

import pytest

from harness.checking import CheckResult
from harness.checking.catalogue import check_all
from harness.checking.faults_fired import FaultsFired
from harness.history import FlowHistory
from harness.judging.judge import overall
from harness.operations import FlowEnding
from harness.verdicts import VerdictWord
from tests.unit.harness.checking.literal import (
    AGREEMENT,
    accepted,
    check,
    fault,
    firing,
    flow,
    good_flow,
    history,
    item,
    state,
)

VALID, INVALID, UNKNOWN = VerdictWord


def test_faults_that_hit_are_counted() -> None:
    held = history(
        good_flow(0),
        final=None,
        faults=(fault("gsi-lag", firing(0.2)), fault("crashes", firing(0.1), firing(0.3), name="deaths")),
    )
    result = check(FaultsFired, held)
    assert result.verdict is VALID
    assert result.reason == "2 faults; gsi-lag hit 1 of 10, deaths (crashes) hit 2 of 20"


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ({"eligible": 0}, "crashes could not hit: nothing that it is about came by while it was active"),
        (
            {"eligible": 40},
            "crashes hit none of 40 things that it could have hit: make its rate or the number of flows higher",
        ),
        ({"eligible": None, "fired": None}, "crashes may have hit or not: the engine did not say in the end"),
        ({"periods": ()}, "crashes was never set: the run ended before it was to begin"),
    ],
)
def test_a_fault_that_hit_nothing_makes_a_run_unknown_whose_flows_are_all_right(
    members: dict[str, Any], why: str
) -> None:
    faults = (fault("crashes", **members), fault("gsi-lag", firing(0.2)))
    held = history(good_flow(0), final=state(item(0)), faults=faults)
    results = check_all(held, AGREEMENT)
    assert {result.name: result.reason for result in results if result.verdict is not VALID} == {
        "faults-fired": f"{why}; gsi-lag hit 1 of 10"
    }
    assert overall(results, held).word is UNKNOWN


def test_a_killed_engine_proves_nothing_unless_a_flow_completed_that_was_begun_after_it_was_back() -> None:
    def of(*flows: FlowHistory) -> CheckResult:
        kill = fault("kills", firing(5.0, None, ""), periods=((5.0, 9.0),))
        return check(FaultsFired, history(*flows, final=None, faults=(kill,)))

    before = of(good_flow(0))
    assert before.verdict is UNKNOWN
    assert "no flow that was begun after it was up again completed" in before.reason
    later = flow(1, accepted("m1", at_s=9.5))
    assert of(good_flow(0), later).verdict is VALID
    assert of(good_flow(0), replace(later, ending=FlowEnding.FAILED)).verdict is UNKNOWN
    assert of(flow(1, accepted("m1", at_s=8.9))).verdict is UNKNOWN


def test_a_run_without_faults_is_not_asked() -> None:
    assert check_all(history(good_flow(0), final=None), AGREEMENT, [FaultsFired]) == ()
