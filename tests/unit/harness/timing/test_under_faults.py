"""What faults did to the figures, and when a run had recovered."""

import pytest

from harness.history import FaultHistory, Firing, FlowHistory, History
from harness.operations import FlowEnding, Meaning
from harness.timing import FaultFigures, FaultPeriod, FaultSummary, Recovery
from harness.timing.measure import measure
from harness.timing.under_faults import flows_hit, measure_under_faults
from tests.unit.harness.timing.histories import create, flow, history, plain_flow


def fault(
    *periods: tuple[float, float | None], hits: tuple[int | None, ...] = (), name: str = "slow", at_s: float = 1.0
) -> FaultHistory:
    firings = tuple(Firing(at_s, number, f"flow {number}", "Invoke", 1) for number in hits)
    return FaultHistory(name, "slow-handlers", {}, periods, 9, len(hits), firings)


def run(*flows: FlowHistory, faults: tuple[FaultHistory, ...]) -> History:
    made = history(*flows)
    return History(flows=made.flows, asked=made.asked, faults=faults)


def figures(*flows: FlowHistory, faults: tuple[FaultHistory, ...], warm_up_s: float = 0) -> FaultFigures:
    measured = measure_under_faults(run(*flows, faults=faults), warm_up_s)
    assert measured is not None
    return measured


def test_a_run_without_faults_has_no_such_figures() -> None:
    assert measure(history(plain_flow(0))).faults is None


def test_flows_that_were_hit_are_told_apart_from_those_that_were_not() -> None:
    flows = [plain_flow(0, number=0), plain_flow(1, call_s=0.5, number=1), plain_flow(5, call_s=0.02, number=2)]
    measured = figures(*flows, faults=(fault((0, 4), hits=(1, 1, None)),))
    assert (measured.flows_hit, measured.flows_not_hit) == (1, 2)
    assert {name: (each.count, each.max_ms) for name, each in measured.hit.items()} == {
        "visible_lower": (1, 500),
        "visible_upper": (1, 1500),
        "flow": (1, 2000),
    }
    assert measured.not_hit["visible_upper"].max_ms == 60
    assert measured.faults == (FaultSummary("slow", "slow-handlers", (FaultPeriod(0, 4),), 9, 3, 1),)


def test_warm_up_is_left_out_of_what_is_told_apart() -> None:
    measured = figures(plain_flow(0), plain_flow(2, number=1), faults=(fault((0, 4)),), warm_up_s=1)
    assert measured.not_hit["flow"].count == 1


def test_a_run_has_recovered_when_no_create_takes_longer_than_the_slowest_that_met_no_fault() -> None:
    quick, slow = plain_flow(0, number=0), plain_flow(1, call_s=1.0, number=1)
    backlog = plain_flow(3.9, call_s=0.5, number=2)  # visible at 5.4, 1.5 s later
    after = plain_flow(6, number=3)
    measured = figures(quick, slow, backlog, after, faults=(fault((1, 4), hits=(1,)),))
    assert measured.level_ms == pytest.approx(30)
    (recovery,) = measured.recoveries
    assert (recovery.fault, recovery.healed_at_s) == ("slow", 4)
    assert recovery.after_s == pytest.approx(1.4)


def test_a_run_that_is_as_before_at_once_has_recovered_at_once() -> None:
    measured = figures(plain_flow(0), plain_flow(6, number=1), faults=(fault((1, 4)),))
    assert measured.recoveries == (Recovery("slow", 4, 0),)


def test_a_call_that_fails_is_not_recovered_from() -> None:
    unanswered = flow(create(5, 5.5, meaning=Meaning.NO_ANSWER), ending=FlowEnding.UNREACHABLE, number=2)
    measured = figures(plain_flow(0), unanswered, plain_flow(6, number=1), faults=(fault((1, 4)),))
    assert measured.recoveries == (Recovery("slow", 4, 1.5),)


def test_where_every_flow_met_a_fault_the_slowest_that_it_did_not_hit_is_the_measure() -> None:
    met, hit = plain_flow(0.5, call_s=0.1, number=0), plain_flow(0.5, call_s=0.2, number=1)
    measured = figures(met, hit, faults=(fault((0, None), hits=(1,)),))
    assert measured.level_ms == pytest.approx(300)
    assert measured.recoveries == (), "it has not healed, as far as is known"


@pytest.mark.parametrize(
    ("flows", "faults", "why"),
    [
        ([plain_flow(0)], (fault((1, 4)),), "nothing became visible after it"),
        (
            [plain_flow(2)],
            (fault((1, 4), hits=(0,)),),
            "no flow was spared, so there is no level to be back at",
        ),
        (
            [plain_flow(0), plain_flow(5, number=1)],
            (fault((1, 4)), fault((3, None), name="other")),
            "another fault was active",
        ),
        (
            [plain_flow(0), plain_flow(3, call_s=1, number=1)],
            (fault((1, 4)),),
            "not recovered by the last that was seen",
        ),
        ([plain_flow(0), plain_flow(9, number=1)], (fault((1, 4), (6, None)),), "nothing became visible after it"),
    ],
)
def test_a_recovery_that_cannot_be_told_is_unknown(
    flows: list[FlowHistory], faults: tuple[FaultHistory, ...], why: str
) -> None:
    recovery = figures(*flows, faults=faults).recoveries[0]
    assert (recovery.after_s, recovery.reason) == (None, why)


def test_what_was_hit_is_what_any_fault_hit() -> None:
    assert flows_hit([fault(hits=(1, 2)), fault(hits=(None, 2, 3))], []) == {1, 2, 3}


def test_a_killed_engine_hits_what_was_under_way_until_it_was_back_and_nothing_before_or_after() -> None:
    kill = FaultHistory("kills", "kills", {}, ((4, 6),), 1, 1, (Firing(4, None, "engine", "kill", 1),))
    flows = [plain_flow(0), plain_flow(3.9, call_s=0.5, number=1), plain_flow(5, number=2), plain_flow(6.1, number=3)]
    measured = figures(*flows, faults=(kill,))
    assert (measured.flows_hit, measured.flows_not_hit) == (2, 2)
    assert measured.faults[0].flows_hit == 2


def test_what_is_slow_right_after_a_healing_is_no_measure_for_it_where_the_run_goes_on_for_long() -> None:
    slow, late = plain_flow(4.5, call_s=1, number=1), plain_flow(30, call_s=0.02, number=2)
    long = figures(plain_flow(0), slow, late, faults=(fault((2, 4)),)).recoveries[0]
    assert long.after_s is not None
    assert long.after_s == pytest.approx(slow.operations[1].ended_s - 4, abs=1.1)
    assert long.after_s > 1
    short = figures(plain_flow(0), slow, faults=(fault((2, 4)),)).recoveries[0]
    assert short.after_s == 0
