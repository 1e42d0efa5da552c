"""Tries one mutant out: deploys it for real, drives the default workload at it, and tells what the checkers say."""

import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from harness.callers import Auth
from harness.callers.parameters import parameters_of_auth
from harness.engines import RunningEngine
from harness.errors import HarnessError
from harness.running.dependencies import RunDependencies
from harness.running.drive_stack import drive_stack
from harness.running.real_dependencies import real_dependencies
from harness.running.run import Run
from harness.stack.deployment import Deployment
from harness.terminal.progress import show_nothing
from harness.transport import Transport
from harness.verdicts import VerdictWord
from harness.workload import Deadlines, Workload
from mutants.deploying import deploy_in_process, retire
from mutants.mutant import Client, Mutant
from mutants.planting import Planted, plant

SEED: Final = 1
"""The mutants' workloads are the same each time, so that one which is found is found again."""

# What failed is delivered again within seconds, and tried three times: the default's shape in less time.
_PARAMETERS: Final = {"FunctionTimeoutSeconds": "1", "VisibilityTimeoutSeconds": "6", "MaxReceiveCount": "3"}
_SOUND_FLOW_TIMEOUT_S: Final = 120
"""Long enough for a message that has to come several times, on a busy machine; a sound flow ends as soon as it can."""
_FAULTY_FLOW_TIMEOUT_S: Final = 8
"""At a faulty stack, a flow that waits for what will never come is given up soon; waiting longer finds nothing."""
_FAULTY_FLOW_WITH_TOKENS_TIMEOUT_S: Final = 20
"""Where callers are asked for tokens, the first call waits until the authorizer has started."""
_QUIET_TIMEOUT_S: Final = 120
"""Long enough for several deliveries of what is still to be done, on a busy machine."""
_BUSY_TIMEOUT_S: Final = 2


@dataclass(frozen=True, slots=True)
class Site:
    """Where mutants are tried out."""

    engine: RunningEngine
    account: str
    runs: Path
    """The folder that holds the runs' folders."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of one mutant."""

    mutant: Mutant
    seed: int
    verdict: VerdictWord
    reason: str
    broken: tuple[str, ...]
    """The checkers that call it invalid."""
    seconds: float
    """With deploying."""
    run: str
    """The run's folder; empty if it came to none."""

    @property
    def as_expected(self) -> bool:
        """Whether a mutant was found by the checker that should find it, and the sound stack called valid."""
        if self.mutant.found_by is None:
            return self.verdict is VerdictWord.VALID
        return self.verdict is VerdictWord.INVALID and self.mutant.found_by in self.broken

    def to_json(self) -> dict[str, Any]:
        """Return what a script may want to know."""
        return {
            "mutant": self.mutant.name,
            "circumstance": self.mutant.circumstance.name,
            "seed": self.seed,
            "expected": self.mutant.found_by,
            "as_expected": self.as_expected,
            "verdict": self.verdict,
            "reason": self.reason,
            "found_by": list(self.broken),
            "seconds": round(self.seconds, 1),
            "run": self.run,
        }


def workload_of(mutant: Mutant, seed: int = SEED, flows: int | None = None) -> Workload:
    """Return what is driven at a mutant: the default workload, but for its size and how long it waits. Pure.

    Args:
        mutant: which one.
        seed: what to send.
        flows: how many; None: as few as show the mutant for certain.
    """
    deadlines = Deadlines(
        flow_timeout_s=_flow_timeout_s(mutant),
        visible_within_s=mutant.visible_within_s,
        quiet_timeout_s=_QUIET_TIMEOUT_S if mutant.shows_when_quiet else _BUSY_TIMEOUT_S,
    )
    return Workload(
        seed=seed,
        flows=mutant.flows if flows is None else flows,
        deadlines=deadlines,
        poison=mutant.circumstance.poison,
        faults=mutant.circumstance.faults,
        auth=mutant.circumstance.auth,
        strangers=mutant.circumstance.strangers,
    )


def _flow_timeout_s(mutant: Mutant) -> float:
    if not (mutant.edits and mutant.found_by):
        return _SOUND_FLOW_TIMEOUT_S
    asks_for_tokens = mutant.circumstance.auth is not Auth.NONE
    return _FAULTY_FLOW_WITH_TOKENS_TIMEOUT_S if asks_for_tokens else _FAULTY_FLOW_TIMEOUT_S


def try_out(mutant: Mutant, workload: Workload, site: Site) -> Trial:
    """Deploy a mutant to a running engine, make a run, and delete its functions: the rest ends with the engine.

    Whatever of that fails, such as a deployment, is a trial that nothing is known of, with its reason.
    """
    began_s = time.monotonic()
    verdict, run_folder = VerdictWord.UNKNOWN, ""
    broken: tuple[str, ...] = ()
    try:
        run = _run(mutant, workload, site)
    except HarnessError as error:
        reason = str(error)
    else:
        verdict, reason = run.verdict.word, run.verdict.reason
        broken = tuple(check.name for check in run.results.checks if check.verdict is VerdictWord.INVALID)
        run_folder = str(run.folder)
    return Trial(mutant, workload.seed, verdict, reason, broken, time.monotonic() - began_s, run_folder)


def _run(mutant: Mutant, workload: Workload, site: Site) -> Run:
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        planted = plant([*mutant.circumstance.edits, *mutant.edits], Path(folder))
        with _deployed(mutant, planted, site, Path(folder) / "outputs.json") as deployment:
            dependencies = _dependencies(mutant.client)
            return drive_stack(workload, deployment, engine=site.engine, store=site.runs, dependencies=dependencies)


def _dependencies(client: Client | None) -> RunDependencies:
    """Return what a run reaches the world through; its flows go through the client, if it has one of its own."""
    real = real_dependencies(show_nothing)
    if client is None:
        return real

    @asynccontextmanager
    async def open_transport(connections: int) -> AsyncIterator[Transport]:
        async with real.open_transport(connections) as transport:
            yield client(transport)

    return replace(real, open_transport=open_transport)


@contextmanager
def _deployed(mutant: Mutant, planted: Planted, site: Site, outputs: Path) -> Iterator[Deployment]:
    """Have the mutant deployed while the block runs; afterwards nothing of it goes on working."""
    of_auth = parameters_of_auth(mutant.circumstance.auth, mutant.name)
    deployment = deploy_in_process(
        site.engine.endpoint_url,
        site.account,
        mutant.name,
        outputs,
        parameters={
            **_PARAMETERS,
            **mutant.circumstance.parameters,
            **dict(each.split("=", 1) for each in of_auth),
        },
        source_dir=planted.source_dir,
        consumer_dir=planted.consumer_dir,
    )
    try:
        yield deployment
    finally:
        retire(deployment)
