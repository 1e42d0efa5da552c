"""Where the lines that a function writes go: to the group that it is configured with.

https://docs.aws.amazon.com/lambda/latest/api/API_LoggingConfig.html
"""

import dataclasses
import logging
import time
from typing import Any

from localstack.services.lambda_.invocation.lambda_models import FunctionVersion
from localstack.services.lambda_.invocation.logs import QUEUE_SHUTDOWN, LogHandler, LogItem
from localstack.services.logs.models import get_moto_logs_backend
from localstack.services.plugins import SERVICE_PLUGINS
from moto.logs.models import LogsBackend

from emulator.services.lambda_.log_groups import LineKeeper

LOG = logging.getLogger(__name__)
KEEPER = LineKeeper()


def log_group_of(function_version: FunctionVersion) -> str:
    """Return the name of a function's log group: the configured one, or AWS's default."""
    configured: str | None = function_version.config.logging_config.get("LogGroup")
    return configured or f"/aws/lambda/{function_version.id.function_name}"


class FunctionLogHandler(LogHandler):
    """LocalStack's handler of one version, which knew the default group only."""

    def __init__(self, function_version: FunctionVersion) -> None:
        super().__init__(function_version.config.role, function_version.id.region)
        self._log_group = log_group_of(function_version)

    def add_logs(self, log_item: LogItem) -> None:
        """Take the lines of one invocation, to be stored later."""
        super().add_logs(dataclasses.replace(log_item, log_group=self._log_group))


class DirectLogHandler(FunctionLogHandler):
    """Stores lines without a request of the engine to itself for each invocation."""

    def run_log_loop(self, *_: Any, **__: Any) -> None:
        """Store what was written until the function's version is gone."""
        SERVICE_PLUGINS.require("logs")
        account_id = self.role_arn.split(":")[4]
        while (item := self.log_queue.get()) is not QUEUE_SHUTDOWN:
            try:
                _store(get_moto_logs_backend(account_id, self.region), item)
            except Exception:  # the next invocation's lines are stored all the same
                LOG.exception("the lines of an invocation are lost: %s", item.log_group)


def _store(backend: LogsBackend, item: LogItem) -> None:
    """Add one invocation's lines to its log group; make that, and its stream, if they are not there."""
    backend.ensure_log_group(item.log_group)
    backend.ensure_log_stream(item.log_group, item.log_stream)
    # CloudWatch takes no empty lines. LocalStack gives all lines of an invocation one time.
    lines = [line + "\n" for line in item.logs.split("\n") if line]
    KEEPER.add(backend.groups[item.log_group], item.log_stream, lines, int(time.time() * 1000))
