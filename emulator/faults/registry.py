"""The faults of this engine: the model's registry with a lock and the system's clocks.

Places of injection ask `FAULTS`, in whatever thread they are. Nothing here waits, and nothing here knows a service:
those that have something to undo when a fault ends register with `on_healing`.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from model.faults.fault import Fault, Thing
from model.faults.kinds import Place
from model.faults.registry import FaultRecord, FaultRegistry, Firing, Hit, Instant


class Faults:
    """All faults of an engine. Any thread may call it; for what each call does, see `FaultRegistry`.

    Args:
        clock: seconds that never go back, for times to live.
        wall_clock: seconds of the Unix epoch, for what is reported.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, wall_clock: Callable[[], float] = time.time
    ) -> None:
        self._clock = clock
        self._wall_clock = wall_clock
        self._lock = threading.Lock()
        self._registry = FaultRegistry()
        self._healers: list[Callable[[Fault], None]] = []
        self.at = self._registry.at
        """See `FaultRegistry`; it takes no lock."""
        self.is_set = self._registry.is_set
        """See `FaultRegistry`; it takes no lock either."""

    @property
    def any(self) -> bool:
        """Whether any fault is set. It takes no lock either."""
        return self._registry.any

    def on_healing(self, healer: Callable[[Fault], None]) -> None:
        """Call `healer` with each fault that ends, however it ends, to undo what would stay. It must not raise."""
        self._healers.append(healer)

    def set(self, fault: Fault) -> bool:
        """Set a fault; return whether it is new."""
        with self._changing() as registry:
            return registry.set(self._now(), fault)

    def heal(self, account_id: str | None = None, name: str | None = None) -> int:
        """End faults; return how many were active."""
        with self._changing() as registry:
            return registry.heal(self._now(), account_id, name)

    def expire(self) -> None:
        """End the faults whose time to live is over. A timer calls it, so that they heal also when nothing comes by."""
        with self._changing() as registry:
            registry.expire(self._now())

    def hits(self, place: Place, thing: Thing, name: str | None = None) -> tuple[Hit, ...]:
        """Return what hits a thing that comes by at a place, and count it."""
        if not self.at(place):
            return ()
        with self._changing() as registry:
            return registry.hits(self._now(), place, thing, name)

    def spares(self, place: Place, thing: Thing) -> bool:
        """Whether nothing hits a thing that comes by; then it is counted."""
        with self._lock:
            return self._registry.spares(self._now(), place, thing)

    def records(self, account_id: str | None = None, name: str | None = None) -> list[FaultRecord]:
        """Return copies of what is known of faults, without attempts and firings."""
        with self._lock:
            return self._registry.records(account_id, name)

    def firings(self, account_id: str, name: str, after: int, most: int) -> list[Firing] | None:
        """Return up to `most` firings of a fault from number `after` on; None where there is no such fault."""
        with self._lock:
            return self._registry.firings(account_id, name, after, most)

    def remaining_s(self, record: FaultRecord) -> float | None:
        """Return how long an active fault lives if nobody sets it again; None for one that has ended."""
        return record.remaining_s(self._now())

    def _now(self) -> Instant:
        return Instant(self._clock(), self._wall_clock())

    @contextmanager
    def _changing(self) -> Iterator[FaultRegistry]:
        """Hold the lock while the block runs; then, without it, undo what the faults left behind that have ended."""
        with self._lock:
            yield self._registry
            ended = self._registry.take_ended()
        for fault in ended:
            for healer in self._healers:
                healer(fault)


FAULTS: Final = Faults()
