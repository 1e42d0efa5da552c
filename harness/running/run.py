"""One run: record what happens, judge the record, and keep both in a folder. `perform` does it on an engine of its own.

What is judged is always what was written: a run that was interrupted, or whose disk was full, is judged by what there
is, and so is a run of last week (`harness check`).
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from harness.engines import MortalEngine, RunningEngine
from harness.errors import ExitCode, InputOutputError
from harness.history import History
from harness.history.reader import read_history
from harness.html_report.writing import write_report
from harness.judging.judge import judge_run
from harness.judging.results import Results
from harness.observation import Observer
from harness.observation.quiet import SETTLE_S
from harness.running.dependencies import RunDependencies
from harness.running.engine_lifetime import Ending, naming_the_log, stopping
from harness.running.event_loop import run_loop
from harness.running.killable_stack import KillableStack
from harness.running.phases import Phases
from harness.running.record import record_of
from harness.running.recording import Breakable, Subject
from harness.running.recording import record as record_run
from harness.running.request import RunRequest, agreement_of
from harness.running.site import Place, Site, deploy_to, deployment_request
from harness.stack.deployment import Deployment
from harness.store.folder import RunFolder
from harness.store.record import RunRecord
from harness.store.runs import RunStore
from harness.verdicts import Verdict
from harness.workload import Workload


@dataclass(slots=True)
class Run:
    """What came of it."""

    folder: Path
    record: RunRecord
    results: Results
    history: History
    interrupted: bool = False
    failure: InputOutputError | None = None
    """Why the record or what was made of it could not be written as a whole."""
    notes: list[str] = field(default_factory=list)
    """What else a person should know: what did not stop, what could not be kept."""

    @property
    def verdict(self) -> Verdict:
        """What can be said."""
        return self.results.verdict

    @property
    def exit_code(self) -> ExitCode:
        """What the command ends with."""
        if self.interrupted:
            return ExitCode.INTERRUPTED
        return self.failure.exit_code if self.failure else self.verdict.exit_code


def perform(request: RunRequest, site: Site, store: RunStore, phases: Phases, dependencies: RunDependencies) -> Run:
    """Start the engine, deploy the stack, make the run, and stop the engine in any case.

    Args:
        request: what to do.
        site: where.
        store: where the run is kept.
        phases: gets the time that each phase took.
        dependencies: how to reach the world.

    Raises:
        KeyboardInterrupt: before there was anything to judge.
        HarnessError: the engine or the stack could not be brought up; nothing was driven.
    """
    ending = Ending()
    with stopping(site.engine, phases, ending):
        with phases.timed("engine"):
            engine = site.engine.start()
        with naming_the_log(engine):
            with phases.timed("deploy"):
                place = deploy_to(engine, site, dependencies)
            run = make_run(request, place, store, phases, dependencies)
    run.interrupted = run.interrupted or ending.interrupted
    run.notes += ending.notes
    _keep_phases(run, phases)
    return run


def make_run(request: RunRequest, place: Place, store: RunStore, phases: Phases, dependencies: RunDependencies) -> Run:
    """Make a run on what is there already: record, judge, keep. Ctrl-C ends it early, and it is judged all the same.

    Args:
        request: what to do.
        place: where.
        store: where the run is kept.
        phases: gets the time that each phase took.
        dependencies: how to reach the world.

    Raises:
        HarnessError: nothing could be recorded.
    """
    started_at = dependencies.now()
    folder = store.create(started_at)
    record = record_of(folder.run_id, started_at, request, place)
    folder.write_record(record)
    if place.deployed:
        folder.keep_sources(place.deployed.sources)
    with phases.timed("flows"):
        interrupted, failure = _record_history(request, place, folder, dependencies)
    with phases.timed("judging"):
        history = read_history(folder.history_path)
        results = judge_run(
            history, agreement_of(request), thresholds=request.thresholds, warm_up_s=request.workload.warm_up_s
        )
    run = Run(folder.path, record, results, history, interrupted, failure)
    with phases.timed("report"), _noting_failure(run):
        folder.write_results(results, record)
        write_report(folder, record, results, history)
        if place.engine and place.engine.log_path:
            folder.keep_log(place.engine.log_path)
    _keep_phases(run, phases)
    return run


def _keep_phases(run: Run, phases: Phases) -> None:
    """Keep where the time went until now."""
    run.record = replace(run.record, phases_ms=dict(phases.durations_ms))
    with _noting_failure(run):
        RunFolder(run.folder).write_record(run.record)


def _record_history(
    request: RunRequest, place: Place, folder: RunFolder, dependencies: RunDependencies
) -> tuple[bool, InputOutputError | None]:
    """Write the history; return whether Ctrl-C ended it, and why it could not be written as a whole."""
    workload = request.workload
    observer, settle_s = dependencies.observe(place.deployment, workload) if place.deployment else (None, SETTLE_S)
    try:
        with dependencies.call_as(place.deployment, workload) as callers, dependencies.show_progress() as view:
            subject = Subject(
                place.api_url,
                dependencies.open_transport,
                observer,
                settle_s,
                _breakable(place),
                _killable(place, folder, workload, dependencies),
                callers,
            )
            run_loop(record_run(folder.run_id, workload, subject, folder.history_path, view))
    except KeyboardInterrupt:
        if not folder.history_path.exists():
            raise  # nothing was driven: there is nothing to judge
        return True, None
    except InputOutputError as error:
        if not folder.history_path.exists():
            raise
        return False, error
    return False, None


def _breakable(place: Place) -> Breakable | None:
    if place.deployment is None:
        return None
    endpoint_url = place.engine.endpoint_url if place.engine else place.deployment.endpoint_url
    return Breakable(endpoint_url, place.deployment.account_id) if endpoint_url else None


def _killable(
    place: Place, folder: RunFolder, workload: Workload, dependencies: RunDependencies
) -> KillableStack | None:
    """Return what the run may kill: an engine that was started for it, with the stack that was deployed for it."""
    site, running = place.site, place.engine
    if site is None or running is None or not isinstance(site.engine, MortalEngine):
        return None

    def deploy(engine: RunningEngine) -> Deployment:
        return dependencies.deploy(replace(deployment_request(site, engine), quiet=True), site.outputs)

    def keep_log() -> None:
        # What cannot be kept is said when the last engine's log cannot be: the run needs its engine first.
        with suppress(InputOutputError):
            if running.log_path:
                folder.keep_log(running.log_path)

    def observe(deployment: Deployment) -> Observer:
        return dependencies.observe(deployment, workload)[0]

    return KillableStack(site.engine, deploy, observe, keep_log)


@contextmanager
def _noting_failure(run: Run) -> Iterator[None]:
    """Go on when something could not be written: what was recorded and judged is worth more."""
    try:
        yield
    except InputOutputError as error:
        run.failure = run.failure or error
        run.notes.append(str(error))
