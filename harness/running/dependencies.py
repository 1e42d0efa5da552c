"""What a run reaches the world through: all of its effects as one value, so that a test can give others."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from harness.callers import ANYBODY, Callers
from harness.observation import Observer
from harness.running.recording import View
from harness.stack.deployment import Deployment, DeploymentRequest
from harness.transport import Transport
from harness.workload import Workload


@dataclass(frozen=True, slots=True)
class RunDependencies:
    """What a run reaches the world through; a test gives others."""

    open_transport: Callable[[int], AbstractAsyncContextManager[Transport]]
    observe: Callable[[Deployment, Workload], tuple[Observer, float]]
    """Makes an observer of a deployment, and says how long its counts may be behind, in seconds."""
    show_progress: Callable[[], AbstractContextManager[View]]
    deploy: Callable[[DeploymentRequest, Path], Deployment]
    delete: Callable[[DeploymentRequest, Path], None]
    use_fresh_environments: Callable[[Deployment], None]
    """Lets the function forget what it kept between invocations: see `harness.stack.fresh_environments`."""
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    call_as: Callable[[Deployment | None, Workload], AbstractContextManager[Callers]] = lambda *_: nullcontext(ANYBODY)
    """Has the callers of a workload on a deployment, or on an API that is just there, for the time of a run."""
