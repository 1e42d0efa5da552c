"""What each kind of fault may do to a sound stack, as a client and the queues see it: one table. Pure.

It is what AWS's own services may do: answer 429, 500, 503 or 504, or not at all; deliver late, in another order and
again; show a write in an index, or to a read that is not consistent, only later. A kind that is not in the table
explains nothing that was answered, and may hold back what is not visible yet.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


class Reach(enum.StrEnum):
    """Whom a fault may touch when it hits a thing."""

    NONE = "none"
    OWN = "own"
    """The flow whose thing it is."""
    ALL = "all"
    """Others too: those in the same batch, those that wait behind it."""


class Site(enum.StrEnum):
    """At which of a client's calls a hit may be seen."""

    NOWHERE = "nowhere"
    REQUEST = "request"
    """At the request that was hit."""
    SEND = "send"
    """At the create that was to send the message."""
    READ = "read"
    """At the poll or the retrieve that was to read the table."""
    ENGINE = "engine"
    """At whatever call was under way."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What a hit of one kind may do, and a sound stack survives."""

    site: Site = Site.NOWHERE
    """Where a client may see it."""
    statuses: frozenset[str] = frozenset()
    """What its call may then be answered: "429", or a class ("5xx")."""
    unanswered: bool = False
    """Whether its call may get no answer."""
    delays_answer: bool = False
    """Whether it gets none only because the client had no patience: the delay must explain it."""
    never_carried_out: bool = False
    """Whether a create that was hit must not be there."""
    holds: Reach = Reach.NONE
    """Whose creates may become visible later."""
    while_active: bool = True
    """Whether others are held back as long as the fault is active; else only what it hit is, for as long as that hit
    delays it.
    """
    fails_delivery: Reach = Reach.NONE
    """Whose message is then delivered again, after the queue's visibility timeout. It was received."""
    may_time_out: bool = False
    """Whether the function may run out of time by it, so that a whole batch comes again as late. That is no
    exemption for a dead letter: the stack chooses a function's time and a queue's visibility timeout.
    """
    repeats: bool = False
    """Whether its message is there once more, and what it was received counts for both."""
    loses_all: bool = False
    """Whether all that was accepted before is gone."""
    shows_past: bool = False
    """Whether a poll may be answered as it would have been so much earlier: pending, also after visible."""


def _refusal(status: str, site: Site = Site.REQUEST) -> Effect:
    return Effect(site, frozenset({status}), never_carried_out=True)


_NOT_NOW: Final = frozenset({"429", "5xx"})
# An engine that is up and has no API yet takes an API's path for another service's: it may even say 200, and nothing.
_ANYTHING: Final = frozenset({"2xx", "3xx", "4xx", "5xx"})
_OWN, _ALL = Reach.OWN, Reach.ALL
_HOLDS_ALL: Final = Effect(holds=_ALL)
_ENDS_INVOCATION: Final = Effect(holds=_ALL, fails_delivery=_ALL)
_DELAYS_ITS_OWN: Final = Effect(holds=_OWN, while_active=False)

RESET_AFTER: Final = "api-reset-after"

EFFECTS: Final[Mapping[str, Effect]] = {
    "api-latency": Effect(Site.REQUEST, unanswered=True, delays_answer=True),
    "api-429": _refusal("429"),
    "api-500": _refusal("500"),
    "api-504": _refusal("504"),
    "api-reset-before": Effect(Site.REQUEST, unanswered=True, never_carried_out=True),
    RESET_AFTER: Effect(Site.REQUEST, unanswered=True),
    "duplicates": Effect(holds=_ALL, repeats=True),
    "delays": _DELAYS_ITS_OWN,
    "lost-deletes": Effect(holds=_ALL, fails_delivery=_OWN),
    "receive-throttles": _HOLDS_ALL,
    "send-throttles": Effect(Site.SEND, _NOT_NOW, never_carried_out=True),
    "cold-starts": _HOLDS_ALL,
    "crashes": _ENDS_INVOCATION,
    "late-crashes": _ENDS_INVOCATION,
    "timeouts": _ENDS_INVOCATION,
    "init-failures": _ENDS_INVOCATION,
    "function-throttles": _ENDS_INVOCATION,
    "slow-handlers": Effect(holds=_ALL, may_time_out=True),
    "out-of-memory": _ENDS_INVOCATION,
    "gsi-lag": _DELAYS_ITS_OWN,
    "table-lag": _DELAYS_ITS_OWN,
    "stale-reads": Effect(Site.READ, shows_past=True),
    "table-throttles": Effect(Site.READ, _NOT_NOW, holds=_ALL, fails_delivery=_OWN),
    "table-errors": Effect(Site.READ, _NOT_NOW, holds=_ALL, fails_delivery=_OWN),
    "lost-answers": Effect(holds=_ALL, fails_delivery=_OWN),
    "slow-tables": Effect(Site.READ, unanswered=True, delays_answer=True, holds=_ALL, may_time_out=True),
    "pauses": Effect(Site.ENGINE, unanswered=True, delays_answer=True, holds=_ALL),
    "full-disk": Effect(Site.ENGINE, _NOT_NOW, unanswered=True, holds=_ALL, fails_delivery=_ALL),
    "kills": Effect(Site.ENGINE, _ANYTHING, unanswered=True, holds=_ALL, loses_all=True),
}

_UNKNOWN: Final = _HOLDS_ALL


def effect_of(kind: str) -> Effect:
    """Return what a hit of a kind may do."""
    return EFFECTS.get(kind, _UNKNOWN)
