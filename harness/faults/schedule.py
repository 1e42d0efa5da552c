"""Sets a run's faults at their times, keeps them alive, heals them, and writes down what became of them.

A fault lives `TTL_S` on the engine and is set again all the while: when this process dies, the engine heals by itself.
All waiting is the run's clock's; what the engine says in its own time is told in the run's.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from harness.clock import RunClock, whole_microseconds
from harness.faults import Fault
from harness.faults.control import EXPIRED, HEALED, LIMITED, FaultControl, FaultControlError, FaultState
from harness.faults.document import fault_to_json
from harness.history import Firing
from harness.history.writer import HistoryWriter

TTL_S: Final = 30.0
"""An engine that is busy answers each of the calls that renew a fault only after seconds."""
RENEWED_EVERY_S: Final = 5.0
KEPT_FIRINGS: Final = 200_000
"""Of one fault: as many as the engine keeps."""


@asynccontextmanager
async def broken_by(
    faults: Sequence[Fault], seed: int, control: FaultControl, clock: RunClock, writer: HistoryWriter
) -> AsyncIterator[None]:
    """Break the engine while the block runs: what begins with the run is set before the block, all is healed after it.

    Raises:
        FaultControlError: a fault that begins with the run could not be set. Later on that is a note in the history.
    """
    kept = [_KeptFault(fault, seed, control, clock, writer) for fault in faults]
    for each in kept:
        each.define()
    try:
        for each in kept:
            if not each.begins_later:
                await each.set()
        async with asyncio.TaskGroup() as beside:
            keepers = [beside.create_task(each.keep()) for each in kept]
            try:
                yield
            finally:
                for keeper in keepers:
                    keeper.cancel()
    finally:
        # All at once, since an engine that is gone takes its time for each; and each, whatever becomes of the others.
        endings = await asyncio.gather(*(each.end() for each in kept), return_exceptions=True)
    for error in endings:
        if error is not None:
            raise error


class _KeptFault:
    """One fault, from its definition to its counts."""

    def __init__(self, fault: Fault, seed: int, control: FaultControl, clock: RunClock, writer: HistoryWriter) -> None:
        self._fault = fault
        self._seed = seed
        self._control = control
        self._clock = clock
        self._writer = writer
        self._asked_for = False
        """Whether the engine may have it: it was asked to set it, and not yet to heal it."""
        self._set_at_s: float | None = None
        """On the engine's clock; None: it is not set, as far as we know."""
        self._behind_s = 0.0
        """What is to be added to a time of the engine to have one of the run."""
        self._is_told = False
        """Whether its end and its counts are written down."""
        self._next_firing = 0
        self._earlier = (0, 0)
        """How often it could have hit and did, before it was set anew."""
        self._looked_at_s = 0.0
        self._is_taken = False
        """Whether all is written down of it that the engine knew when it had expired."""
        self._is_lost = False
        """Whether some of what it hit will never be known."""
        self._told = ""

    @property
    def begins_later(self) -> bool:
        return self._fault.from_s > 0

    def define(self) -> None:
        self._writer.fault(self._fault.name, self._fault.kind, fault_to_json(self._fault))

    async def keep(self) -> None:
        """Set it when it is its time, again and again until its time is over, and heal it then."""
        fault, clock = self._fault, self._clock
        until_s = None if fault.for_s is None else fault.from_s + fault.for_s
        await clock.wait_until(fault.from_s)
        self._looked_at_s = clock.now_s()
        if self._set_at_s is None:
            await self._try_to_set()
        while until_s is None or clock.now_s() < until_s:
            # Not after all that it hit was fetched: there may be much of it.
            next_s = max(clock.now_s(), self._looked_at_s + RENEWED_EVERY_S)
            await clock.wait_until(next_s if until_s is None else min(next_s, until_s))
            if (until_s is None or clock.now_s() < until_s) and await self._is_to_be_renewed():
                await self._try_to_set()
        await self.end()

    async def set(self) -> None:
        """Set it, or let it live on."""
        self._asked_for = True
        before_s = self._clock.now_s()
        state, is_new = await self._control.set(self._fault, self._seed, TTL_S)
        if is_new or self._set_at_s is None:
            self._begin(state, (before_s + self._clock.now_s()) / 2)

    async def end(self) -> None:
        """Heal it, if it may be set, and write down what it did. It can be called again."""
        if not self._asked_for:
            return
        name = self._fault.name
        try:
            state = await self._control.heal(name)
            if state is None:
                self._asked_for = False
                self._note("the engine does not know it any more; what it did is not known")
                return
            if self._set_at_s is None:  # we were stopped while it was set
                self._begin(state, state.set_at_s - self._clock.wall_clock_zero_s)
            if not self._is_told:
                self._ended(state)
            await self._fetch_firings()
            self._asked_for = False
        except FaultControlError as error:
            self._note(f"what it did in the end is not known: {error}")

    async def _try_to_set(self) -> None:
        try:
            await self.set()
            await self._fetch_firings()
        except FaultControlError as error:
            self._note(str(error))

    async def _is_to_be_renewed(self) -> bool:
        """Whether it may go on: one that did all that it may, or that a person healed, is left alone."""
        self._looked_at_s = self._clock.now_s()
        try:
            state = await self._control.look(self._fault.name)
            if state and state.state == EXPIRED:
                await self._take(state)
        except FaultControlError as error:
            self._note(str(error))
            return False
        return state is None or state.state not in {LIMITED, HEALED}

    async def _take(self, expired: FaultState) -> None:
        """Write down what it did until it expired: the engine forgets it when it is set anew."""
        if self._is_taken:
            return
        await self._fetch_firings()
        self._earlier = self._earlier[0] + expired.eligible, self._earlier[1] + expired.fired
        self._is_taken = True

    def _begin(self, state: FaultState, at_s: float) -> None:
        """Write that it was set, which may not be for the first time: an engine that stood still forgets."""
        if self._set_at_s is not None:
            lost = "" if self._is_taken else "; what it hit since it was looked at last is not known"
            self._note(f"it had expired, and was set anew{lost}")
            self._is_lost = self._is_lost or not self._is_taken
            self._is_taken = False
            self._writer.fault_ended(self._fault.name, whole_microseconds(at_s))
        self._set_at_s, self._next_firing = state.set_at_s, 0
        self._behind_s = at_s - state.set_at_s
        self._writer.fault_began(self._fault.name, whole_microseconds(at_s))

    def _ended(self, state: FaultState) -> None:
        at_s = self._clock.now_s() if state.ended_at_s is None else state.ended_at_s + self._behind_s
        self._writer.fault_ended(self._fault.name, whole_microseconds(at_s))
        self._is_told = True
        if self._is_lost:
            return
        eligible, fired = self._earlier
        self._writer.fault_counts(self._fault.name, eligible + state.eligible, fired + state.fired)

    async def _fetch_firings(self) -> None:
        """Write down what it hit since the last time; what is written stays, also when the engine dies."""
        while self._next_firing < KEPT_FIRINGS:
            page, following = await self._control.firings(self._fault.name, self._next_firing)
            for each in page:
                firing = Firing(
                    at_s=whole_microseconds(each.at_s + self._behind_s),
                    flow=each.flow,
                    identity=each.identity,
                    operation=each.operation,
                    attempt=each.attempt,
                    delay_s=whole_microseconds(each.delay_ms / 1000),
                )
                self._writer.fault_fired(self._fault.name, firing)
            if not page or following <= self._next_firing:
                return
            self._next_firing = following

    def _note(self, text: str) -> None:
        """Write what a reader should know, and not the same again."""
        if text != self._told:
            self._writer.note(f"the fault {self._fault.name}: {text}")
        self._told = text
