"""What a hit may do to a sound stack, as a client and the queues see it: the terms; `kinds` says which kind does what.

It is what AWS's own services may do: answer 429, 500, 503 or 504, or not at all; deliver late, in another order and
again; show a write in an index, or to an eventually consistent read, only later.
"""

import enum
from dataclasses import dataclass


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
    """Whether the function may run out of time by it, so that a whole batch comes again as late. That is no excuse
    for a dead letter: a function's time and a queue's visibility timeout are the stack's to choose.
    """
    repeats: bool = False
    """Whether its message is there once more, and what it was received counts for both."""
    loses_all: bool = False
    """Whether all that was accepted before is gone."""
    shows_past: bool = False
    """Whether a poll may be answered as it would have been so much earlier: pending, also after visible."""
