"""Sets a run's faults at their times, keeps them alive, heals them, and writes down what became of them.

A fault lives `TTL_S` on the engine and is set again all the while: when this process dies, the engine heals by itself.
An engine that the run kills takes its faults with it, and what it knows of them. So all are healed right before, what
they did is written down, and they are set anew when it is there again.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from harness.clock import RunClock
from harness.faults import Fault
from harness.faults.control import FaultControl
from harness.faults.kept_fault import KeptFault
from harness.history.writer import HistoryWriter


class FaultSchedule:
    """The faults that a run keeps on its engine.

    Args:
        kept: each of them; none, where a run has no such faults.
    """

    def __init__(self, kept: Sequence[KeptFault] = ()) -> None:
        self._kept = kept

    async def let_go(self) -> None:
        """Heal all, and write down what they did, since the engine is about to forget it."""
        await asyncio.gather(*(each.let_go() for each in self._kept))

    async def set_anew(self) -> None:
        """Set again what was let go; what was to begin meanwhile begins now."""
        await asyncio.gather(*(each.set_anew() for each in self._kept))


@asynccontextmanager
async def broken_by(
    faults: Sequence[Fault], seed: int, control: FaultControl, clock: RunClock, writer: HistoryWriter
) -> AsyncIterator[FaultSchedule]:
    """Break the engine while the block runs: what begins with the run is set before the block, all is healed after it.

    Raises:
        FaultControlError: a fault that begins with the run could not be set. Later on that is a note in the history.
    """
    kept = [KeptFault(fault, seed, control, clock, writer) for fault in faults]
    for each in kept:
        each.define()
    try:
        for each in kept:
            if not each.begins_later:
                await each.set()
        async with asyncio.TaskGroup() as beside:
            keepers = [beside.create_task(each.keep()) for each in kept]
            try:
                yield FaultSchedule(kept)
            finally:
                for keeper in keepers:
                    keeper.cancel()
    finally:
        # All at once, since an engine that is gone takes its time for each; and each, whatever becomes of the others.
        endings = await asyncio.gather(*(each.end() for each in kept), return_exceptions=True)
    for error in endings:
        if error is not None:
            raise error
