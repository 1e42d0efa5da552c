"""The lines that a function wrote go straight to its log group, and no further than that: see `log_groups`.

Else each invocation's lines are an HTTP request of the engine to itself, signed, read and answered like any other.
"""

import logging
import time
from typing import Any

from localstack.services.lambda_.invocation.logs import QUEUE_SHUTDOWN, LogHandler, LogItem
from localstack.services.logs.models import get_moto_logs_backend
from localstack.services.logs.provider import moto_put_log_events
from localstack.services.plugins import SERVICE_PLUGINS
from moto.logs.models import LogsBackend

from emulator.services.lambda_.log_groups import LineKeeper
from emulator.speedups.originals import require_source

LOG = logging.getLogger(__name__)
KEEPER = LineKeeper()


def run_log_loop(self: LogHandler, *_: Any, **__: Any) -> None:
    """Store what was written until the function's version is gone, as the method that it takes the place of."""
    SERVICE_PLUGINS.require("logs")
    account_id = self.role_arn.split(":")[4]
    while (item := self.log_queue.get()) is not QUEUE_SHUTDOWN:
        try:
            store(get_moto_logs_backend(account_id, self.region), item)
        except Exception:  # the next invocation's lines are stored all the same
            LOG.exception("the lines of an invocation are lost: %s", item.log_group)


def store(backend: LogsBackend, item: LogItem) -> None:
    """Add one invocation's lines to its log group; make that, and its stream, if they are not there."""
    backend.ensure_log_group(item.log_group)
    backend.ensure_log_stream(item.log_group, item.log_stream)
    # CloudWatch takes no empty lines. LocalStack gives all lines of an invocation one time.
    lines = [line + "\n" for line in item.logs.split("\n") if line]
    KEEPER.add(backend.groups[item.log_group], item.log_stream, lines, int(time.time() * 1000))


def apply() -> None:
    """Replace the loop that stores lines."""
    require_source(LogHandler, "a079866d7c7c45c5")
    require_source(LogsBackend.put_log_events, "9413dbc08c425c24")
    # What takes the place of moto's as soon as the service of logs is loaded, which may be before this or after.
    require_source(moto_put_log_events, "16317b7e99ec7c13")
    LogHandler.run_log_loop = run_log_loop
