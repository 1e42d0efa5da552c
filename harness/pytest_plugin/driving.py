"""What `drive(workload)` does in a test, and the run that it returns."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

from harness.engines import RunningEngine
from harness.errors import HarnessError
from harness.history import History
from harness.judging.results import Results
from harness.pytest_plugin.explanation import explain
from harness.stack.deployment import Deployment, DeploymentRequest
from harness.verdicts import Verdict
from harness.workload import Workload


class Run(Protocol):
    """What driving a stack returns: `harness.running.run.Run` is one."""

    @property
    def verdict(self) -> Verdict:
        """What can be said."""
        ...

    @property
    def results(self) -> Results:
        """Every check and every figure."""
        ...

    @property
    def folder(self) -> Path:
        """Where the run is kept."""
        ...

    @property
    def history(self) -> History:
        """Every operation."""
        ...


@dataclass(frozen=True, slots=True)
class DrivenRun:
    """One workload on the deployed stack, judged."""

    verdict: Verdict
    results: Results
    folder: Path
    """Where the run is kept: `harness show` and `harness report` take it."""
    history: History

    def assert_valid(self) -> None:
        """Pass if the verdict is *valid*, thresholds included.

        Raises:
            AssertionError: it is not; the text is the verdict, each check that did not hold with its first
                evidence, and the run's folder.
        """
        __tracebackhide__ = True
        if text := explain(self.results, self.folder):
            raise AssertionError(text)


class Drive(Protocol):
    """The type of the fixture `drive`."""

    def __call__(self, workload: Workload, *, require: Sequence[str] = ()) -> DrivenRun:
        """Drive the workload at the deployed stack, and return the run, whatever its verdict.

        Args:
            workload: what to do.
            require: thresholds on the run's figures, such as `visible.p99<2s`; a miss makes the run invalid.
        """
        ...


class DriveStack(Protocol):
    """The type of `harness.running.drive_stack.drive_stack`."""

    def __call__(
        self,
        workload: Workload,
        deployment: Deployment,
        *,
        engine: RunningEngine | None,
        store: Path,
        thresholds: Sequence[str] = (),
        request: DeploymentRequest | None = None,
    ) -> Run:
        """Drive the workload at the deployment, and keep the run in the store."""
        ...


def driver(
    drive_stack: DriveStack,
    deployment: Deployment,
    engine: RunningEngine,
    store: Path,
    request: DeploymentRequest | None = None,
) -> Drive:
    """Return what a test drives this deployment with. A run that could not be made fails the test, in one line.

    Args:
        drive_stack: makes a run.
        deployment: of the stack.
        engine: that it is on.
        store: the folder that holds the runs' folders.
        request: what the stack was deployed by, so that a run can be made again; None: not known. One that is of
            another stack, since somebody's own fixture brought this one, says nothing.
    """
    if request and (request.account, request.stack_name) != (deployment.account_id, deployment.stack_name):
        request = None

    def drive(workload: Workload, *, require: Sequence[str] = ()) -> DrivenRun:
        __tracebackhide__ = True
        try:
            run = drive_stack(workload, deployment, engine=engine, store=store, thresholds=require, request=request)
        except HarnessError as error:
            raise pytest.fail.Exception(one_text(error)) from None
        return DrivenRun(run.verdict, run.results, run.folder, run.history)

    return drive


def one_text(error: HarnessError) -> str:
    """Return what an error says, its notes below."""
    return "\n".join([str(error), *getattr(error, "__notes__", [])])
