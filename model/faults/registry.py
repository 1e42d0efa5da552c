"""The faults that are set: what they could hit and did, and how they end. Pure: each call is told the time."""

from collections import deque
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from model.faults.fault import Fault, Thing, chooses, concerns, delay_ms
from model.faults.kinds import Place

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


class Instant(NamedTuple):
    """The time, as the host tells it."""

    clock_s: float
    """On a clock that never goes back: times to live are measured on it."""
    epoch_s: float
    """In seconds of the Unix epoch, for what is reported."""


@dataclass(frozen=True, slots=True)
class Firing:
    """A fault that hit a thing."""

    number: int
    """From 0, in the order in which the fault hit things."""
    at_s: float
    """When, in seconds of the Unix epoch."""
    thing: Thing
    attempt: int
    """Which of the thing's attempts it was, from 1."""
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
    """A fault with what became of it."""

    fault: Fault
    set_at_s: float
    expires_at_s: float
    """On the clock of `Instant.clock_s`."""
    state: str = ACTIVE
    """`ACTIVE`, or how it ended: `HEALED`, `EXPIRED` (its time to live), `LIMITED` (it had hit enough)."""
    eligible: int = 0
    """How often it could have hit."""
    fired: int = 0
    """How often it did."""
    ended_at_s: float | None = None
    """Seconds of the Unix epoch."""
    attempts: dict[str, int] = field(default_factory=dict)
    firings: deque[Firing] = field(default_factory=lambda: deque(maxlen=KEPT_FIRINGS))

    def remaining_s(self, now: Instant) -> float | None:
        """Return how long an active fault lives if nobody sets it again; None for one that has ended."""
        return max(0.0, self.expires_at_s - now.clock_s) if self.state == ACTIVE else None


type Key = tuple[str, str]
"""Account and name."""


class FaultRegistry:
    """All faults of one engine.

    One call at a time: the host holds a lock where it has several threads. Only `at`, `any` and `is_set` may be called
    beside others. Faults that end, in whatever way, wait in `take_ended` for the host to undo what they left behind.
    """

    def __init__(self) -> None:
        self._records: dict[Key, FaultRecord] = {}
        self._at: dict[Place, tuple[FaultRecord, ...]] = {}
        self._set: frozenset[tuple[str, str]] = frozenset()
        self._ended: list[Fault] = []

    def at(self, place: Place) -> bool:
        """Whether any fault is set at a place: the only question where none is."""
        at = self._at
        return bool(at) and place in at  # a place's hash takes longer than all of this

    @property
    def any(self) -> bool:
        """Whether any fault is set."""
        return bool(self._at)

    def is_set(self, account_id: str, kind: str) -> bool:
        """Whether a fault of a kind is set in an account."""
        return (account_id, kind) in self._set

    @property
    def due_at_s(self) -> float | None:
        """When `expire` has something to do next, on the clock of `Instant.clock_s`; None: nothing is set."""
        return min((record.expires_at_s for records in self._at.values() for record in records), default=None)

    def set(self, now: Instant, fault: Fault) -> bool:
        """Set a fault, or replace the one of this name; return whether it is new.

        One that is set as it is already, and active, keeps its counts: that only makes its time to live begin again.
        """
        key = fault.account_id, fault.name
        known = self._records.get(key)
        expires_at_s = now.clock_s + fault.ttl_s
        if known and known.fault == fault and known.state == ACTIVE and known.expires_at_s > now.clock_s:
            known.expires_at_s = expires_at_s
            return False
        self._end(now, key, HEALED)
        self._records.pop(key, None)
        self._records[key] = FaultRecord(fault, now.epoch_s, expires_at_s)
        self._arrange()
        return True

    def heal(self, now: Instant, account_id: str | None = None, name: str | None = None) -> int:
        """End the faults of an account, or one of them, or all there are; return how many were active."""
        keys = [key for key in self._records if account_id in {None, key[0]} and name in {None, key[1]}]
        ended = [self._end(now, key, HEALED) for key in keys]
        self._arrange()
        return sum(ended)

    def expire(self, now: Instant) -> None:
        """End the faults whose time to live is over. The host calls it from a timer; see `due_at_s`."""
        due = [key for key, record in self._records.items() if record.expires_at_s <= now.clock_s]
        for key in due:
            self._end(now, key, EXPIRED)
        self._arrange()

    def take_ended(self) -> list[Fault]:
        """Return the faults that have ended since this was last asked, in the order in which they did."""
        ended, self._ended = self._ended, []
        return ended

    def hits(self, now: Instant, place: Place, thing: Thing, name: str | None = None) -> tuple[Hit, ...]:
        """Return what hits a thing that comes by at a place, and count it: to be asked once for each attempt.

        With a name, only a fault of that name is asked.
        """
        hits: list[Hit] = []
        has_ended = False
        for record in self._at.get(place, ()):
            if name not in {None, record.fault.name}:
                continue
            key = record.fault.account_id, record.fault.name
            if record.expires_at_s <= now.clock_s:
                has_ended |= self._end(now, key, EXPIRED)
            elif concerns(record.fault, thing) and (hit := self._try(now, record, thing)):
                hits.append(hit)
                if record.fired >= record.fault.limit:
                    has_ended |= self._end(now, key, LIMITED)
        if has_ended:
            self._arrange()
        return tuple(hits)

    def spares(self, now: Instant, place: Place, thing: Thing) -> bool:
        """Whether nothing hits a thing that comes by. Then it is counted; else it has to be asked about by `hits`."""
        records = [
            record
            for record in self._at.get(place, ())
            if record.expires_at_s > now.clock_s and concerns(record.fault, thing)
        ]
        if any(_would_hit(record, thing) for record in records):
            return False
        for record in records:
            self._try(now, record, thing)
        return True

    def records(self, account_id: str | None = None, name: str | None = None) -> list[FaultRecord]:
        """Return copies of what is known of faults, those that have ended included, without attempts and firings."""
        return [
            replace(record, attempts={}, firings=deque(maxlen=0))
            for key, record in self._records.items()
            if account_id in {None, key[0]} and name in {None, key[1]}
        ]

    def firings(self, account_id: str, name: str, after: int, most: int) -> list[Firing] | None:
        """Return up to `most` firings of a fault from number `after` on; None where there is no such fault."""
        record = self._records.get((account_id, name))
        if record is None:
            return None
        firings = record.firings
        first = firings[0].number if firings else 0
        begin = max(0, after - first)
        return [firings[position] for position in range(begin, min(begin + most, len(firings)))]

    def _try(self, now: Instant, record: FaultRecord, thing: Thing) -> Hit | None:
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
        record.firings.append(Firing(record.fired, now.epoch_s, thing, attempt, waits_ms))
        record.fired += 1
        return Hit(fault, thing, attempt, waits_ms)

    def _end(self, now: Instant, key: Key, state: str) -> bool:
        """End a fault; return whether it was active."""
        record = self._records.get(key)
        if record is None or record.state != ACTIVE:
            return False
        record.state, record.ended_at_s = state, now.epoch_s
        record.attempts.clear()
        self._ended.append(record.fault)
        return True

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


def _attempts_key(thing: Thing) -> str:
    return f"{thing.resource} {thing.key}"


def _would_hit(record: FaultRecord, thing: Thing) -> bool:
    attempt = record.attempts.get(_attempts_key(thing), 0) + 1
    return attempt <= record.fault.times and chooses(record.fault, thing, attempt)
