"""One fault of a run on its engine, from its definition to its counts, also over the end of that engine.

All waiting is the run's clock's; what the engine says in its own time is told in the run's.
"""

import asyncio
from dataclasses import replace
from typing import Final

from harness.clock import RunClock, whole_microseconds
from harness.faults import Fault
from harness.faults.control import FaultControl, FaultControlError, FaultState
from harness.faults.document import fault_to_json
from harness.history import Firing
from harness.history.writer import HistoryWriter
from model.faults.registry import EXPIRED, HEALED, KEPT_FIRINGS, LIMITED

TTL_S: Final = 30.0
"""An engine that is busy answers each of the calls that renew a fault only after seconds."""
RENEWED_EVERY_S: Final = 5.0


class KeptFault:
    """One fault that is set, renewed, healed, and let go where the engine is about to be killed.

    Args:
        fault: what it is.
        seed: the workload's.
        control: of the engine's faults.
        clock: the run's.
        writer: of the history.
    """

    def __init__(self, fault: Fault, seed: int, control: FaultControl, clock: RunClock, writer: HistoryWriter) -> None:
        self._fault = fault
        self._until_s = None if fault.for_s is None else fault.from_s + fault.for_s
        self._seed = seed
        self._control = control
        self._clock = clock
        self._told = _Told(fault, writer)
        self._asked_for = False
        """Whether the engine may have it: it was asked to set it, and not yet to heal it."""
        self._set_at_s: float | None = None
        """On the engine's clock; None: it is not set, as far as we know."""
        self._behind_s = 0.0
        """What is to be added to a time of the engine to have one of the run."""
        self._is_taken = False
        """Whether all is written down of it that the engine knew when it had expired."""
        self._healed: FaultState | None = None
        self._next_firing = 0
        self._spent = 0
        """What it hit on engines that were killed: that counts for its limit."""
        self._was_let_go = False
        self._is_finished = False
        """Whether it is not to be set any more: it hit all that it may, a person healed it, or the run is over."""
        self._is_there = asyncio.Event()
        """Whether there is an engine to set it on."""
        self._is_there.set()
        self._one_at_a_time = asyncio.Lock()

    @property
    def begins_later(self) -> bool:
        """Whether it is not to be set before the first flow."""
        return self._fault.from_s > 0

    def define(self) -> None:
        """Write what it is."""
        self._told.define()

    async def keep(self) -> None:
        """Set it when it is its time, again and again until its time is over, and heal it then."""
        clock = self._clock
        await clock.wait_until(self._fault.from_s)
        looked_at_s = clock.now_s()
        if self._set_at_s is None:
            await self._renew()
        while not self._is_past():
            # Not after all that it hit was fetched: there may be much of it.
            next_s = max(clock.now_s(), looked_at_s + RENEWED_EVERY_S)
            await clock.wait_until(next_s if self._until_s is None else min(next_s, self._until_s))
            looked_at_s = clock.now_s()
            await self._renew()
        await self.end()

    async def set(self) -> None:
        """Set it, or let it live on.

        Raises:
            FaultControlError: the engine did not.
        """
        self._asked_for = True
        before_s = self._clock.now_s()
        left = replace(self._fault, limit=self._fault.limit - self._spent)
        state, is_new = await self._control.set(left, self._seed, TTL_S)
        if is_new or self._set_at_s is None:
            self._begin(state, (before_s + self._clock.now_s()) / 2)

    async def let_go(self) -> None:
        """Heal it for as long as there is no engine, and write down what it did until now."""
        self._is_there.clear()
        async with self._one_at_a_time:
            if not self._asked_for:
                return
            self._is_finished = await self._did_all() is True
            await self._heal()
            if self._healed is None:  # and who could say what it did is about to be gone
                self._told.lose(self._clock.now_s())
            else:
                self._spent += self._healed.fired
            self._asked_for, self._was_let_go = False, True
            self._set_at_s = self._healed = None
            self._is_taken = False

    async def set_anew(self) -> None:
        """Set it on the engine that is there again, if it was let go."""
        self._is_there.set()
        if self._was_let_go:
            self._was_let_go = False
            await self._renew()

    async def end(self) -> None:
        """Heal it, if it may be set, and write down what it did. It can be called again."""
        async with self._one_at_a_time:
            self._is_finished = True
            if self._asked_for:
                await self._heal()
            if not self._asked_for or self._healed:
                self._told.count()

    async def _renew(self) -> None:
        """Set it, or let it live on, once there is an engine, and while it is to be set."""
        await self._is_there.wait()
        async with self._one_at_a_time:
            if self._is_finished or self._is_past() or not self._is_there.is_set():
                return
            if self._set_at_s is not None and await self._did_all() is not False:
                return
            try:
                await self.set()
                await self._fetch_firings()
            except FaultControlError as error:
                self._told.note(str(error))

    def _is_past(self) -> bool:
        return self._until_s is not None and self._clock.now_s() >= self._until_s

    async def _did_all(self) -> bool | None:
        """Whether it hit all that it may, or a person healed it: then it is left alone. None: the engine is silent."""
        try:
            state = await self._control.look(self._fault.name)
            if state is not None and state.state == EXPIRED:
                await self._take(state)
        except FaultControlError as error:
            self._told.note(str(error))
            return None
        return state is not None and state.state in {LIMITED, HEALED}

    async def _take(self, expired: FaultState) -> None:
        """Write down what it did until it expired: the engine forgets it when it is set anew."""
        if not self._is_taken:
            await self._fetch_firings()
            self._told.add(expired)
            self._is_taken = True

    async def _heal(self) -> None:
        try:
            if self._healed is None:
                state = await self._control.heal(self._fault.name)
                if state is None:
                    self._asked_for = False
                    self._told.lose(None)
                    self._told.note("the engine does not know it any more; what it did is not known")
                    return
                if self._set_at_s is None:  # we were stopped while it was set
                    self._begin(state, state.set_at_s - self._clock.wall_clock_zero_s)
                ended_at_s = self._clock.now_s() if state.ended_at_s is None else state.ended_at_s + self._behind_s
                self._told.ended(ended_at_s)
                if not self._is_taken:
                    self._told.add(state)
                self._healed = state
            await self._fetch_firings()
            self._asked_for = False
        except FaultControlError as error:
            self._told.note(f"what it did in the end is not known: {error}")

    def _begin(self, state: FaultState, at_s: float) -> None:
        """Write that it was set, which may not be for the first time: an engine that stood still forgets."""
        if self._set_at_s is not None:
            lost = "" if self._is_taken else "; what it hit since it was looked at last is not known"
            self._told.note(f"it had expired, and was set anew{lost}")
            if not self._is_taken:
                self._told.lose(None)
            self._told.ended(at_s)
            self._is_taken = False
        self._set_at_s, self._next_firing = state.set_at_s, 0
        self._behind_s = at_s - state.set_at_s
        self._told.began(at_s)

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
                self._told.fired(firing)
            if not page or following <= self._next_firing:
                return
            self._next_firing = following


class _Told:
    """What the history says of a fault: each thing once."""

    def __init__(self, fault: Fault, writer: HistoryWriter) -> None:
        self._fault = fault
        self._writer = writer
        self._is_active = False
        """Whether its beginning is written down, and its end not yet."""
        self._counts: tuple[int, int] | None = None
        """How often it could have hit and did, over all the times that it was set; None: it was never healed."""
        self._is_known = True
        self._is_counted = False
        self._noted = ""

    def define(self) -> None:
        self._writer.fault(self._fault.name, self._fault.kind, fault_to_json(self._fault))

    def began(self, at_s: float) -> None:
        self._is_active = True
        self._writer.fault_began(self._fault.name, whole_microseconds(at_s))

    def ended(self, at_s: float) -> None:
        if self._is_active:
            self._is_active = False
            self._writer.fault_ended(self._fault.name, whole_microseconds(at_s))

    def fired(self, firing: Firing) -> None:
        self._writer.fault_fired(self._fault.name, firing)

    def add(self, state: FaultState) -> None:
        """Add what it did while it was set this time."""
        eligible, fired = self._counts or (0, 0)
        self._counts = eligible + state.eligible, fired + state.fired

    def lose(self, at_s: float | None) -> None:
        """Take it that nobody will ever say what it did this time. It ended then; None: nobody knows when."""
        self._is_known = False
        if at_s is not None:
            self.ended(at_s)

    def count(self) -> None:
        """Write how often it hit in all, if that is known, and once."""
        if self._counts and self._is_known and not self._is_counted:
            self._is_counted = True
            self._writer.fault_counts(self._fault.name, *self._counts)

    def note(self, text: str) -> None:
        """Write what a reader should know, and not the same again."""
        if text != self._noted:
            self._writer.note(f"the fault {self._fault.name}: {text}")
        self._noted = text
