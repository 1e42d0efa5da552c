"""LocalStack's runtime as we run it: on our socket, over plain HTTP, in this process.

With `catalog.py` the only module of the launcher that imports LocalStack. It is imported when the environment
is complete: LocalStack reads its configuration while it is imported.
"""

import logging
import socket
from functools import cached_property
from pathlib import Path
from typing import Any

from localstack import config
from localstack.aws.components import AwsComponents
from localstack.logging.format import AddFormattedAttributes, DefaultFormatter
from localstack.logging.setup import setup_logging_from_config
from localstack.runtime import hooks
from localstack.runtime.current import set_current_runtime
from localstack.runtime.runtime import LocalstackRuntime
from localstack.runtime.server.twisted import TwistedRuntimeServer
from rolo.serving.twisted import TwistedGateway
from twisted.internet import reactor as installed_reactor
from twisted.internet.endpoints import AdoptedStreamServerEndpoint

from emulator.faults.serving import serve_faults
from emulator.http import server
from emulator.launch.catalog import write_service_index
from emulator.launch.readiness import WHEN_READY
from emulator.launch.speedups import apply_changes
from emulator.patches.patch import START
from emulator.settings import EngineSettings

reactor: Any = installed_reactor  # what it can do depends on the system, so Twisted gives it no type

# How long the requests that are under way when the engine stops may go on.
_LAST_REQUESTS_S = 0.5


class SocketServer(TwistedRuntimeServer):
    """Serves on a socket that already listens.

    LocalStack's own server takes the port from its configuration but not the address, and so listens on all
    interfaces.
    """

    def __init__(self, listener: socket.socket) -> None:
        super().__init__()
        self._listener = listener

    def register(self, gateway: Any, *_: object) -> None:
        """Serve `gateway` on our socket, whatever addresses and certificates the runtime names."""
        make_endpoint: Any = AdoptedStreamServerEndpoint  # untyped in Twisted
        site = TwistedGateway(gateway)
        site.requestFactory = server.FastPathRequest
        site.protocol = server.MAKE_PROTOCOL
        site.log = ignore  # Twisted makes a line of each response for a log that nobody keeps
        make_endpoint(reactor, self._listener.detach(), socket.AF_INET).listen(site)

    def shutdown(self) -> None:
        """End `run`, from any thread."""
        self.thread_pool.stop(timeout=_LAST_REQUESTS_S)
        reactor.callFromThread(reactor.stop)


def ignore(_request: object) -> None:
    """Do nothing."""


class EngineComponents(AwsComponents):
    """LocalStack's AWS gateway behind our server."""

    def __init__(self, server: SocketServer) -> None:
        super().__init__()
        self._server = server

    @cached_property
    def runtime_server(self) -> SocketServer:
        """The server that the runtime runs."""
        return self._server


class EngineRuntime(LocalstackRuntime):
    """LocalStack's life cycle without a certificate. `run` serves until `exit` is called."""

    @property
    def is_serving(self) -> bool:
        """Whether `exit` would end it in order: not before it serves, and not twice."""
        return bool(reactor.running)

    def _init_gateway_server(self) -> None:
        self.components.runtime_server.register(self.components.gateway)

    def _run_ready_monitor(self) -> None:
        """Runs in a thread of its own. LocalStack's waits for the port, which we have had from the start."""
        hooks.on_runtime_ready.run()
        self.ready.set()
        for call in WHEN_READY:
            call()


def create_runtime(
    settings: EngineSettings, listener: socket.socket, log_handlers: list[logging.Handler]
) -> EngineRuntime:
    """Return the runtime, configured; only its `run` is missing.

    Args:
        settings: what the environment was made from. LocalStack can be told a few things only here.
        listener: a socket that listens at the settings' host and port.
        log_handlers: where the log goes.
    """
    set_up_logging(log_handlers)
    write_service_index(Path(config.dirs.static_libs))
    hooks.on_runtime_create.run()
    serve_faults()
    apply_changes(START, settings.without)
    runtime = EngineRuntime(EngineComponents(SocketServer(listener)))
    set_current_runtime(runtime)
    return runtime


def set_up_logging(handlers: list[logging.Handler]) -> None:
    """Log as LocalStack does, to `handlers`."""
    for handler in handlers:
        handler.setFormatter(DefaultFormatter())
        handler.addFilter(AddFormattedAttributes())
        logging.getLogger().addHandler(handler)
    setup_logging_from_config()  # levels; it adds a handler of its own only where there is none
