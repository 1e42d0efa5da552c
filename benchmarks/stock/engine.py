"""Starts and stops the stock engine."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from benchmarks.stock.environment import HOST, stock_environment
from harness.engines import RunningEngine
from harness.engines.external import ExternalEngine
from harness.errors import UnavailableError

_CHECKOUT: Final = Path(__file__).parents[2]
_START_TIMEOUT_S: Final = 60
_LOOK_EVERY_S: Final = 0.05


class StockEngine:
    """LocalStack as it ships, on a free port of 127.0.0.1. It implements `harness.engines.Engine`.

    Args:
        work_dir: for its files and its log; made if it is missing. A second engine in the same folder, one
            after the other, finds the first one's caches: that is a warm start.
    """

    def __init__(self, work_dir: Path) -> None:
        self._work_dir = work_dir
        self._log_path = work_dir / "stock.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> RunningEngine:
        """See `harness.engines.Engine.start`."""
        self._work_dir.mkdir(parents=True, exist_ok=True)
        port = _free_port()
        with self._log_path.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.stock"],
                cwd=_CHECKOUT,
                env=stock_environment(port, self._work_dir, os.environ),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self._wait_until_ready(f"http://{HOST}:{port}", self._process)

    def stop(self) -> None:
        """See `harness.engines.Engine.stop`. Nothing it holds is to be kept, and in order it takes seconds to end."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        if process.stdin:
            process.stdin.close()

    def _wait_until_ready(self, endpoint_url: str, process: subprocess.Popen[bytes]) -> RunningEngine:
        give_up_at = time.monotonic() + _START_TIMEOUT_S
        while True:
            try:
                found = ExternalEngine(endpoint_url).start()
            except UnavailableError as error:
                if process.poll() is not None or time.monotonic() > give_up_at:
                    state = f"exit code {process.poll()}"
                    self.stop()
                    what = f"the stock engine did not start ({state}): {error}"
                    raise UnavailableError(f"{what}; its log: {self._log_path}") from error
                time.sleep(_LOOK_EVERY_S)
            else:
                return RunningEngine(endpoint_url, found.version, process.pid, self._log_path)


def _free_port() -> int:
    """Return a port that was free a moment ago: LocalStack takes a number, not a socket."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
