"""No thread is started for an invocation's metric where there is no CloudWatch to take it.

LocalStack starts one for each invocation, and keeps it in a list for good, before it looks whether CloudWatch is there.
"""

from typing import Any

from localstack.utils import threads
from localstack.utils.bootstrap import is_api_enabled

METRIC_THREAD = "record-cloudwatch-metric-"


def start_thread(method: Any, *arguments: Any, name: str | None = None, **options: Any) -> Any:
    """Start a thread as LocalStack does, but none for a metric that goes nowhere."""
    if name and name.startswith(METRIC_THREAD) and not is_api_enabled("cloudwatch"):
        return None
    return threads.start_thread(method, *arguments, name=name, **options)
