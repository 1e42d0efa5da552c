"""Carries out `kills`: the run ends its engine as a power cut would, starts it again, and deploys the stack to it.

No engine can do that to itself, so it is not set on one: what is killed is given as a `Victim`, and what else the run
broke there as a `FaultSchedule`, which lets go before and breaks it anew after. All waiting is the run's clock's.
"""

import asyncio
import math
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, Protocol

from harness.clock import RunClock
from harness.errors import HarnessError
from harness.faults import Fault
from harness.faults.document import fault_to_json
from harness.faults.flow_count import FlowCount
from harness.faults.schedule import FaultSchedule
from harness.history import Firing
from harness.history.writer import HistoryWriter

ENGINE: Final = "engine"
"""What is hit, as the engine calls itself in faults of its own."""
KILL: Final = "kill"


class Victim(Protocol):
    """What is killed and comes back. `harness.running.run_target.RunTarget` is one."""

    async def kill(self) -> None:
        """End it. Raises `HarnessError` where that cannot be done."""
        ...

    async def bring_back(self) -> None:
        """Start it again with all that it needs. Raises `HarnessError` where it does not come back."""
        ...

    def let_flows_in(self) -> None:
        """Let the flows go there again."""
        ...

    def give_up(self, why: str) -> None:
        """Let nobody wait for it any more."""
        ...


@dataclass(frozen=True, slots=True)
class KillContext:
    """Where it happens, and who hears of it."""

    victim: Victim
    others: FaultSchedule
    """The faults that are set on it."""
    seed: int
    """The workload's, on which drawn delays depend."""
    flows: FlowCount
    """Tells how many have ended."""
    clock: RunClock
    writer: HistoryWriter


@asynccontextmanager
async def killed_by(kills: Sequence[Fault], context: KillContext) -> AsyncIterator[None]:
    """Kill the engine at the times that faults say while the block runs. When this is over, the engine is there again.

    A kill that has begun when the block ends comes to its end: the engine is needed to look at what is left. Where the
    block fails or is cancelled, nobody looks, and nobody waits for it.

    Args:
        kills: faults of kind `kills`.
        context: see there.
    """
    turns = _Turns()
    killers = [_Killer(fault, context, turns) for fault in kills]
    for killer in killers:
        killer.define()
    async with asyncio.TaskGroup() as beside:
        tasks = [beside.create_task(killer.keep()) for killer in killers]
        try:
            yield
            turns.are_over = True
            async with turns.one_at_a_time:
                pass
        finally:
            for task in tasks:
                task.cancel()


class _Turns:
    """Several such faults take turns: what is dead cannot be killed."""

    def __init__(self) -> None:
        self.one_at_a_time = asyncio.Lock()
        self.are_over = False
        """Whether nothing is to be killed any more."""


class _Killer:
    """One such fault."""

    def __init__(self, fault: Fault, context: KillContext, turns: _Turns) -> None:
        self._fault = fault
        self._random = random.Random(f"{context.seed}/{fault.name}/away")  # noqa: S311  - repeatable is the point
        self._context = context
        self._turns = turns
        self._kills = 0

    def define(self) -> None:
        self._context.writer.fault(self._fault.name, self._fault.kind, fault_to_json(self._fault))

    async def keep(self) -> None:
        """Kill when it is time, and again, as often as the fault says."""
        fault, clock = self._fault, self._context.clock
        await self._wait_for_the_first()
        until_s = math.inf if fault.for_s is None else clock.now_s() + fault.for_s
        while await self._kill_once() and fault.every_s is not None and self._kills < fault.limit:
            next_s = clock.now_s() + fault.every_s
            if next_s >= until_s:
                return
            await clock.wait_until(next_s)

    async def _wait_for_the_first(self) -> None:
        if self._fault.from_flows:
            await self._context.flows.wait_for_share(self._fault.from_flows)
        else:
            await self._context.clock.wait_until(self._fault.from_s)

    async def _kill_once(self) -> bool:
        """Kill it and bring it back; return whether it can be killed again."""
        name, victim, others = self._fault.name, self._context.victim, self._context.others
        clock, writer = self._context.clock, self._context.writer
        async with self._turns.one_at_a_time:
            if self._turns.are_over:
                return False
            await others.let_go()
            self._write_kill()
            try:
                await victim.kill()
                await clock.wait_until(clock.now_s() + self._draw_s())
                await victim.bring_back()
            except HarnessError as error:
                writer.note(f"the fault {name}: the engine did not come back: {error}")
                victim.give_up("the engine, which the run had killed, did not come back")
                self._turns.are_over = True
                return False
            await others.set_anew()
            writer.fault_ended(name, clock.now_s())
            victim.let_flows_in()
            return True

    def _draw_s(self) -> float:
        """Return how long the engine stays away beyond what its start takes."""
        delay = self._fault.delay
        return delay.drawn_ms(self._random.random()) / 1000 if delay else 0

    def _write_kill(self) -> None:
        """Write it down before it is done: what is lost then is explained also if this process ends right after."""
        name, writer, now_s = self._fault.name, self._context.writer, self._context.clock.now_s()
        self._kills += 1
        writer.fault_began(name, now_s)
        writer.fault_fired(name, Firing(now_s, None, ENGINE, KILL, self._kills))
        writer.fault_counts(name, self._kills, self._kills)
