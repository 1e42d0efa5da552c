"""One run: record what happens, judge the record, and keep both in a folder. `perform` does it on an engine of its own.

What is judged is always what was written: a run that was interrupted, or whose disk was full, is judged by what there
is, and so is a run of last week (`harness check`).
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from harness import interrupts
from harness.checking import Agreement, Contract
from harness.deployment import Deployment, DeploymentRequest
from harness.engines import Engine, RunningEngine
from harness.errors import ExitCode, HarnessError, InputOutputError
from harness.event_loop import run_loop
from harness.history import History
from harness.history.reader import read_history
from harness.html_report.writing import write_report
from harness.judging import judge_run
from harness.observation import Observer
from harness.observation.quiet import SETTLE_S
from harness.phases import Phases
from harness.recording import Breakable, Subject, View
from harness.recording import record as record_run
from harness.results import Results, Verdict
from harness.store.folder import RunFolder
from harness.store.record import EngineRecord, RunRecord
from harness.store.runs import RunStore
from harness.store.surroundings import git_state, versions
from harness.timing.thresholds import Threshold
from harness.transport import Transport
from harness.workload import Workload
from harness.workload.document import workload_to_json


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What to do, as one value: everything that decides a run, but for what it is made on."""

    workload: Workload
    contract: Contract = field(default_factory=Contract)
    thresholds: tuple[Threshold, ...] = ()
    arguments: tuple[str, ...] = ()
    """The command line that asked for it, for the record."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a run is made on."""

    api_url: str
    engine_kind: str
    engine: RunningEngine | None = None
    """None: an API that is just there."""
    deployment: Deployment | None = None
    parameters: tuple[str, ...] = ()
    """Of the template, as they were given to it: `Key=Value`, each."""


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


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a run reaches the world through; a test gives others."""

    open_transport: Callable[[int], AbstractAsyncContextManager[Transport]]
    observe: Callable[[Deployment, Workload], tuple[Observer, float]]
    """Makes an observer of a deployment, and says how long its counts may be behind, in seconds."""
    show_progress: Callable[[], AbstractContextManager[View]]
    deploy: Callable[[DeploymentRequest, Path], Deployment]
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Site:
    """An engine to start, and the stack to deploy to it."""

    engine: Engine
    engine_kind: str
    account: str
    region: str
    stack_name: str
    outputs: Path
    """Where the deployment's outputs are written."""
    parameters: tuple[str, ...] = ()
    """Of the template: `Key=Value`, each."""


def perform(request: RunRequest, site: Site, store: RunStore, phases: Phases, surroundings: Surroundings) -> Run:
    """Start the engine, deploy the stack, make the run, and stop the engine in any case.

    Args:
        request: what to do.
        site: where.
        store: where the run is kept.
        phases: gets the time that each phase took.
        surroundings: how to reach the world.

    Raises:
        KeyboardInterrupt: before there was anything to judge.
        HarnessError: the engine or the stack could not be brought up; nothing was driven.
    """
    ending = _Ending()
    with _stopping(site.engine, phases, ending):
        with phases.timed("engine"):
            engine = site.engine.start()
        with _naming_the_log(engine):
            with phases.timed("deploy"):
                deployment = surroundings.deploy(_deployment_request(site, engine), site.outputs)
            place = Place(deployment.api_url, site.engine_kind, engine, deployment, site.parameters)
            run = make_run(request, place, store, phases, surroundings)
    run.interrupted = run.interrupted or ending.interrupted
    run.notes += ending.notes
    _keep_phases(run, phases)
    return run


def make_run(request: RunRequest, place: Place, store: RunStore, phases: Phases, surroundings: Surroundings) -> Run:
    """Make a run on what is there already: record, judge, keep. Ctrl-C ends it early, and it is judged all the same.

    Args:
        request: what to do.
        place: where.
        store: where the run is kept.
        phases: gets the time that each phase took.
        surroundings: how to reach the world.

    Raises:
        HarnessError: nothing could be recorded.
    """
    started_at = surroundings.now()
    folder = store.create(started_at)
    record = _record(folder.run_id, started_at, request, place)
    folder.write_record(record)
    with phases.timed("flows"):
        interrupted, failure = _record_history(request, place, folder, surroundings)
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


def agreement_of(request: RunRequest) -> Agreement:
    """Return what a run's history is held against."""
    workload = request.workload
    return Agreement(workload.shape, workload.deadlines.visible_within_s, request.contract)


def _keep_phases(run: Run, phases: Phases) -> None:
    """Keep where the time went until now."""
    run.record = replace(run.record, phases_ms=dict(phases.durations_ms))
    with _noting_failure(run):
        RunFolder(run.folder).write_record(run.record)


def _record_history(
    request: RunRequest, place: Place, folder: RunFolder, surroundings: Surroundings
) -> tuple[bool, InputOutputError | None]:
    """Write the history; return whether Ctrl-C ended it, and why it could not be written as a whole."""
    workload = request.workload
    observer, settle_s = surroundings.observe(place.deployment, workload) if place.deployment else (None, SETTLE_S)
    subject = Subject(place.api_url, surroundings.open_transport, observer, settle_s, _breakable(place))
    try:
        with surroundings.show_progress() as view:
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


def _record(run_id: str, started_at: datetime, request: RunRequest, place: Place) -> RunRecord:
    engine, deployment = place.engine, place.deployment
    return RunRecord(
        run_id=run_id,
        started_at=started_at.isoformat(timespec="milliseconds"),
        arguments=request.arguments,
        workload=workload_to_json(request.workload),
        contract=request.contract.responses,
        thresholds=tuple(threshold.text for threshold in request.thresholds),
        api_url=place.api_url,
        engine=EngineRecord(
            kind=place.engine_kind,
            endpoint_url=engine.endpoint_url if engine else None,
            version=engine.version if engine else None,
            pid=engine.pid if engine else None,
        ),
        deployment=deployment.to_json() if deployment else None,
        parameters=place.parameters,
        account=deployment.account_id if deployment else "",
        region=deployment.region if deployment else "",
        stack_name=deployment.stack_name if deployment else "",
        versions=versions(),
        git=git_state(Path.cwd()),
    )


def _deployment_request(site: Site, engine: RunningEngine) -> DeploymentRequest:
    return DeploymentRequest(
        endpoint_url=engine.endpoint_url,
        account=site.account,
        region=site.region,
        stack_name=site.stack_name,
        parameters=site.parameters,
    )


@dataclass(slots=True)
class _Ending:
    """How stopping the engine went."""

    interrupted: bool = False
    notes: list[str] = field(default_factory=list)


@contextmanager
def _stopping(engine: Engine, phases: Phases, ending: _Ending) -> Iterator[None]:
    """Stop the engine after the block. That takes its time, bounded, also when Ctrl-C is pressed again."""
    try:
        yield
    finally:
        with phases.timed("stop"), interrupts.put_off() as interrupt:
            try:
                engine.stop()
            except HarnessError as error:
                ending.notes.append(str(error))
        ending.interrupted = interrupt.seen


@contextmanager
def _naming_the_log(engine: RunningEngine) -> Iterator[None]:
    """Say, in any error of ours, where the engine's log is."""
    try:
        yield
    except HarnessError as error:
        if engine.log_path:
            error.add_note(f"the engine's log: {engine.log_path}")
        raise


@contextmanager
def _noting_failure(run: Run) -> Iterator[None]:
    """Go on when something could not be written: what was recorded and judged is worth more."""
    try:
        yield
    except InputOutputError as error:
        run.failure = run.failure or error
        run.notes.append(str(error))
