"""The border to LocalStack's log groups: a stage that has an access log gets a line for each request.

Lines of the same tenth of a second are stored together, and not by who answers requests: a log group takes as long for
one line as for many, and clients would wait for it.
https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
"""

import logging
import time
from collections import defaultdict
from threading import Lock, Timer
from typing import Any, Final

from localstack.http import Response
from localstack.services.apigateway.next_gen.execute_api.context import RestApiInvocationContext
from localstack.services.plugins import SERVICE_PLUGINS

from emulator.services.apigateway.access_log import LogGroupPlace, line_of, place_of
from emulator.services.lambda_.log_groups import LineKeeper

LOG = logging.getLogger(__name__)

_BATCH_S: Final = 0.1
_MS: Final = 1000


class AccessLogs:
    """Lines that are still to be stored, and who stores them."""

    def __init__(self) -> None:
        self._keeper = LineKeeper()
        self._lock = Lock()
        self._waiting: defaultdict[tuple[LogGroupPlace, str], list[str]] = defaultdict(list)

    def add(self, place: LogGroupPlace, stage: str, line: str) -> None:
        """Have a line stored soon."""
        with self._lock:
            is_first = not self._waiting
            self._waiting[place, stage].append(line)
        if is_first:
            timer = Timer(_BATCH_S, self._store)
            timer.daemon = True
            timer.start()

    def _store(self) -> None:
        with self._lock:
            waiting, self._waiting = self._waiting, defaultdict(list)
        for (place, stage), lines in waiting.items():
            try:
                _store(self._keeper, place, stage, lines)
            except Exception:  # the next lines are stored all the same
                LOG.exception("lines of an access log are lost: %s", place.name)


ACCESS_LOGS: Final = AccessLogs()


def log_access(_chain: Any, context: RestApiInvocationContext, response: Response) -> None:
    """Write a request's line. A stage without an access log costs a look at its settings."""
    settings = (context.stage_configuration or {}).get("accessLogSettings")
    if not settings or not settings.get("format"):
        return
    place = place_of(settings.get("destinationArn", ""))
    if place is not None:
        ACCESS_LOGS.add(place, context.stage, line_of(settings["format"], _known(context, response)))


def _known(context: RestApiInvocationContext, response: Response) -> dict[str, Any]:
    variables = dict(context.context_variables or {})
    began_ms = variables.get("requestTimeEpoch")
    return variables | {
        "status": response.status_code,
        "responseLength": response.content_length,
        "responseLatency": None if began_ms is None else max(int(time.time() * _MS) - began_ms, 0),
        "xrayTraceId": context.trace_id,
    }


def _store(keeper: LineKeeper, place: LogGroupPlace, stage: str, lines: list[str]) -> None:
    """Add lines to a group, which API Gateway does not make: where there is none, nothing is logged."""
    if not SERVICE_PLUGINS.is_running("logs"):
        return
    from localstack.services.logs.models import get_moto_logs_backend  # noqa: PLC0415 - late: few stages have a log

    backend = get_moto_logs_backend(place.account_id, place.region)
    group = backend.groups.get(place.name)
    if group is not None:
        backend.ensure_log_stream(place.name, stage)
        keeper.add(group, stage, lines, int(time.time() * _MS))
