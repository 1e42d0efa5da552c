"""Every planted bug is found by the checker that should find it; nothing is found in the sound stack.

`python -m mutants` does the same with longer runs, twenty of them on the sound stack, and prints a table.
"""

import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from queue import SimpleQueue

import pytest

from harness.engines import RunningEngine as Engine
from harness.workload import Workload
from mutants.catalogue import MUTANTS
from mutants.circumstances import CIRCUMSTANCES
from mutants.mutant import CALM, Mutant, sound, unprovoked
from mutants.trial import SEED, Site, Trial, try_out, workload_of
from tests.integration.engine_fixture import RunningEngine
from tests.integration.stack_fixture import CHECKOUT

# One worker makes all trials, several at once.
pytestmark = pytest.mark.xdist_group("mutants")

RUNS = CHECKOUT / ".harness" / "integration" / "mutants"
SOUND_FLOWS = 40
AT_A_TIME = 3
"""Most of a trial is waiting, for a message that comes again or for a flow that never ends."""
# Without its speed-ups an engine does a tenth of the work in a time, and looks for messages every ten seconds.
SLOWER = 10
LONGEST_S = 120
UNHURRIED = {"FunctionTimeoutSeconds": "5", "VisibilityTimeoutSeconds": "30"}
SHOW_IN_CONCURRENT_BATCHES = {"short-visibility"}


@dataclass(frozen=True)
class Attempt:
    """What is tried out, and with how many flows; None: as few as show the mutant for certain."""

    mutant: Mutant
    flows: int | None = None


@dataclass
class Trials:
    """The attempts of this session in their order. Whoever asks for one has the next ones begun."""

    attempts: Sequence[Attempt]
    engine: Engine
    accounts: SimpleQueue[str]
    """As many as trials are made at once: a fault hits all stacks of its account."""
    patience: int
    pool: ThreadPoolExecutor
    begun: dict[str, Future[Trial]] = field(default_factory=dict)

    def of(self, attempt: Attempt) -> Trial:
        """Return what came of an attempt."""
        first = self.attempts.index(attempt)
        for each in self.attempts[first : first + AT_A_TIME]:
            if each.mutant.name not in self.begun:
                self.begun[each.mutant.name] = self.pool.submit(self._make, each)
        return self.begun[attempt.mutant.name].result()

    def _make(self, attempt: Attempt) -> Trial:
        mutant = attempt.mutant
        if mutant.found_by is None:
            mutant = unhurried(mutant, self.patience)
        workload = patiently(workload_of(mutant, SEED, attempt.flows), self.patience)
        account = self.accounts.get()
        try:
            return try_out(mutant, workload, Site(self.engine, account, RUNS))
        finally:
            self.accounts.put(account)


@pytest.fixture(scope="module")
def trials(
    request: pytest.FixtureRequest, engine: RunningEngine, account_id: str, slow_engine: bool
) -> Iterator[Trials]:
    attempts = [
        attempt
        for item in request.session.items
        if isinstance(item, pytest.Function) and item.module is request.module
        if isinstance(attempt := item.callspec.params["attempt"], Attempt)
    ]
    at_a_time = 1 if slow_engine else AT_A_TIME
    accounts: SimpleQueue[str] = SimpleQueue()
    for number in range(at_a_time):
        accounts.put(f"4{number}{account_id[2:]}")
    pool = ThreadPoolExecutor(at_a_time)
    patience = SLOWER if slow_engine else 1
    try:
        yield Trials(attempts, Engine(engine.endpoint_url, pid=engine.pid), accounts, patience, pool)
    finally:
        pool.shutdown(cancel_futures=True)


def expect(attempt: Attempt, trials: Trials) -> None:
    """Try it out; the run stays only if it is not what was expected."""
    trial = trials.of(attempt)

    assert trial.as_expected, f"{attempt.mutant.found_by or 'nobody'} should find it: {trial.to_json()}"
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


@pytest.mark.parametrize("attempt", [Attempt(mutant) for mutant in MUTANTS], ids=lambda attempt: attempt.mutant.name)
def test_a_mutant_is_found_by_its_checker(attempt: Attempt, trials: Trials, request: pytest.FixtureRequest) -> None:
    if attempt.mutant.name in SHOW_IN_CONCURRENT_BATCHES:
        request.getfixturevalue("our_event_source")
    expect(attempt, trials)


@pytest.mark.parametrize(
    "attempt",
    [Attempt(unprovoked(mutant)) for mutant in MUTANTS if mutant.client],
    ids=lambda attempt: attempt.mutant.name,
)
def test_a_client_s_bug_does_no_harm_where_nothing_provokes_it(attempt: Attempt, trials: Trials) -> None:
    expect(attempt, trials)


@pytest.mark.parametrize(
    "attempt",
    [Attempt(sound(circumstance), SOUND_FLOWS) for circumstance in (CALM, *CIRCUMSTANCES)],
    ids=lambda attempt: attempt.mutant.circumstance.name,
)
def test_nothing_is_found_in_the_sound_stack(attempt: Attempt, trials: Trials) -> None:
    expect(attempt, trials)
