"""The faults that are set: what they could hit and did, and how they heal.

One for the engine: `FAULTS`. Places of injection ask it, in whatever thread they are; nothing here waits.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from emulator.faults.fault import Fault, Thing, chooses, concerns, delay_ms
from emulator.faults.kinds import Place

KEPT_FIRINGS: Final = 200_000
"""Of one fault, the latest."""
KEPT_ATTEMPTS: Final = 1_000_000
"""Things of one fault whose attempts are remembered; the oldest are forgotten first."""
KEPT_ENDED: Final = 256
"""Faults that have healed and are still told of."""

ACTIVE: Final = "active"
HEALED: Final = "healed"
EXPIRED: Final = "expired"
LIMITED: Final = "limited"


@dataclass(frozen=True, slots=True)
class Firing:
    """A fault that hit a thing.

    Attributes:
        number: from 0, in the order in which the fault hit things.
        at_s: when, in seconds of the Unix epoch.
        attempt: which of the thing's attempts it was, from 1.
    """

    number: int
    at_s: float
    thing: Thing
    attempt: int
    delay_ms: float


@dataclass(frozen=True, slots=True)
class Hit:
    """The same, for the place where it happens."""

    fault: Fault
    thing: Thing
    attempt: int
    delay_ms: float

    @property
    def kind(self) -> str:
        """The name of the fault's kind."""
        return self.fault.kind.name


@dataclass(slots=True)
class FaultRecord:
    """A fault with what became of it. Whoever reads it holds the registry's lock; `Faults` returns copies.

    Attributes:
        state: `ACTIVE`, or how it ended: `HEALED`, `EXPIRED` (its time to live), `LIMITED` (it had hit enough).
        eligible: how often it could have hit.
        fired: how often it did.
        set_at_s, ended_at_s: seconds of the Unix epoch.
        expires_at: on the registry's clock.
    """

    fault: Fault
    set_at_s: float
    expires_at: float
    state: str = ACTIVE
    eligible: int = 0
    fired: int = 0
    ended_at_s: float | None = None
    attempts: dict[str, int] = field(default_factory=dict)
    firings: deque[Firing] = field(default_factory=lambda: deque(maxlen=KEPT_FIRINGS))


type Key = tuple[str, str]
"""Account and name."""


class Faults:
    """All faults of an engine.

    Args:
        clock: seconds that never go back, for times to live.
        wall_clock: seconds of the Unix epoch, for what is told.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, wall_clock: Callable[[], float] = time.time
    ) -> None:
        self._clock = clock
        self._wall_clock = wall_clock
        self._lock = threading.RLock()
        self._records: dict[Key, FaultRecord] = {}
        self._at: dict[Place, tuple[FaultRecord, ...]] = {}
        self._set: frozenset[tuple[str, str]] = frozenset()
        self._healers: list[Callable[[Fault], None]] = []

    def at(self, place: Place) -> bool:
        """Whether any fault is set at a place: the only question where none is, and it takes no lock."""
        at = self._at
        return bool(at) and place in at  # a place's hash takes longer than all of this

    @property
    def any(self) -> bool:
        """Whether any fault is set."""
        return bool(self._at)

    def is_set(self, account_id: str, kind: str) -> bool:
        """Whether a fault of a kind is set in an account. It takes no lock either."""
        return (account_id, kind) in self._set

    def on_healing(self, healer: Callable[[Fault], None]) -> None:
        """Call `healer` with each fault that ends, however it ends, to undo what would stay. It must not raise."""
        self._healers.append(healer)

    def set(self, fault: Fault) -> bool:
        """Set a fault, or set one of this name anew; return whether it is new.

        One that is set as it is already, and active, keeps its counts: that only makes its time to live begin again.
        """
        with self._lock:
            key = fault.account_id, fault.name
            known = self._records.get(key)
            expires_at = self._clock() + fault.ttl_s
            if known and known.fault == fault and known.state == ACTIVE and known.expires_at > self._clock():
                known.expires_at = expires_at
                return False
            replaced = self._end(key, HEALED)
            self._records.pop(key, None)
            self._records[key] = FaultRecord(fault, self._wall_clock(), expires_at)
            self._arrange()
        self._heal(replaced)
        return True

    def heal(self, account_id: str | None = None, name: str | None = None) -> int:
        """End the faults of an account, or one of them, or all there are; return how many were active."""
        with self._lock:
            keys = [key for key in self._records if account_id in {None, key[0]} and name in {None, key[1]}]
            ended = [fault for key in keys for fault in self._end(key, HEALED)]
            self._arrange()
        self._heal(ended)
        return len(ended)

    def expire(self) -> None:
        """End the faults whose time to live is over. A timer calls it, so that they heal also when nothing comes by."""
        with self._lock:
            now = self._clock()
            due = [key for key, record in self._records.items() if record.expires_at <= now]
            ended = [fault for key in due for fault in self._end(key, EXPIRED)]
            self._arrange()
        self._heal(ended)

    def hits(self, place: Place, thing: Thing, name: str | None = None) -> tuple[Hit, ...]:
        """Return what hits a thing that comes by at a place, and count it: to be asked once for each attempt.

        With a name, only a fault of that name is asked.
        """
        if place not in self._at:
            return ()
        ended: list[Fault] = []
        with self._lock:
            now = self._clock()
            hits = []
            for record in self._at.get(place, ()):
                if name not in {None, record.fault.name}:
                    continue
                if record.expires_at <= now:
                    ended += self._end((record.fault.account_id, record.fault.name), EXPIRED)
                elif concerns(record.fault, thing) and (hit := self._try(record, thing)):
                    hits.append(hit)
                    if record.fired >= record.fault.limit:
                        ended += self._end((record.fault.account_id, record.fault.name), LIMITED)
            if ended:
                self._arrange()
        self._heal(ended)
        return tuple(hits)

    def spares(self, place: Place, thing: Thing) -> bool:
        """Whether nothing hits a thing that comes by. Then it is counted; else it has to be asked about by `hits`."""
        with self._lock:
            now = self._clock()
            records = [
                record
                for record in self._at.get(place, ())
                if record.expires_at > now and concerns(record.fault, thing)
            ]
            if any(_would_hit(record, thing) for record in records):
                return False
            for record in records:
                self._try(record, thing)
            return True

    def records(self, account_id: str | None = None, name: str | None = None) -> list[FaultRecord]:
        """Return copies of what is known of faults, those that have ended included, without attempts and firings."""
        with self._lock:
            return [
                FaultRecord(
                    record.fault, record.set_at_s, record.expires_at, record.state, record.eligible, record.fired,
                    record.ended_at_s, {}, deque(maxlen=0),
                )
                for key, record in self._records.items()
                if account_id in {None, key[0]} and name in {None, key[1]}
            ]  # fmt: skip

    def firings(self, account_id: str, name: str, after: int, most: int) -> list[Firing] | None:
        """Return up to `most` firings of a fault from number `after` on; None where there is no such fault."""
        with self._lock:
            record = self._records.get((account_id, name))
            if record is None:
                return None
            firings = record.firings
            first = firings[0].number if firings else 0
            begin = max(0, after - first)
            return [firings[position] for position in range(begin, min(begin + most, len(firings)))]

    def remaining_s(self, record: FaultRecord) -> float | None:
        """Return how long an active fault lives if nobody sets it again; None for one that has ended."""
        return max(0.0, record.expires_at - self._clock()) if record.state == ACTIVE else None

    def _try(self, record: FaultRecord, thing: Thing) -> Hit | None:
        fault = record.fault
        record.eligible += 1
        draws_each_attempt = fault.kind.draws_each_attempt
        if not draws_each_attempt and not chooses(fault, thing):
            return None
        key = _attempts_key(thing)
        attempt = record.attempts.pop(key, 0) + 1
        record.attempts[key] = attempt
        if len(record.attempts) > KEPT_ATTEMPTS:
            del record.attempts[next(iter(record.attempts))]
        if attempt > fault.times or (draws_each_attempt and not chooses(fault, thing, attempt)):
            return None
        waits_ms = delay_ms(fault, thing, attempt)
        record.firings.append(Firing(record.fired, self._wall_clock(), thing, attempt, waits_ms))
        record.fired += 1
        return Hit(fault, thing, attempt, waits_ms)

    def _end(self, key: Key, state: str) -> list[Fault]:
        record = self._records.get(key)
        if record is None or record.state != ACTIVE:
            return []
        record.state, record.ended_at_s = state, self._wall_clock()
        record.attempts.clear()
        return [record.fault]

    def _arrange(self) -> None:
        """Make the look-up of a place one of what is active there, and forget what ended long ago."""
        ended = [key for key, record in self._records.items() if record.state != ACTIVE]
        for key in ended[:-KEPT_ENDED]:
            del self._records[key]
        at: dict[Place, tuple[FaultRecord, ...]] = {}
        for record in self._records.values():
            if record.state == ACTIVE:
                at[record.fault.kind.place] = (*at.get(record.fault.kind.place, ()), record)
        self._at = at
        active = (record.fault for records in at.values() for record in records)
        self._set = frozenset((fault.account_id, fault.kind.name) for fault in active)

    def _heal(self, ended: Iterable[Fault]) -> None:
        for fault in ended:
            for healer in self._healers:
                healer(fault)


def _attempts_key(thing: Thing) -> str:
    return f"{thing.resource} {thing.key}"


def _would_hit(record: FaultRecord, thing: Thing) -> bool:
    attempt = record.attempts.get(_attempts_key(thing), 0) + 1
    return attempt <= record.fault.times and chooses(record.fault, thing, attempt)


FAULTS: Final = Faults()
