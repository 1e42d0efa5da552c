"""What is driven at a mutant brings the bug out, and only its own checker counts as having found it."""

from dataclasses import replace
from zlib import crc32

import pytest

from harness.verdicts import VerdictWord
from harness.workload import Workload
from harness.workload.ranges import check_workload
from mutants.catalogue import MUTANTS
from mutants.circumstances import LAGGING_REPLICAS, POISONED
from mutants.client import IMPATIENT_CLIENT
from mutants.function import DROPPED_HUNDREDTH, SWALLOWED_EXCEPTION, WHOLE_BATCH_FAILS
from mutants.gateway import UNCHECKED_BODY
from mutants.mutant import Mutant, sound, unprovoked
from mutants.trial import Trial, workload_of

FOUND = Trial(
    mutant=SWALLOWED_EXCEPTION,
    seed=1,
    verdict=VerdictWord.INVALID,
    reason="why",
    broken=("every-flow-completed", "no-create-lost"),
    seconds=1.25,
    run="runs/1",
)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_every_workload_is_one_that_the_command_would_take(mutant: Mutant) -> None:
    check_workload(workload_of(mutant))


def test_the_workload_is_the_default_one_but_for_its_size_and_its_deadlines() -> None:
    workload = workload_of(SWALLOWED_EXCEPTION)

    assert replace(workload, deadlines=Workload(1, 1).deadlines) == Workload(seed=1, flows=SWALLOWED_EXCEPTION.flows)


def test_poison_is_sent_where_the_circumstance_has_it() -> None:
    assert workload_of(WHOLE_BATCH_FAILS).poison == POISONED.poison > 0
    assert workload_of(SWALLOWED_EXCEPTION).poison == 0


def test_what_is_broken_besides_is_the_workload_s_own_so_that_the_run_is_judged_by_what_it_hit() -> None:
    assert workload_of(IMPATIENT_CLIENT).faults == LAGGING_REPLICAS.faults != ()
    assert workload_of(unprovoked(IMPATIENT_CLIENT)).faults == ()


def test_the_workload_has_messages_that_are_dropped() -> None:
    emails = [plan.payload["email"] for plan in workload_of(DROPPED_HUNDREDTH).plans() if plan.acceptable]

    assert any(crc32(email.encode()) % 100 == 0 for email in emails)


def test_the_workload_has_creates_that_must_be_rejected() -> None:
    assert not all(plan.acceptable for plan in workload_of(UNCHECKED_BODY).plans())


def test_a_mutant_is_found_by_its_own_checker_only() -> None:
    assert FOUND.as_expected
    assert not replace(FOUND, broken=("every-flow-completed",)).as_expected


def test_a_sound_stack_must_be_valid_and_unknown_is_not_enough() -> None:
    valid = replace(FOUND, mutant=sound(), verdict=VerdictWord.VALID, broken=())

    assert valid.as_expected
    assert not replace(valid, verdict=VerdictWord.UNKNOWN).as_expected
    assert not replace(valid, verdict=VerdictWord.INVALID, broken=("no-create-lost",)).as_expected
