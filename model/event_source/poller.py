"""When messages are received, and which of them become one batch: the poller of one mapping, as a state machine.

Its host tells it what happened and asks `next_step` what to do. What is done with a batch is decided in `delivery`.
"""

import math
from dataclasses import dataclass
from typing import Final

from model.event_source.mapping import QueueMapping
from model.event_source.records import Message

LONGEST_RECEIVE_S: Final = 0.25
"""How long one receive waits at an empty queue. A message ends it at once; a poller that is disabled ends within it."""

GIVE_WAY_S: Final = 0.1
"""How long a batch waits for one under way to end, before both run at once.

A quick function is not helped by another of it, whose environment has to start first: the messages that come meanwhile
are one batch, and not many. A function that waits for something is; and so is one that has had more to do than a batch
holds for some time.
"""
GIVE_WAY_BRIEFLY_S: Final = 0.025
FULL_BATCHES_IN_A_ROW: Final = 10

THROTTLED_PAUSE_S: Final = 0.1
"""How long the poller waits after a receive that was throttled."""


@dataclass(frozen=True, slots=True)
class Receive:
    """Receive up to `maximum` messages, as soon as there is one, or none after `wait_s`; then tell the poller."""

    maximum: int
    wait_s: float


@dataclass(frozen=True, slots=True)
class Wait:
    """Do nothing until `until_s`, or until something has happened."""

    until_s: float = math.inf


@dataclass(frozen=True, slots=True)
class Batch:
    """Deliver these messages; tell the poller when that has ended."""

    messages: tuple[Message, ...]
    began_s: float
    """None of them was received before."""


class Poller:
    """The poller of one mapping. Times are seconds on any clock that never goes back.

    `mapping` and `enabled` may be changed at any time. A poller that is disabled receives nothing more, and what it has
    gathered is a batch at once.
    """

    def __init__(self, mapping: QueueMapping) -> None:
        self.mapping = mapping
        self.enabled = True
        self._under_way = 0
        self._full_in_a_row = 0
        self._gathered: list[Message] = []
        self._began_s = self._window_ends_s = -math.inf
        self._resumes_at_s = self._gives_way_until_s = -math.inf

    @property
    def gathers(self) -> bool:
        """Whether messages have been received that are in no batch yet."""
        return bool(self._gathered)

    def next_step(self, now_s: float) -> Receive | Batch | Wait | None:
        """Return what to do now; None while the poller is disabled and has nothing left to do.

        A receive or a batch is returned once: the host has to say when it has ended.
        """
        if now_s < self._resumes_at_s:
            return Wait(self._resumes_at_s)
        if self._gathered:
            return self._fill(now_s)
        if not self.enabled:
            return None
        if now_s < self._gives_way_until_s:
            return Wait(self._gives_way_until_s)
        if self._under_way >= self.mapping.concurrent_batches:
            return Wait()
        self._began_s = now_s
        return self._receive(self.mapping.batch_size, LONGEST_RECEIVE_S)

    def received(self, messages: list[Message], now_s: float) -> None:
        """A receive has ended: with these messages, or with none."""
        self._resumes_at_s = -math.inf
        if messages and not self._gathered:
            self._window_ends_s = now_s + self.mapping.window_s  # which opens with the first message
        self._gathered += messages
        if not self._gathered:
            self._full_in_a_row = 0
            self._give_way(now_s)

    def receive_throttled(self, now_s: float) -> None:
        """A receive has ended since the queue has too many of them."""
        resumes_at_s = now_s + THROTTLED_PAUSE_S
        self.received([], resumes_at_s)
        self._resumes_at_s = resumes_at_s

    def receive_failed(self) -> None:
        """A receive has ended in an error. What was gathered becomes visible again in its time.

        The poller is ready to receive again at once: the host asks for the next step when it should.
        """
        self._resumes_at_s = -math.inf
        self._gathered = []

    def batch_ended(self) -> None:
        """A batch was delivered, or was not, and nothing more will be done about it."""
        self._under_way -= 1
        self._gives_way_until_s = -math.inf

    def _fill(self, now_s: float) -> Receive | Batch:
        missing, left_s = self.mapping.batch_size - len(self._gathered), self._window_ends_s - now_s
        if self.enabled and missing > 0 and left_s > 0:
            return self._receive(missing, min(LONGEST_RECEIVE_S, left_s))
        batch = Batch(tuple(self._gathered), self._began_s)
        self._gathered = []
        self._full_in_a_row = self._full_in_a_row + 1 if missing <= 0 else 0
        self._under_way += 1
        self._give_way(now_s)
        return batch

    def _receive(self, maximum: int, wait_s: float) -> Receive:
        self._resumes_at_s = math.inf
        return Receive(maximum, wait_s)

    def _give_way(self, now_s: float) -> None:
        if self._under_way:
            hurries = self._full_in_a_row >= FULL_BATCHES_IN_A_ROW
            self._gives_way_until_s = now_s + (GIVE_WAY_BRIEFLY_S if hurries else GIVE_WAY_S)
