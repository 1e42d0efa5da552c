"""No thread is started for an invocation's metric where there is no CloudWatch to take it.

LocalStack starts one for each invocation, and keeps it in a list for good, before it looks whether CloudWatch is there.
"""

from typing import Any

from localstack.services.lambda_.invocation import version_manager
from localstack.utils import threads
from localstack.utils.bootstrap import is_api_enabled

from emulator.speedups.originals import require_source

METRIC_THREAD = "record-cloudwatch-metric-"


def start_thread(method: Any, *arguments: Any, name: str | None = None, **options: Any) -> Any:
    """Start a thread as LocalStack does, but none for a metric that goes nowhere."""
    if name and name.startswith(METRIC_THREAD) and not is_api_enabled("cloudwatch"):
        return None
    return threads.start_thread(method, *arguments, name=name, **options)


def apply() -> None:
    """Replace the function by which the manager of a function's version starts threads."""
    require_source(version_manager.LambdaVersionManager.invoke, "137699a70e55eb46")
    require_source(threads.start_thread, "4e137a7a32696afc")
    version_manager.start_thread = start_thread
