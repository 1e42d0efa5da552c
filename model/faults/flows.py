"""Whose flow a message belongs to, for those who see only its ID: writes of an item that names it, queries for it."""

from collections.abc import Iterable
from typing import Any, Final

from model.faults.identity import Identity

KEPT_MESSAGES: Final = 1_000_000


class Flows:
    """The flows of messages by their IDs. Any thread may use it; the oldest messages are forgotten first."""

    def __init__(self, kept: int = KEPT_MESSAGES) -> None:
        self._kept = kept
        self._flows: dict[str, int] = {}

    def remember(self, message_id: str, flow: int) -> None:
        """Remember whose a message is."""
        self._flows[message_id] = flow
        if len(self._flows) > self._kept:
            self._flows.pop(next(iter(self._flows)), None)

    def identity_of(self, values: Iterable[Any]) -> Identity | None:
        """Return whose the first of these values is that is a message's ID; None where none is."""
        for value in values:
            if isinstance(value, str) and (flow := self._flows.get(value)) is not None:
                return Identity.of_flow(flow)
        return None
