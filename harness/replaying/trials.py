"""Tries a workload out again and again on one engine, each try as if it were the first.

A stack takes seconds to deploy, and a try often less than one. So a stack is used again where the last run left nothing
behind: the queue was seen to be empty, what the table holds is known before a run (as ever), and the function's
environments are renewed. Where that is not so, the next try gets a stack in an account of its own.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from harness.engines import RunningEngine
from harness.errors import HarnessError
from harness.faults.catalogue import kills_engine
from harness.running import interrupts
from harness.running.dependencies import RunDependencies
from harness.running.engine_lifetime import Ending, naming_the_log, stopping
from harness.running.phases import Phases
from harness.running.request import RunRequest
from harness.running.run import Run, make_run
from harness.running.site import Place, Site, deploy_to, deployment_request
from harness.stack.deployment import outputs_path
from harness.store.runs import RunStore

type TryOut = Callable[[RunRequest, RunStore], Run]
"""Makes a run and keeps it in a store."""

_ACCOUNT_DIGITS: Final = 12


@contextmanager
def trials_on_stack(site: Site, dependencies: RunDependencies, work_dir: Path, *, cleans_up: bool) -> Iterator[TryOut]:
    """Start an engine for the time of the block, and make runs on it.

    Args:
        site: where. Its account is not used: tries have accounts of their own.
        dependencies: how to reach the world.
        work_dir: where the outputs of the stacks are written.
        cleans_up: whether the stacks are deleted in the end, since the engine goes on without us.

    Raises:
        HarnessError: the engine did not start, or a stack could not be deployed.
    """
    with stopping(site.engine, Phases({}), Ending()):
        engine = site.engine.start()
        with naming_the_log(engine):
            stacks = _Stacks(engine, site, dependencies, work_dir)
            try:
                stacks.deploy_first()
                yield stacks.try_out
            finally:
                if cleans_up:
                    with interrupts.put_off():
                        stacks.delete_all()


def trials_on_api(api_url: str, dependencies: RunDependencies) -> TryOut:
    """Return what makes runs on an API that is just there: nothing isolates them from each other."""
    place = Place(api_url, "none")
    return lambda request, store: make_run(request, place, store, Phases({}), dependencies)


class _Stacks:
    """The stacks of all tries on one engine."""

    def __init__(self, engine: RunningEngine, site: Site, dependencies: RunDependencies, work_dir: Path) -> None:
        self._engine = engine
        self._site = site
        self._dependencies = dependencies
        self._work_dir = work_dir
        # Nobody else's: it begins with 8, and the rest is drawn.
        self._next_account = random.SystemRandom().randrange(8 * 10 ** (_ACCOUNT_DIGITS - 1), 9 * 10**11)
        self._sites: list[Site] = []
        self._place: Place | None = None
        self._is_new = False

    def deploy_first(self) -> None:
        """Deploy the stack of the first try, so that it takes no longer than the others."""
        self._place = self._deployed()
        self._is_new = True

    def try_out(self, request: RunRequest, store: RunStore) -> Run:
        """Make a run."""
        place = self._clean_place()
        run = make_run(request, place, store, Phases({}), self._dependencies)
        # An engine that was killed came back with a stack that only this run knew.
        is_kept = _left_nothing(run) and not kills_engine(request.workload.faults)
        self._place = place if is_kept else None
        return run

    def _clean_place(self) -> Place:
        """Return a stack on which nothing is left of an earlier try. While the try goes on, there is no such stack."""
        place, self._place = self._place, None
        if place is None or place.deployment is None:
            return self._deployed()
        if not self._is_new:
            self._dependencies.use_fresh_environments(place.deployment)
        self._is_new = False
        return place

    def delete_all(self) -> None:
        """Delete all stacks. One that cannot be is left: it is in an account that nobody uses."""
        for site in self._sites:
            request = replace(deployment_request(site, self._engine), quiet=True)
            try:
                self._dependencies.delete(request, site.outputs)
            except HarnessError:
                continue

    def _deployed(self) -> Place:
        account, self._next_account = str(self._next_account), self._next_account + 1
        outputs = outputs_path(self._work_dir / account, self._site.stack_name)
        site = replace(self._site, account=account, outputs=outputs, quiet=True)
        self._sites.append(site)
        return deploy_to(self._engine, site, self._dependencies)


def _left_nothing(run: Run) -> bool:
    """Return whether the next run on the same stack meets nothing of this one."""
    final = run.history.final
    if final is None or final.depths is None or run.interrupted or run.failure:
        return False
    depths = final.depths
    counts = (depths.visible, depths.in_flight, depths.delayed, depths.dead_lettered or 0)
    return final.quiet and not any(counts) and not final.problems
