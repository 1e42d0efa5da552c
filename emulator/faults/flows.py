"""Whose flow a message belongs to, for those who see only its ID: writes of an item that names it, queries for it."""

from collections.abc import Iterable
from hashlib import blake2b
from typing import Any, Final

from emulator.faults.identity import Identity

KEPT_MESSAGES: Final = 1_000_000


class Flows:
    """The flows of messages by their IDs. Any thread may use it; the oldest messages are forgotten first."""

    def __init__(self, kept: int = KEPT_MESSAGES) -> None:
        self._kept = kept
        self._flows: dict[str, int] = {}
        self._expected: dict[bytes, int] = {}

    def remember(self, message_id: str, flow: int) -> None:
        """Remember whose a message is."""
        self._flows[message_id] = flow
        if len(self._flows) > self._kept:
            self._flows.pop(next(iter(self._flows)), None)

    def expect(self, body: str | bytes, flow: int) -> None:
        """Remember whose a message with this body will be, for where its trace gets lost on the way to its queue.

        Two flows that send the same are told apart there only by who was the last to say so.
        """
        digest = _digest(body)
        self._expected[digest] = flow
        if len(self._expected) > self._kept:
            self._expected.pop(next(iter(self._expected)), None)

    def expected(self, body: str | bytes) -> int | None:
        """Return whose such a message is; None where nobody said."""
        return self._expected.get(_digest(body)) if self._expected else None

    def identity_of(self, values: Iterable[Any]) -> Identity | None:
        """Return whose the first of these values is that is a message's ID; None where none is."""
        for value in values:
            if isinstance(value, str) and (flow := self._flows.get(value)) is not None:
                return Identity.of_flow(flow)
        return None


def _digest(body: str | bytes) -> bytes:
    data = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
    return blake2b(data, digest_size=16).digest()


FLOWS: Final = Flows()
