"""An observer of a stack that is only described: what each look sees, in order, and what is there."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from harness.history import Message, QueueDepths, ServerTimes, StoredItem
from harness.observation import ObservationError, Observer, Redrive

EMPTY = QueueDepths(visible=0, in_flight=0, delayed=0, dead_lettered=0)


def item(identity: str, handle: str = "") -> StoredItem:
    return StoredItem(identity, handle or f"message of {identity}", {"id": identity})


def message(message_id: str) -> Message:
    return Message(message_id, "{}", 1)


@dataclass
class FakeObserver(Observer):
    """Answers from its fields, or raises what `errors` has for the question's name; keeps what it was asked."""

    looks: list[QueueDepths | ObservationError] = field(default_factory=lambda: [EMPTY])
    """What `depths` sees, one after another; the last one again and again."""
    look_takes_s: float = 0
    items: list[StoredItem] = field(default_factory=list)
    in_queue: list[Message] = field(default_factory=list)
    in_dead_letter_queue: list[Message] = field(default_factory=list)
    hands_on: Redrive | None = field(default_factory=lambda: Redrive(5, dead_letter_queue_exists=True))
    hides_for_s: float = 30
    errors: dict[str, ObservationError] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    asked_at_s: list[float] = field(default_factory=list)

    async def depths(self) -> QueueDepths:
        self._ask("depths")
        self.asked_at_s.append(asyncio.get_running_loop().time())
        await asyncio.sleep(self.look_takes_s)
        look = self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]
        if isinstance(look, ObservationError):
            raise look
        return look

    async def redrive(self) -> Redrive | None:
        self._ask("redrive")
        return self.hands_on

    async def visibility_timeout_s(self) -> float:
        self._ask("visibility_timeout_s")
        return self.hides_for_s

    async def stored(self) -> Sequence[StoredItem]:
        self._ask("stored")
        return self.items

    async def identities(self) -> frozenset[str]:
        self._ask("identities")
        return frozenset(one.identity for one in self.items)

    async def queued(self) -> Sequence[Message]:
        self._ask("queued")
        return self.in_queue

    async def dead_lettered(self) -> Sequence[Message]:
        self._ask("dead_lettered")
        return self.in_dead_letter_queue

    async def send_poison(self, body: str) -> str:
        self._ask("send_poison")
        self.in_queue.append(message(body))
        return body

    async def server_times(self, since_s: float) -> Mapping[str, ServerTimes]:
        self._ask(f"server_times {since_s}")
        return {}

    def _ask(self, question: str) -> None:
        self.asked.append(question)
        if question in self.errors:
            raise self.errors[question]
