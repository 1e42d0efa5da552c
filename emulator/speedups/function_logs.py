"""The lines that a function wrote go straight to its log group: see `services.lambda_.log_handler`.

Else each invocation's lines are an HTTP request of the engine to itself, signed, read and answered like any other.
"""

from localstack.services.lambda_.invocation.logs import LogHandler
from localstack.services.logs.provider import moto_put_log_events
from moto.logs.models import LogsBackend

from emulator.services.lambda_.log_handler import DirectLogHandler
from emulator.services.lambda_.provider import EmbeddedLambdaService
from emulator.speedups.originals import require_source


def apply() -> None:
    """Let the Lambda service use the direct handler, whose loop knows the sources of what it leaves out."""
    require_source(LogHandler, "a079866d7c7c45c5")
    require_source(LogsBackend.put_log_events, "9413dbc08c425c24")
    # What takes the place of moto's as soon as the service of logs is loaded, which may be before this or after.
    require_source(moto_put_log_events, "16317b7e99ec7c13")
    EmbeddedLambdaService.log_handler = DirectLogHandler
