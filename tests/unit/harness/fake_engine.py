"""Engines that run nothing: what a run does to its engine, without one."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from harness.engines import RunningEngine
from tests.unit.harness.fake_stack import ENGINE, nothing


class FakeEngine:
    """One that is there at once, and remembers whether it was stopped."""

    def __init__(self, on_start: Callable[[], None] = nothing, on_stop: Callable[[], None] = nothing) -> None:
        self._on_start = on_start
        self._on_stop = on_stop
        self.stopped = False

    def start(self) -> RunningEngine:
        self._on_start()
        return ENGINE

    def stop(self) -> None:
        self._on_stop()
        self.stopped = True


class MortalFakeEngine(FakeEngine):
    """One that can be killed; keeps what was done to it, and has a log for each of its lives."""

    def __init__(self, log_path: Path, on_restart: Callable[[], None] = nothing) -> None:
        super().__init__(on_stop=lambda: self.told.append("stop"))
        self.told: list[str] = []
        self._log_path = log_path
        self._on_restart = on_restart

    def start(self) -> RunningEngine:
        self._log_path.write_text("first\n")
        return replace(ENGINE, log_path=self._log_path)

    def kill(self) -> None:
        self.told.append("kill")

    def restart(self) -> RunningEngine:
        self.told.append("restart")
        self._on_restart()
        self._log_path.write_text("second\n")
        return replace(ENGINE, log_path=self._log_path, pid=5678)
