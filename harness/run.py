"""One run: record what happens, judge the record, and keep both in a folder. `perform` does it on an engine of its own.

What is judged is always what was written: a run that was interrupted, or whose disk was full, is judged by what there
is, and so is a run of last week (`harness check`).
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from harness.callers import ANYBODY, Auth, Callers
from harness.checking import Agreement, Contract
from harness.deployment import Deployment, DeploymentRequest
from harness.engine_lifetime import Ending, naming_the_log, stopping
from harness.engines import Engine, MortalEngine, RunningEngine
from harness.errors import ExitCode, InputOutputError
from harness.event_loop import run_loop
from harness.history import History
from harness.history.reader import read_history
from harness.html_report.writing import write_report
from harness.judging import judge_run
from harness.killable_stack import KillableStack
from harness.observation import Observer
from harness.observation.quiet import SETTLE_S
from harness.phases import Phases
from harness.recording import Breakable, Subject, View
from harness.recording import record as record_run
from harness.results import Results, Verdict
from harness.store.folder import RunFolder
from harness.store.record import EngineRecord, RunRecord, SourcesRecord
from harness.store.runs import RunStore
from harness.store.sources import StackSources, read_sources
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
    replay_of: str | None = None
    """The run that it is made after."""


@dataclass(frozen=True, slots=True)
class Deployed:
    """What the stack that a run is made on was made of."""

    request: DeploymentRequest
    sources: StackSources
    names_folders: bool = True
    """Whether the record says where the files were. Copies that go with the command are nowhere afterwards."""

    def as_record(self) -> SourcesRecord:
        """Return it for the run's record."""
        request, sources = self.request, self.sources
        named = (request.source_dir, request.consumer_dir) if self.names_folders else (None, None)
        folders = (str(folder) if folder else None for folder in named)
        return SourcesRecord(sources.stack_hash, sources.function_hash, *folders)


@dataclass(frozen=True, slots=True)
class Place:
    """What a run is made on."""

    api_url: str
    engine_kind: str
    engine: RunningEngine | None = None
    """None: an API that is just there."""
    deployment: Deployment | None = None
    deployed: Deployed | None = None
    """None: somebody else deployed it."""
    site: "Site | None" = None
    """By which it was deployed; None: somebody else did."""


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
    delete: Callable[[DeploymentRequest, Path], None]
    renew_function: Callable[[Deployment], None]
    """Lets the function forget what it kept between invocations: see `harness.renewal`."""
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    call_as: Callable[[Deployment | None, Workload], AbstractContextManager[Callers]] = lambda *_: nullcontext(ANYBODY)
    """Has the callers of a workload on a deployment, or on an API that is just there, for the time of a run."""


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
    source_dir: Path | None = None
    """Where the template is; None: our own."""
    consumer_dir: Path | None = None
    """The function's package; None: our own."""
    names_folders: bool = True
    """See `Deployed.names_folders`."""
    quiet: bool = False
    """Whether nothing is said of the deployment while it goes on."""
    auth: Auth = Auth.NONE
    """How the stack knows who calls, where the parameters do not say it."""


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
    ending = Ending()
    with stopping(site.engine, phases, ending):
        with phases.timed("engine"):
            engine = site.engine.start()
        with naming_the_log(engine):
            with phases.timed("deploy"):
                place = deploy_to(engine, site, surroundings)
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
    if place.deployed:
        folder.keep_sources(place.deployed.sources)
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


def deploy_to(engine: RunningEngine, site: Site, surroundings: Surroundings) -> Place:
    """Deploy a site's stack to its engine.

    Raises:
        HarnessError: it could not be deployed.
    """
    request = deployment_request(site, engine)
    # Read before: what is changed while it is deployed may be deployed or not, and is the developer's own doing.
    sources = read_sources(site.source_dir, site.consumer_dir)
    deployment = surroundings.deploy(request, site.outputs)
    deployed = Deployed(request, sources, site.names_folders)
    return Place(deployment.api_url, site.engine_kind, engine, deployment, deployed, site)


def agreement_of(request: RunRequest) -> Agreement:
    """Return what a run's history is held against."""
    workload = request.workload
    return Agreement(workload.shape, workload.deadlines.visible_within_s, request.contract, workload.auth)


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
    try:
        with surroundings.call_as(place.deployment, workload) as callers, surroundings.show_progress() as view:
            subject = Subject(
                place.api_url,
                surroundings.open_transport,
                observer,
                settle_s,
                _breakable(place),
                _killable(place, folder, workload, surroundings),
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


def _killable(place: Place, folder: RunFolder, workload: Workload, surroundings: Surroundings) -> KillableStack | None:
    """Return what the run may kill: an engine that was started for it, with the stack that was deployed for it."""
    site, running = place.site, place.engine
    if site is None or running is None or not isinstance(site.engine, MortalEngine):
        return None

    def deploy(engine: RunningEngine) -> Deployment:
        return surroundings.deploy(replace(deployment_request(site, engine), quiet=True), site.outputs)

    def keep_log() -> None:
        # What cannot be kept is said when the last engine's log cannot be: the run needs its engine first.
        with suppress(InputOutputError):
            if running.log_path:
                folder.keep_log(running.log_path)

    def observe(deployment: Deployment) -> Observer:
        return surroundings.observe(deployment, workload)[0]

    return KillableStack(site.engine, deploy, observe, keep_log)


def _record(run_id: str, started_at: datetime, request: RunRequest, place: Place) -> RunRecord:
    engine, deployment, deployed = place.engine, place.deployment, place.deployed
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
        parameters=tuple(deployed.request.parameters) if deployed else (),
        sources=deployed.as_record() if deployed else None,
        deployment=deployment.to_json() if deployment else None,
        account=deployment.account_id if deployment else "",
        region=deployment.region if deployment else "",
        stack_name=deployment.stack_name if deployment else "",
        versions=versions(),
        git=git_state(Path.cwd()),
        replay_of=request.replay_of,
    )


def deployment_request(site: Site, engine: RunningEngine) -> DeploymentRequest:
    """Return what the bootstrap is asked for."""
    return DeploymentRequest(
        endpoint_url=engine.endpoint_url,
        account=site.account,
        region=site.region,
        stack_name=site.stack_name,
        parameters=site.parameters,
        source_dir=site.source_dir,
        consumer_dir=site.consumer_dir,
        quiet=site.quiet,
        auth=site.auth,
    )


@contextmanager
def _noting_failure(run: Run) -> Iterator[None]:
    """Go on when something could not be written: what was recorded and judged is worth more."""
    try:
        yield
    except InputOutputError as error:
        run.failure = run.failure or error
        run.notes.append(str(error))
