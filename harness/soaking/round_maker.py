"""Makes the runs of a soak's rounds: keeps those that are worth a look, and throws the others away."""

import shutil
import time
from dataclasses import dataclass, replace

from harness.replaying.trials import TryOut
from harness.running.request import RunRequest
from harness.running.run import Run
from harness.soaking.rounds import Round, round_of
from harness.store.folder import RunFolder
from harness.store.runs import RunStore
from harness.verdicts import VerdictWord
from harness.workload import Workload


@dataclass(frozen=True, slots=True)
class RoundMaker:
    """What makes a run of a round's workload."""

    request: RunRequest
    """What is asked of each, but for its workload."""
    try_out: TryOut
    scratch: RunStore
    """Where runs are until it is known what they are worth."""
    store: RunStore
    """Where those are kept that are not valid."""
    keeps_all: bool = False
    """Whether the others are kept too."""

    def make(self, number: int, workload: Workload) -> Round | None:
        """Make a round; None: Ctrl-C was pressed in the middle of it, and what there is of it is kept.

        Raises:
            KeyboardInterrupt: Ctrl-C was pressed before there was anything to keep.
            HarnessError: no run could be made, or kept.
        """
        began_s = time.monotonic()
        run = self.try_out(replace(self.request, workload=workload), self.scratch)
        folder = self._keep(run) if self._is_kept(run) else None
        if folder is None:
            shutil.rmtree(run.folder, ignore_errors=True)
        if run.interrupted:
            return None
        if run.failure:
            raise run.failure
        return round_of(number, run, workload, time.monotonic() - began_s, folder.path if folder else None)

    def _is_kept(self, run: Run) -> bool:
        return self.keeps_all or run.interrupted or run.verdict.word is not VerdictWord.VALID

    def _keep(self, run: Run) -> RunFolder:
        folder = self.store.adopt(RunFolder(run.folder))
        folder.write_results(run.results, run.record)  # JUnit says where the folder is
        return folder
