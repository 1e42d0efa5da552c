"""Requests that handlers may answer before LocalStack does: at once, or when it is their turn."""

import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from twisted.internet import reactor as installed_reactor

from emulator.http.handlers import AT_ONCE, IN_TURN, Answer, Handler, Request
from emulator.services.apigateway.deferred_polls import DeferredPolls, Servable
from emulator.services.lambda_.event_source.deliveries import DELIVERIES

LOG = logging.getLogger(__name__)

reactor: Any = installed_reactor  # untyped

_APIS = "/_aws/execute-api/"


class Turns:
    """Requests that wait for the server's thread: one is served in each of the server's rounds.

    In a round the server reads whatever has come in. Without turns, a round would last as long as all that was read
    takes, and what the server has to answer at once would wait as long: a consumer's writes for its clients' polls,
    which are there because it has not written yet.
    """

    def __init__(self, in_next_round: Callable[[Callable[[], None]], object]) -> None:
        self._in_next_round = in_next_round
        self._waiting: deque[Servable] = deque()

    def add(self, request: Servable) -> None:
        """Serve a request after those that wait already."""
        self._waiting.append(request)
        if len(self._waiting) == 1:
            self._in_next_round(self._serve)

    def _serve(self) -> None:
        try:
            self._waiting[0].serve()
        finally:
            self._waiting.popleft()
            if self._waiting:
                self._in_next_round(self._serve)


def _in_next_round(call: Callable[[], None]) -> None:
    reactor.callLater(0, call)


TURNS = Turns(_in_next_round)


def polls_deferred_while(under_way: Callable[[], bool]) -> DeferredPolls:
    """Return what lets requests wait while there is something to wait for."""
    return DeferredPolls(under_way, reactor.callLater, TURNS.add)


POLLS = polls_deferred_while(lambda: False)


def defer_polls() -> None:
    """Let polls wait some milliseconds for the write of a function that is at work: see `deferred_polls`.

    Else the first poll of a client that polls every 50 ms comes some milliseconds before the write, and the second
    50 ms after the first.
    """
    global POLLS  # noqa: PLW0603 - the one place where it is set
    POLLS = polls_deferred_while(lambda: DELIVERIES.under_way)


@dataclass(frozen=True, slots=True, eq=False)
class PendingRequest:
    """One request and its client."""

    request: Request | None
    """None where no handler would answer it."""
    send: Callable[[Answer], None]
    """Sends a handler's answer."""
    decline: Callable[[], None]
    """Hands the request to LocalStack."""
    is_gone: Callable[[], bool]
    """Whether the client has disconnected."""

    def begin(self) -> None:
        """Answer the request, or let it wait for its turn."""
        if self._is_answered(AT_ONCE):
            POLLS.release_all()
        elif not (self._is_poll and POLLS.holds(self)):
            TURNS.add(self)

    def serve(self) -> None:
        """Answer the request, or hand it to LocalStack, if anyone still waits for that."""
        if not self.is_gone() and not self._is_answered(IN_TURN):
            self.decline()

    @property
    def _is_poll(self) -> bool:
        request = self.request
        return request is not None and request.method == "GET" and request.target.startswith(_APIS)

    def _is_answered(self, handlers: Sequence[Handler]) -> bool:
        if self.request is None:
            return False
        for handler in handlers:
            answer = _ask(handler, self.request)
            if answer is not None:
                self.send(answer)
                return True
        return False


def _ask(handler: Handler, request: Request) -> Answer | None:
    try:
        return handler(request)
    except Exception:  # a handler raises only what leaves no trace: that costs time, and nothing else
        LOG.exception("%s %s could not be answered here", request.method, request.target)
        return None
