"""Checkers against executions of a model: what is correct is never invalid, and what is not is found."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from harness.checking.catalogue import CHECKERS, check_all
from harness.checking.faults_fired import FaultsFired
from harness.checking.unauthorized_callers import (
    CreatedByCaller,
    UnauthorizedCallersLeftNoTrace,
    UnauthorizedCallersRefused,
)
from harness.judging.judge import overall
from harness.operations import FlowEnding
from harness.verdicts import VerdictWord
from tests.examples import examples
from tests.unit.harness.checking.model import FAULTS, Chances, run

VALID, INVALID, UNKNOWN = VerdictWord
AWKWARD = Chances(awkward=0.2, unfinished=0.2, foreign=0.2)
SEEDS = st.integers(0, 2**32)
CLEAN = Chances(awkward=0, unfinished=0, foreign=0)
# Nobody breaks anything on purpose in it, and everybody may call: literal histories are held against these.
NOT_IN_THE_MODEL = {
    each.name for each in (FaultsFired, UnauthorizedCallersRefused, UnauthorizedCallersLeftNoTrace, CreatedByCaller)
}


@settings(max_examples=examples(300))
@given(SEEDS, st.booleans(), st.booleans())
def test_what_a_correct_system_does_is_never_invalid(seed: int, complete: bool, observable: bool) -> None:
    execution = run(Random(seed), AWKWARD)
    held = replace(execution.history, complete=complete, observable=observable)
    held = held if observable else replace(held, final=None)
    results = check_all(held, execution.agreement)
    assert [result for result in results if result.verdict is INVALID] == []
    assert overall(results, held).word is not INVALID


@settings(max_examples=examples(200))
@given(SEEDS)
def test_a_correct_system_that_was_asked_often_enough_is_valid(seed: int) -> None:
    execution = run(Random(seed), CLEAN)
    flows = tuple(execution.history.flows)
    assume(all(flow.ending is FlowEnding.COMPLETED for flow in flows))
    # Whatever the polls could not tell: this system keeps to any bound.
    agreement = replace(execution.agreement, visible_within_s=10_000)
    results = check_all(execution.history, agreement)
    assert {result.name: result.reason for result in results if result.verdict is not VALID} == {}
    assert {result.name for result in results} == {checker.name for checker in CHECKERS} - NOT_IN_THE_MODEL
    assert overall(results, execution.history).word is VALID


@pytest.mark.parametrize("name", FAULTS)
@settings(max_examples=examples(50), suppress_health_check=[HealthCheck.filter_too_much])
@given(seed=SEEDS, awkward=st.booleans())
def test_a_planted_fault_is_found_by_its_checkers(name: str, seed: int, awkward: bool) -> None:
    plant, finders = FAULTS[name]
    chances = Chances(awkward=0.2, unfinished=0, foreign=0) if awkward else CLEAN
    faulty = plant(Random(seed), run(Random(seed), chances))
    assume(faulty is not None)
    assert faulty is not None
    results = check_all(faulty.history, faulty.agreement)
    found_by = {result.name for result in results if result.verdict is INVALID}
    assert set(finders) <= found_by
    assert overall(results, faulty.history).word is INVALID


def test_every_checker_has_a_fault_that_it_must_find() -> None:
    found = {finder for _, finders in FAULTS.values() for finder in finders}
    assert found == {checker.name for checker in CHECKERS} - NOT_IN_THE_MODEL
