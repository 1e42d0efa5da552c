"""The `fault` fixture: something is broken on purpose while a block of a test runs, and healed after it."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Protocol

from harness.faults import Fault
from harness.faults.asking import ask_engine
from harness.faults.catalogue import check_settable
from harness.faults.control import EngineFiring, FaultControl, FaultState
from harness.faults.notation import fault_of_words

TTL_S: Final = 300
"""Longer than a test may take, and not for ever where the test's process is killed."""


class Control(Protocol):
    """What is asked of an engine's faults, one call after the other."""

    def set(self, fault: Fault, seed: int, ttl_s: float) -> None:
        """Set a fault."""

    def look(self, name: str) -> FaultState | None:
        """Return a fault as it is; None where there is none."""

    def heal(self, name: str) -> None:
        """End a fault, if there is one."""

    def firings(self, name: str) -> list[EngineFiring]:
        """Return all that a fault hit."""


@dataclass(frozen=True, slots=True)
class ActiveFault:
    """A fault in the engine, for as long as the engine remembers it: also when it has healed."""

    name: str
    control: Control

    @property
    def fired(self) -> int:
        """How often it hit something."""
        state = self.control.look(self.name)
        return state.fired if state else 0

    @property
    def eligible(self) -> int:
        """How often it could have."""
        state = self.control.look(self.name)
        return state.eligible if state else 0

    @property
    def firings(self) -> list[EngineFiring]:
        """What it hit: flows, operations, attempts."""
        return self.control.firings(self.name)


class Breaker:
    """What the fixture is: `with fault("gsi-lag", delay="0ms-2s", rate=1) as lag: ...; assert lag.fired`.

    Args:
        control: of the engine's faults, those of the worker's account.
        seed: the session's; what is hit depends on it.
    """

    def __init__(self, control: Control, seed: int) -> None:
        self._control = control
        self._seed = seed

    @contextmanager
    def __call__(self, kind: str, *, seed: int | None = None, **words: object) -> Iterator[ActiveFault]:
        """Have a fault while the block runs.

        Args:
            kind: as `harness fault kinds` lists them.
            seed: which things are hit; None: by the session's.
            words: what is not as ever, as `harness run --fault` takes it: `rate=0.2`, `delay="0ms-2s"`, `flows="0-9"`.

        Raises:
            MisuseError: there is no such kind, a word says nothing, or it is for a run to carry out.
            FaultControlError: the engine has no faults, or does not answer.
        """
        fault = fault_of_words(kind, [f"{word}={value}" for word, value in words.items()])
        check_settable(fault)
        self._control.set(fault, self._seed if seed is None else seed, TTL_S)
        try:
            yield ActiveFault(fault.name, self._control)
        finally:
            self._control.heal(fault.name)


@dataclass(frozen=True, slots=True)
class EngineControl:
    """The engine's, over a connection for each call: a test makes few. It implements `Control`."""

    endpoint_url: str
    account_id: str

    def set(self, fault: Fault, seed: int, ttl_s: float) -> None:
        """See `Control`."""
        self._ask(lambda control: control.set(fault, seed, ttl_s))

    def look(self, name: str) -> FaultState | None:
        """See `Control`."""
        return self._ask(lambda control: control.look(name))

    def heal(self, name: str) -> None:
        """See `Control`."""
        self._ask(lambda control: control.heal(name))

    def firings(self, name: str) -> list[EngineFiring]:
        """See `Control`."""

        async def all_of_them(control: FaultControl) -> list[EngineFiring]:
            found: list[EngineFiring] = []
            page, after = await control.firings(name, 0)
            while page:
                found += page
                page, after = await control.firings(name, after)
            return found

        return self._ask(all_of_them)

    def _ask[T](self, ask: Callable[[FaultControl], Awaitable[T]]) -> T:
        return ask_engine(self.endpoint_url, self.account_id, ask)
