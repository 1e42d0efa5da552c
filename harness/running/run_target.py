"""What a run stands on: the API that it drives and the queues and the table that it looks into. A run may kill it.

An engine that was killed and started again holds nothing: the stack is deployed anew, with another API, other queues
and another table, and what is there then is what the run's end is compared with.
"""

from dataclasses import dataclass
from typing import Protocol

from harness.driving.availability import Availability
from harness.history import QueueDepths
from harness.observation import ObservationError, Observer
from harness.observation.quiet import Baseline, observe_before


@dataclass(frozen=True, slots=True)
class RestartedStack:
    """A stack that was deployed anew to an engine that was started again."""

    api_url: str
    """The base URL of the API, without a slash at its end."""
    observer: Observer


class Killable(Protocol):
    """An engine that a run may kill, since it is the run's own, and start again with the stack on it."""

    async def kill(self) -> None:
        """End the engine at once, and everything in it. It has ended when this returns.

        Raises:
            HarnessError: it could not be ended.
        """
        ...

    async def bring_back(self) -> RestartedStack:
        """Start the engine again as it was started before, at the same place, and deploy the stack to it.

        Raises:
            HarnessError: it did not start, or the stack could not be deployed.
        """
        ...


class RunTarget:
    """What a run stands on now.

    Args:
        api_url: the base URL of the API, without a slash at its end.
        observer: looks into the engine; None: nobody may.
        killable: the engine, where the run may kill it.
    """

    def __init__(self, api_url: str, observer: Observer | None, killable: Killable | None) -> None:
        self.where = Availability(api_url)
        self.observer = observer
        self.baseline: Baseline | None = None
        self._killable = killable
        self._next_api_url = api_url

    @property
    def is_killable(self) -> bool:
        """Whether the run may kill it."""
        return self._killable is not None

    async def look(self) -> None:
        """Look at what is there, and is none of the run's own."""
        if self.observer:
            self.baseline = await observe_before(self.observer)

    async def depths(self) -> QueueDepths:
        """Count the queues' messages once there are queues.

        Raises:
            ObservationError: nobody may look, or the engine does not say.
        """
        await self.where.wait_until_back()
        if self.observer is None:
            raise ObservationError("there is nothing to look into")
        return await self.observer.depths()

    async def kill(self) -> None:
        """Kill the engine. From now on no answer can be expected.

        Raises:
            HarnessError: it could not be killed.
        """
        if self._killable:
            self.where.leave()
            await self._killable.kill()

    async def bring_back(self) -> None:
        """Start the engine again, deploy the stack, and look at what is there; the flows do not go there yet.

        Raises:
            HarnessError: it did not come back.
        """
        if self._killable:
            back = await self._killable.bring_back()
            self.observer, self._next_api_url = back.observer, back.api_url
            await self.look()

    def let_flows_in(self) -> None:
        """Let the flows go to where the API is now."""
        self.where.come_back(self._next_api_url)

    def give_up(self, why: str) -> None:
        """Let nobody wait any more: it does not come back."""
        self.where.stay_away(why)
