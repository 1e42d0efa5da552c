"""One call for a program, such as a test: make a run on a stack that is deployed."""

from collections.abc import Sequence
from pathlib import Path

from harness.checking import Contract
from harness.engines import RunningEngine
from harness.running.dependencies import RunDependencies
from harness.running.phases import Phases
from harness.running.real_dependencies import real_dependencies
from harness.running.request import RunRequest
from harness.running.run import Run, make_run
from harness.running.site import Deployed, Place
from harness.shape.users import USERS_API
from harness.stack.contracts import users_api_contract
from harness.stack.deployment import Deployment, DeploymentRequest
from harness.store.runs import RunStore
from harness.store.sources import read_sources
from harness.terminal.progress import show_nothing
from harness.timing.thresholds import parse_threshold
from harness.workload import Workload


def drive_stack(
    workload: Workload,
    deployment: Deployment,
    *,
    engine: RunningEngine | None,
    store: Path,
    thresholds: Sequence[str] = (),
    request: DeploymentRequest | None = None,
    dependencies: RunDependencies | None = None,
) -> Run:
    """Make a run on a deployed stack, as a test does.

    Args:
        workload: what to do.
        deployment: the stack.
        engine: what it is deployed to; None: not known.
        store: the folder that holds the runs' folders.
        thresholds: requirements on the figures, such as `visible.p99<2s`.
        request: what was asked of the bootstrap, for the record, so that the run can be made again; None: not known.
        dependencies: what the run reaches the world through; None: what a run always does.

    Raises:
        KeyboardInterrupt: Ctrl-C was pressed; what was recorded until then is kept, and judged.
        HarnessError: a threshold cannot be read, nothing could be recorded, or not all of it.
    """
    # What another API may answer is not ours to know; everything else is judged all the same.
    contract = users_api_contract(workload.auth) if workload.shape == USERS_API else Contract()
    asked = RunRequest(workload, contract, tuple(map(parse_threshold, thresholds)))
    deployed = Deployed(request, read_sources(request.source_dir, request.consumer_dir)) if request else None
    kind = "embedded" if engine and engine.pid else "external"
    place = Place(deployment.api_url, kind, engine, deployment, deployed)
    reached = dependencies or real_dependencies(show_nothing)
    run = make_run(asked, place, RunStore(store), Phases({}), reached)
    if run.interrupted:
        raise KeyboardInterrupt
    if run.failure:
        raise run.failure
    return run
