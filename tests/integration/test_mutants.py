"""Every planted bug is found by the checker that should find it; nothing is found in the sound stack.

`python -m mutants` does the same with longer runs, twenty of them on the sound stack, and prints a table.
"""

import shutil
from dataclasses import replace

import pytest

from harness.engines import RunningEngine as Engine
from harness.workload import Workload
from mutants.catalogue import MUTANTS
from mutants.circumstances import CIRCUMSTANCES
from mutants.mutant import CALM, Circumstance, Mutant, sound, unprovoked
from mutants.trial import SEED, Site, try_out, workload_of
from tests.integration.engine_fixture import RunningEngine
from tests.integration.stack_fixture import CHECKOUT

RUNS = CHECKOUT / ".harness" / "integration" / "mutants"
SOUND_FLOWS = 40
# Without its speed-ups an engine does a tenth of the work in a time, and looks for messages every ten seconds.
SLOWER = 10
LONGEST_S = 120
UNHURRIED = {"FunctionTimeoutSeconds": "5", "VisibilityTimeoutSeconds": "30"}
SHOW_IN_CONCURRENT_BATCHES = {"short-visibility"}


@pytest.fixture
def patience(slow_engine: bool) -> int:
    """How many times as long everything is waited for."""
    return SLOWER if slow_engine else 1


@pytest.fixture
def site(engine: RunningEngine, account_id: str) -> Site:
    # An account of their own: each trial deletes its stack, and another test's may be called the same.
    return Site(Engine(engine.endpoint_url, pid=engine.pid), f"2{account_id[1:]}", RUNS)


def expect(mutant: Mutant, flows: int | None, site: Site, patience: int) -> None:
    """Try it out; the run stays only if it is not what was expected."""
    trial = try_out(mutant, patiently(workload_of(mutant, SEED, flows), patience), site)

    assert trial.as_expected, f"{mutant.found_by or 'nobody'} should find it: {trial.to_json()}"
    shutil.rmtree(trial.run)


def patiently(workload: Workload, patience: int) -> Workload:
    deadlines = workload.deadlines
    longer = replace(
        deadlines,
        flow_timeout_s=min(LONGEST_S, deadlines.flow_timeout_s * patience),
        quiet_timeout_s=min(LONGEST_S, deadlines.quiet_timeout_s * patience),
    )
    return replace(workload, deadlines=longer)


def unhurried(mutant: Mutant, patience: int) -> Mutant:
    """Let everything have more time, where nothing is to be found: an engine without its speed-ups takes it."""
    circumstance = mutant.circumstance
    parameters = {**(UNHURRIED if patience > 1 else {}), **circumstance.parameters}
    visible_within_s = min(LONGEST_S, mutant.visible_within_s * patience)
    return replace(mutant, circumstance=replace(circumstance, parameters=parameters), visible_within_s=visible_within_s)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_is_found_by_its_checker(
    mutant: Mutant, site: Site, patience: int, request: pytest.FixtureRequest
) -> None:
    if mutant.name in SHOW_IN_CONCURRENT_BATCHES:
        request.getfixturevalue("our_event_source")
    expect(mutant, None, site, patience)


@pytest.mark.parametrize("mutant", [mutant for mutant in MUTANTS if mutant.client], ids=lambda mutant: str(mutant.name))
def test_a_client_s_bug_does_no_harm_where_nothing_provokes_it(mutant: Mutant, site: Site, patience: int) -> None:
    expect(unhurried(unprovoked(mutant), patience), None, site, patience)


@pytest.mark.parametrize("circumstance", [CALM, *CIRCUMSTANCES], ids=lambda circumstance: circumstance.name)
def test_nothing_is_found_in_the_sound_stack(circumstance: Circumstance, site: Site, patience: int) -> None:
    expect(unhurried(sound(circumstance), patience), SOUND_FLOWS, site, patience)
