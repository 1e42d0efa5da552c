"""What a run reaches the real world through: sockets, boto3, the bootstrap. Slow to import, so late."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from harness.aiohttp_transport import AiohttpTransport
from harness.callers.of_run import callers_of_run
from harness.deployment import Deployment, delete, deploy
from harness.observation import Observer
from harness.observation.aws import AwsObserver
from harness.recording import View
from harness.renewal import renew_function
from harness.running.surroundings import Surroundings
from harness.workload import Workload


def real_surroundings(show_progress: Callable[[], AbstractContextManager[View]]) -> Surroundings:
    """Return the real ones.

    Args:
        show_progress: how a run's progress is shown.
    """
    return Surroundings(
        AiohttpTransport, _observe, show_progress, deploy, delete, renew_function, call_as=callers_of_run
    )


def _observe(deployment: Deployment, workload: Workload) -> tuple[Observer, float]:
    observer = AwsObserver(deployment, workload.shape)
    return observer, observer.counts_settle_s
