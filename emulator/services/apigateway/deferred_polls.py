"""Polls are deferred until the writes that they wait for.

While a function is at work on messages, a read of an API waits until the next write of an item, and no longer than
`LONGEST_S`. A client that polls is thus told what it would else ask for again, a whole interval of its polling later,
only because its first poll came some milliseconds too early; and what the write needs meanwhile, the server's thread
and Python's lock, it has for itself. On AWS a read takes longer than that in any case.
"""

from collections.abc import Callable
from typing import Protocol

LONGEST_S = 0.005


class Servable(Protocol):
    """A request that can wait."""

    def serve(self) -> None:
        """Answer it."""


class DeferredPolls:
    """Requests that wait for a write. All calls are the server's thread's.

    Args:
        under_way: whether a function is at work on messages.
        later: calls something after so many seconds, in the server's thread.
        turn: lets a request have its turn after those that wait for theirs already.
    """

    def __init__(
        self,
        under_way: Callable[[], bool],
        later: Callable[[float, Callable[[], None]], object],
        turn: Callable[[Servable], None],
    ) -> None:
        self._under_way = under_way
        self._later = later
        self._turn = turn
        self._waiting: dict[Servable, None] = {}

    def holds(self, request: Servable) -> bool:
        """Let a request wait, if there is something to wait for; return whether it does."""
        if not self._under_way():
            return False
        self._waiting[request] = None
        self._later(LONGEST_S, lambda: self._release(request))
        return True

    def release_all(self) -> None:
        """Let all that wait have their turn: something was written."""
        for request in tuple(self._waiting):
            self._release(request)

    def _release(self, request: Servable) -> None:
        if request in self._waiting:
            del self._waiting[request]
            self._turn(request)
