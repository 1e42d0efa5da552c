"""An engine of the run's own, with the stack on it, that the run may kill and bring back.

Engines and the bootstrap are commands that block, so they run in threads. A run that is cancelled meanwhile waits for
the thread when its loop closes: an engine that is just starting is not left behind.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from harness.engines import MortalEngine, RunningEngine
from harness.observation import Observer
from harness.running.run_target import RestartedStack
from harness.stack.deployment import Deployment


@dataclass(frozen=True, slots=True)
class KillableStack:
    """Implements `harness.running.run_target.Killable`."""

    engine: MortalEngine
    deploy: Callable[[RunningEngine], Deployment]
    """Deploys what was deployed before."""
    observe: Callable[[Deployment], Observer]
    keep_log: Callable[[], None]
    """Keeps what the engine has logged so far: the next one begins a log of its own."""

    async def kill(self) -> None:
        """See `Killable`."""
        await asyncio.to_thread(self.engine.kill)

    async def bring_back(self) -> RestartedStack:
        """See `Killable`."""
        deployment = await asyncio.to_thread(self._bring_back)
        return RestartedStack(deployment.api_url, self.observe(deployment))

    def _bring_back(self) -> Deployment:
        self.keep_log()
        return self.deploy(self.engine.restart())
