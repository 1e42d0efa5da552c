"""Checkers against a correct system under faults: never invalid, and a bug that needs a fault to show is found."""

from random import Random

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from harness.checking.catalogue import check_all
from harness.checking.fault_exemptions import exempt_flows
from harness.judging.judge import overall
from harness.verdicts import VerdictWord
from model.faults.catalogue import BY_NAME
from tests.examples import examples
from tests.unit.harness.checking.faulty_model import run
from tests.unit.harness.checking.planted_under_faults import BUGS

VALID, INVALID, UNKNOWN = VerdictWord
SEEDS = st.integers(0, 2**32)
MIXES = st.sets(st.sampled_from(sorted(BY_NAME)), min_size=1, max_size=6).map(sorted)


@settings(max_examples=examples(1000))
@given(SEEDS, MIXES)
def test_what_a_correct_system_does_under_any_mix_of_faults_is_never_invalid(seed: int, kinds: list[str]) -> None:
    execution = run(Random(seed), kinds)
    results = check_all(execution.history, execution.agreement)
    assert {result.name: (result.reason, result.evidence) for result in results if result.verdict is INVALID} == {}
    assert [result.reason for result in results if "crashed" in result.reason] == []


@pytest.mark.parametrize("kind", sorted(BY_NAME))
def test_under_each_kind_there_are_executions_that_are_valid(kind: str) -> None:
    """Else the checkers could call everything unknown, and never be wrong."""
    words = []
    for seed in range(examples(40)):
        execution = run(Random(seed), [kind], 0.4, flows=6)
        results = check_all(execution.history, execution.agreement)
        words.append(overall(results, execution.history, exempt_flows(execution.history, execution.agreement)).word)
    assert VALID in words
    assert INVALID not in words


@pytest.mark.parametrize("name", BUGS)
@settings(max_examples=examples(25), suppress_health_check=[HealthCheck.filter_too_much])
@given(seed=SEEDS)
def test_a_bug_is_found_under_the_fault_that_it_needs_to_show(name: str, seed: int) -> None:
    bug, drawn = BUGS[name], Random(seed)
    faulty = bug.plant(drawn, run(drawn, bug.kinds, 0.5, flows=6))
    assume(faulty is not None)
    assert faulty is not None
    results = check_all(faulty.history, faulty.agreement)
    assert set(bug.finders) <= {result.name for result in results if result.verdict is INVALID}
    exempt = exempt_flows(faulty.history, faulty.agreement)
    assert overall(results, faulty.history, exempt).word is INVALID
