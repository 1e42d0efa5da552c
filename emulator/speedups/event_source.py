"""Event source mappings of queues have our poller, which waits for a message: see `services.lambda_.event_source`."""

from localstack.services.lambda_ import provider
from localstack.services.lambda_.event_source_mapping import esm_worker

from emulator.services.lambda_.event_source.provider import WorkerFactory
from emulator.speedups.originals import require_source


def apply() -> None:
    """Replace the factory of pollers. The provider looks it up in its module, and offers no other way to choose one."""
    require_source(esm_worker.EsmWorker.poller_loop, "0c30912d74284639")
    provider.EsmWorkerFactory = WorkerFactory
    # Our poller waits by itself, for a message; the worker need not wait between two calls of it.
    esm_worker.LAMBDA_EVENT_SOURCE_MAPPING_POLL_INTERVAL_SEC = 0
