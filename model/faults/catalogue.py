"""The catalogue of faults: what each kind does, where, with which defaults, and what it may do to a sound stack."""

from typing import Final

from model.faults.delays import FixedDelay, UniformDelay
from model.faults.effects import Effect, Reach, Site
from model.faults.kinds import EVENTUAL_READS, EVERY_ATTEMPT, WRITES, Kind, Place


def _refusal(status: str, site: Site = Site.REQUEST) -> Effect:
    return Effect(site, frozenset({status}), never_carried_out=True)


_OWN, _ALL = Reach.OWN, Reach.ALL
_NOT_NOW: Final = frozenset({"429", "5xx"})
# An engine that is up and has no API yet takes an API's path for another service's: it may even say 200, and nothing.
_ANYTHING: Final = frozenset({"2xx", "3xx", "4xx", "5xx"})
_HOLDS_ALL: Final = Effect(holds=_ALL)
_ENDS_INVOCATION: Final = Effect(holds=_ALL, fails_delivery=_ALL)
_DELAYS_ITS_OWN: Final = Effect(holds=_OWN, while_active=False)
_REFUSES_CALL: Final = Effect(Site.READ, _NOT_NOW, holds=_ALL, fails_delivery=_OWN)
_A_THIRD: Final = 0.33
"""Of the flows, so that some have ended, some are in the middle, and most begin when the engine is there again, however
many there are and however fast. A time would be too late for a short run, and too early for a slow one."""

RESET_AFTER: Final = "api-reset-after"
STALE_READS: Final = "stale-reads"
KILLS: Final = "kills"

KINDS: Final = (
    # API Gateway
    Kind(
        "api-latency",
        Place.REQUEST,
        "The request is delayed before it is processed.",
        Effect(Site.REQUEST, unanswered=True, delays_answer=True),
        rate=0.5,
        delay=UniformDelay(0, 500),
    ),
    Kind("api-429", Place.REQUEST, "The request is answered 429 Too Many Requests and not processed.", _refusal("429")),
    Kind(
        "api-500",
        Place.REQUEST,
        "The request is answered 500 Internal server error and not processed.",
        _refusal("500"),
    ),
    Kind(
        "api-504",
        Place.REQUEST,
        "The request is answered 504 Endpoint request timed out and not processed.",
        _refusal("504"),
    ),
    Kind(
        "api-reset-before",
        Place.REQUEST,
        "The connection is reset (TCP RST) and the request not processed.",
        Effect(Site.REQUEST, unanswered=True, never_carried_out=True),
    ),
    Kind(
        RESET_AFTER,
        Place.REQUEST,
        "The request is processed and the connection reset (TCP RST) before its answer.",
        Effect(Site.REQUEST, unanswered=True),
    ),
    # SQS
    Kind(
        "duplicates",
        Place.RECEIVE,
        "The message is delivered once more, after a delay.",
        Effect(holds=_ALL, repeats=True),
        rate=0.2,
        delay=UniformDelay(0, 500),
    ),
    Kind(
        "delays",
        Place.SEND,
        "The message becomes visible after a delay; later messages may overtake it.",
        _DELAYS_ITS_OWN,
        rate=0.2,
        delay=UniformDelay(0, 2000),
    ),
    Kind(
        "lost-deletes",
        Place.DELETE,
        "The delete is acknowledged and not carried out: the message is delivered again.",
        Effect(holds=_ALL, fails_delivery=_OWN),
        redelivers=True,
    ),
    Kind(
        "receive-throttles",
        Place.RECEIVE,
        "The receive that would return the message is throttled.",
        _HOLDS_ALL,
        redelivers=True,
    ),
    Kind(
        "send-throttles",
        Place.SEND,
        "The send is throttled and nothing is put into the queue.",
        Effect(Site.SEND, _NOT_NOW, never_carried_out=True),
    ),
    # Lambda
    Kind(
        "cold-starts",
        Place.INVOCATION,
        "The execution environment is replaced, and the new one starts after a delay.",
        _HOLDS_ALL,
        rate=0.2,
        delay=FixedDelay(500),
    ),
    Kind(
        "crashes",
        Place.CALL,
        "The function is killed right before a write.",
        _ENDS_INVOCATION,
        rate=0.05,
        operations=WRITES,
        of_functions=True,
        redelivers=True,
    ),
    Kind(
        "late-crashes",
        Place.CALL,
        "The function is killed right after a write.",
        _ENDS_INVOCATION,
        rate=0.05,
        operations=WRITES,
        of_functions=True,
        redelivers=True,
    ),
    Kind(
        "timeouts",
        Place.INVOCATION,
        "The function hangs until it times out.",
        _ENDS_INVOCATION,
        rate=0.02,
        redelivers=True,
    ),
    Kind(
        "init-failures",
        Place.INVOCATION,
        "The execution environment is replaced, and the new one fails to initialize.",
        _ENDS_INVOCATION,
        rate=0.05,
        redelivers=True,
    ),
    Kind(
        "function-throttles",
        Place.INVOCATION,
        "The invocation is throttled and the function not run.",
        _ENDS_INVOCATION,
        rate=0.05,
        redelivers=True,
    ),
    Kind(
        "slow-handlers",
        Place.INVOCATION,
        "The function takes longer, by the delay.",
        Effect(holds=_ALL, may_time_out=True),
        rate=0.2,
        delay=UniformDelay(0, 500),
        redelivers=True,
    ),
    Kind(
        "out-of-memory",
        Place.INVOCATION,
        "The function starts and is killed because it ran out of memory.",
        _ENDS_INVOCATION,
        rate=0.02,
        redelivers=True,
    ),
    # DynamoDB
    Kind(
        "gsi-lag",
        Place.WRITE,
        "Global secondary indexes see the write after a delay.",
        _DELAYS_ITS_OWN,
        rate=1.0,
        delay=UniformDelay(0, 2000),
    ),
    Kind(
        "table-lag",
        Place.WRITE,
        "Eventually consistent reads of the table see the write after a delay.",
        _DELAYS_ITS_OWN,
        rate=1.0,
        delay=UniformDelay(0, 500),
    ),
    Kind(
        STALE_READS,
        Place.CALL,
        "An eventually consistent read is answered as of an earlier time, by a replica that lags behind by the delay.",
        Effect(Site.READ, shows_past=True),
        rate=0.2,
        delay=UniformDelay(0, 2000),
        operations=EVENTUAL_READS,
        of_eventual_reads=True,
        times=EVERY_ATTEMPT,  # a thing's first reads are mostly before there is anything to see
        draws_each_attempt=True,
    ),
    Kind(
        "table-throttles",
        Place.CALL,
        "The call is refused with ProvisionedThroughputExceededException.",
        _REFUSES_CALL,
        redelivers=True,
    ),
    Kind(
        "table-errors",
        Place.CALL,
        "The call is answered with InternalServerError and not carried out.",
        _REFUSES_CALL,
        redelivers=True,
    ),
    Kind(
        "lost-answers",
        Place.CALL,
        "The write is carried out and answered with InternalServerError.",
        Effect(holds=_ALL, fails_delivery=_OWN),
        operations=WRITES,
        redelivers=True,
    ),
    Kind(
        "slow-tables",
        Place.CALL,
        "The call takes longer, by the delay.",
        Effect(Site.READ, unanswered=True, delays_answer=True, holds=_ALL, may_time_out=True),
        rate=0.2,
        delay=UniformDelay(0, 500),
        redelivers=True,
    ),
    # The engine
    Kind(
        "pauses",
        Place.PROCESS,
        "The whole engine is suspended for the delay.",
        Effect(Site.ENGINE, unanswered=True, delays_answer=True, holds=_ALL),
        rate=1.0,
        delay=FixedDelay(1000),
    ),
    Kind(
        "full-disk",
        Place.PROCESS,
        "No file of the engine or of its functions can grow until the fault heals.",
        Effect(Site.ENGINE, _NOT_NOW, unanswered=True, holds=_ALL, fails_delivery=_ALL),
        rate=1.0,
    ),
    Kind(
        KILLS,
        Place.RUN,
        "The engine is killed (SIGKILL) and started again, and the stack deployed to it; all that it held is lost.",
        Effect(Site.ENGINE, _ANYTHING, unanswered=True, holds=_ALL, loses_all=True),
        rate=1.0,
        delay=FixedDelay(0),
        from_flows=_A_THIRD,
    ),
)
ENGINE_KINDS: Final = tuple(kind for kind in KINDS if not kind.of_the_run)
"""Those that can be set on an engine."""
BY_NAME: Final = {kind.name: kind for kind in KINDS}


def effect_of(name: str) -> Effect:
    """Return what a hit of a kind may do. One of an unknown kind explains no answer, and may hold anything back."""
    return BY_NAME[name].effect if name in BY_NAME else _HOLDS_ALL
