"""Slower, or just noisy: on synthetic runs whose truth is known. The seeds are fixed, so the shares are too."""

from collections import Counter

import pytest

from harness.timing.bootstrap import Weights, confidence, estimate
from harness.timing.compare import LEAST_WINDOWS, Outcome, RunComparison, compare
from tests.unit.harness.timing.histories import history, plain_flow
from tests.unit.harness.timing.noisy_runs import noisy_run

PAIRS = 25


def figure_outcomes(comparison: RunComparison) -> dict[str, Outcome]:
    return {figure.name: figure.outcome for figure in comparison.figures}


@pytest.mark.parametrize("moody", [0.0, 0.5])
def test_two_runs_of_the_same_server_look_different_about_as_often_as_agreed(moody: float) -> None:
    in_all: Counter[Outcome] = Counter()
    each: Counter[Outcome] = Counter()
    for pair in range(PAIRS):
        comparison = compare(noisy_run(2 * pair, moody=moody), noisy_run(2 * pair + 1, moody=moody))
        in_all[comparison.outcome] += 1
        each.update(figure_outcomes(comparison).values())
    alarms = each[Outcome.SLOWER] + each[Outcome.FASTER]
    # 5 % of 175 figures are 9. Calls taken for independent samples would give several times as many.
    assert 1 <= alarms <= 0.08 * (alarms + each[Outcome.NO_DIFFERENCE])
    assert in_all[Outcome.NO_DIFFERENCE] >= PAIRS - 1


def test_a_slow_down_of_a_third_is_found_in_a_run_of_some_seconds() -> None:
    comparisons = [
        compare(noisy_run(seed, flows=1500), noisy_run(seed + 1, flows=1500, slower=1.3)) for seed in range(0, 20, 2)
    ]
    assert sum(comparison.outcome is Outcome.SLOWER for comparison in comparisons) >= 9
    for figure in ("visible_upper.p50", "flow.p50", "flows_per_s"):
        found = [figure_outcomes(comparison)[figure] for comparison in comparisons]
        assert found == [Outcome.SLOWER] * 10


def test_the_other_way_around_it_is_faster() -> None:
    comparison = compare(noisy_run(0, flows=1500, slower=1.3), noisy_run(1, flows=1500))
    assert comparison.outcome is Outcome.FASTER
    assert figure_outcomes(comparison)["flows_per_s"] is Outcome.FASTER


def test_the_interval_holds_the_true_ratio_about_as_often_as_it_says() -> None:
    held = 0
    for pair in range(PAIRS):
        comparison = compare(noisy_run(2 * pair), noisy_run(2 * pair + 1, slower=1.3))
        interval = next(figure.interval for figure in comparison.figures if figure.name == "flow.p50")
        assert interval
        held += interval[0] <= 1.3 <= interval[1]
    assert held >= 0.85 * PAIRS


def test_a_comparison_says_what_it_could_have_shown() -> None:
    few, many = (compare(noisy_run(0, flows=flows), noisy_run(1, flows=flows)) for flows in (300, 3000))
    for in_few, in_many in zip(few.figures, many.figures, strict=True):
        if in_few.smallest_shown and in_many.smallest_shown:
            assert 1 < in_many.smallest_shown < in_few.smallest_shown


def test_the_same_runs_compare_the_same() -> None:
    assert compare(noisy_run(0), noisy_run(1)) == compare(noisy_run(0), noisy_run(1))


def test_a_run_compared_with_itself_is_no_different() -> None:
    comparison = compare(noisy_run(0), noisy_run(0))
    assert comparison.outcome is Outcome.NO_DIFFERENCE
    assert {figure.ratio for figure in comparison.figures} <= {None, 1.0}


def test_a_difference_less_than_half_a_percent_is_never_one() -> None:
    flows_a = [plain_flow(number * 0.05, call_s=0.01) for number in range(400)]
    flows_b = [plain_flow(number * 0.05, call_s=0.01003) for number in range(400)]
    assert compare(history(*flows_a), history(*flows_b)).outcome is Outcome.NO_DIFFERENCE


def test_too_short_a_run_is_not_compared() -> None:
    comparison = compare(history(plain_flow(0)), noisy_run(1))
    assert comparison.outcome is Outcome.TOO_LITTLE
    assert str(LEAST_WINDOWS) in comparison.reason


def test_a_long_run_in_which_hardly_anything_happened_is_too_little() -> None:
    sparse = history(plain_flow(0), plain_flow(10))
    comparison = compare(sparse, sparse)
    assert figure_outcomes(comparison)["create.p50"] is Outcome.TOO_LITTLE


def test_a_p99_of_which_too_few_calls_are_longer_is_not_compared() -> None:
    outcomes = figure_outcomes(compare(noisy_run(0), noisy_run(1)))
    assert outcomes["create.p99"] is Outcome.TOO_LITTLE
    assert outcomes["status.p99"] is not Outcome.TOO_LITTLE


def test_warm_up_is_left_out() -> None:
    slow_start = [plain_flow(number * 0.1, call_s=0.02) for number in range(20)]
    rest = [plain_flow(2 + number * 0.05, call_s=0.01) for number in range(400)]
    figures = compare(history(*slow_start, *rest), history(*rest), warm_up_a_s=2, warm_up_b_s=2).figures
    assert {figure.ratio for figure in figures} <= {None, 1.0}


@pytest.mark.parametrize(("t", "expected"), [(0, 0), (2.306, 0.95), (3.355, 0.99), (0.889, 0.6), (-2.306, 0.95)])
def test_confidence_is_that_of_the_tables_of_student_s_t(t: float, expected: float) -> None:
    assert confidence(t) == pytest.approx(expected, abs=2e-4)


def test_an_estimate_that_is_mostly_not_there_is_none() -> None:
    def of_almost_nothing(weights: Weights) -> float:
        return 1.0 if all(weights[index] for index in (1, 7, 13, 19)) else 0.0

    assert estimate(20, of_almost_nothing) is None
