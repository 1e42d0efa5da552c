"""Tries candidates out for `harness shrink`: keeps the run of the last that failed, and throws the others away."""

import shutil
from collections.abc import Callable
from dataclasses import replace

from harness.replaying.failure import broken_in
from harness.replaying.trials import TryOut
from harness.running.request import RunRequest
from harness.running.run import Run
from harness.store.runs import RunStore
from harness.verdicts import VerdictWord
from harness.workload import Workload


class Candidates:
    """What makes a run of a candidate, and tells whether it fails as the original did.

    Args:
        request: what the original was asked for.
        failure: what must be broken again.
        try_out: makes a run.
        scratch: where runs are while they are looked at.
        on_run: hears of each run, and whether it fails.
    """

    def __init__(
        self,
        request: RunRequest,
        failure: frozenset[str],
        try_out: TryOut,
        scratch: RunStore,
        on_run: Callable[[Run, bool], None],
    ) -> None:
        self.last_failed: Run | None = None
        self._request = request
        self._failure = failure
        self._try_out = try_out
        self._scratch = scratch
        self._on_run = on_run

    def fails(self, workload: Workload) -> bool:
        """Make a run, and return whether all that was broken in the original is broken in it.

        Raises:
            KeyboardInterrupt: Ctrl-C was pressed meanwhile.
            HarnessError: no run could be made.
        """
        run = self._try_out(replace(self._request, workload=workload), self._scratch)
        if run.interrupted:
            raise KeyboardInterrupt
        has_failed = run.verdict.word is VerdictWord.INVALID and self._failure <= broken_in(run.results)
        self._on_run(run, has_failed)
        superseded = self.last_failed if has_failed else run
        if superseded:
            shutil.rmtree(superseded.folder, ignore_errors=True)
        if has_failed:
            self.last_failed = run
        return has_failed
