"""Tries one mutant out: deploys it for real, drives the default workload at it, and tells what the checkers say."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from harness.callers import Auth
from harness.callers.parameters import parameters_of_auth
from harness.checking import VerdictWord
from harness.deployment import Deployment, read_deployment
from harness.drive_stack import drive_stack
from harness.engines import RunningEngine
from harness.errors import DeploymentFailedError, HarnessError
from harness.run import Run
from harness.workload import Deadlines, Workload
from mutants.faults import broken_on_purpose
from mutants.mutant import Mutant
from mutants.planting import CHECKOUT, Planted, plant

SEED: Final = 1
"""The mutants' workloads are the same each time, so that one which is found is found again."""

# What failed is delivered again within seconds, and tried three times: the default's shape in less time.
_PARAMETERS: Final = {"FunctionTimeoutSeconds": "1", "VisibilityTimeoutSeconds": "6", "MaxReceiveCount": "3"}
_SOUND_FLOW_TIMEOUT_S: Final = 20
"""Long enough for a second delivery on a busy machine."""
_FAULTED_FLOW_TIMEOUT_S: Final = 90
"""The same where the engine breaks things on purpose: a message may have to come several times."""
_FAULTY_FLOW_TIMEOUT_S: Final = 4
"""A flow that waits for what will never come is given up soon; nothing is found by waiting longer.

Not where callers are asked for tokens: the first call waits until the authorizer has started.
"""
_QUIET_TIMEOUT_S: Final = 60
_BUSY_TIMEOUT_S: Final = 2
_BOOTSTRAP_TIMEOUT_S: Final = 180


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
    """With deploying and deleting."""
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
        visible_within_s=_visible_within_s(mutant),
        quiet_timeout_s=_QUIET_TIMEOUT_S if mutant.shows_when_quiet else _BUSY_TIMEOUT_S,
    )
    return Workload(
        seed=seed,
        flows=mutant.flows if flows is None else flows,
        deadlines=deadlines,
        poison=mutant.circumstance.poison,
        auth=mutant.circumstance.auth,
        strangers=mutant.circumstance.strangers,
    )


def _flow_timeout_s(mutant: Mutant) -> float:
    if mutant.found_by is not None and mutant.circumstance.auth is Auth.NONE:
        return _FAULTY_FLOW_TIMEOUT_S
    return _FAULTED_FLOW_TIMEOUT_S if mutant.circumstance.faults else _SOUND_FLOW_TIMEOUT_S


def _visible_within_s(mutant: Mutant) -> float:
    # A run does not know of what is broken besides, so that it cannot make allowance for a message that comes again.
    is_held_up = mutant.found_by is None and mutant.circumstance.faults
    return _FAULTED_FLOW_TIMEOUT_S if is_held_up else mutant.visible_within_s


def try_out(mutant: Mutant, workload: Workload, site: Site) -> Trial:
    """Deploy a mutant to a running engine, make a run, and delete the mutant.

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
        with (
            _deployed(mutant, planted, site, Path(folder) / "outputs.json") as deployment,
            broken_on_purpose(site.engine.endpoint_url, site.account, mutant.circumstance.faults, workload.seed),
        ):
            return drive_stack(workload, deployment, engine=site.engine, store=site.runs)


@contextmanager
def _deployed(mutant: Mutant, planted: Planted, site: Site, outputs: Path) -> Iterator[Deployment]:
    """Have the mutant deployed while the block runs."""
    parameters = {**_PARAMETERS, **mutant.circumstance.parameters}
    given = [f"{key}={value}" for key, value in parameters.items()]
    given += parameters_of_auth(mutant.circumstance.auth, mutant.name)
    options = ["--endpoint-url", site.engine.endpoint_url, "--account", site.account]
    options += ["--stack-name", mutant.name, "--outputs", str(outputs)]
    _bootstrap(
        [
            *options,
            *("--source-dir", str(planted.source_dir), "--consumer-dir", str(planted.consumer_dir)),
            *(word for parameter in given for word in ("--parameter", parameter)),
        ]
    )
    try:
        yield read_deployment(outputs)
    finally:
        _bootstrap([*options, "--delete", "--yes"])


def _bootstrap(options: list[str]) -> None:
    """Run the bootstrap. What it says is kept for the error: several of them at once would be no use to read."""
    command = [sys.executable, "-m", "infra", *options]
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, cwd=CHECKOUT, timeout=_BOOTSTRAP_TIMEOUT_S
    )
    if done.returncode != 0:
        said = " ".join((done.stderr or done.stdout).split())
        raise DeploymentFailedError(f"python -m infra {' '.join(options)}: {said}")
