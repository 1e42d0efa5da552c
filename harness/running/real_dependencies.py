"""What a run reaches the real world through: sockets, boto3, the bootstrap. Slow to import, so late."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from harness.callers.of_run import callers_of_run
from harness.driving.aiohttp_transport import AiohttpTransport
from harness.observation import Observer
from harness.observation.aws import AwsObserver
from harness.running.dependencies import RunDependencies
from harness.running.recording import View
from harness.stack.deployment import Deployment, delete, deploy
from harness.stack.fresh_environments import use_fresh_environments
from harness.workload import Workload


def real_dependencies(show_progress: Callable[[], AbstractContextManager[View]]) -> RunDependencies:
    """Return the real ones.

    Args:
        show_progress: how a run's progress is shown.
    """
    return RunDependencies(
        AiohttpTransport, _observe, show_progress, deploy, delete, use_fresh_environments, call_as=callers_of_run
    )


def _observe(deployment: Deployment, workload: Workload) -> tuple[Observer, float]:
    observer = AwsObserver(deployment, workload.shape)
    return observer, observer.counts_settle_s
