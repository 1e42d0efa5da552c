"""Faults in words: what each kind does, and what a run's definition of one asks for. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from harness.faults.catalogue import EVERY_ATTEMPT

WHAT_KINDS_DO: Final[Mapping[str, str]] = {
    "api-latency": "The request waits before anything is done about it.",
    "api-429": "The request is answered 429, Too Many Requests, and not carried out.",
    "api-500": "The request is answered 500, Internal server error, and not carried out.",
    "api-504": "The request is answered 504, Endpoint request timed out, and not carried out.",
    "api-reset-before": "The connection is reset, and the request not carried out.",
    "api-reset-after": "The request is carried out, and the connection reset before its answer.",
    "duplicates": "The message is delivered once more, after a delay.",
    "delays": "The message becomes visible so much later, and others overtake it.",
    "lost-deletes": "The delete is answered as done, and is not: the message comes again.",
    "receive-throttles": "The receive that would return the message is throttled.",
    "send-throttles": "The send is throttled, and nothing is put into the queue.",
    "cold-starts": "The environment starts anew, and takes so much longer.",
    "crashes": "The function dies right before a write.",
    "late-crashes": "The function dies right after a write.",
    "timeouts": "The function stands still until its time is over.",
    "init-failures": "The environment starts anew, and fails to initialize.",
    "function-throttles": "The invocation is throttled, and the function not run.",
    "slow-handlers": "The function takes so much longer.",
    "out-of-memory": "The function begins, and is killed for want of memory.",
    "gsi-lag": "Global secondary indexes see the write so much later.",
    "table-lag": "Reads that are not consistent see the write so much later.",
    "stale-reads": "A replica answers that is so far behind: the read, if it need not be consistent, sees what was.",
    "table-throttles": "The call is refused: ProvisionedThroughputExceededException.",
    "table-errors": "The call is answered with InternalServerError, and nothing is done.",
    "lost-answers": "The write is done, and answered with InternalServerError.",
    "slow-tables": "The call takes so much longer.",
    "pauses": "The whole engine stands still so long.",
    "full-disk": "No file of the engine or of its functions can grow, until it heals.",
    "kills": "The engine is killed and started again; whatever it held is gone.",
}
"""By kind, as the engine's own catalogue says it; `kills` is the harness' own."""

_ONCE: Final = 1
_NO_LIMIT: Final = 1_000_000


def definition_in_words(definition: Mapping[str, Any]) -> str:
    """Return what a fault's definition, in JSON as a history has it, asks for; a member that is odd is left out."""
    return ", ".join(_asked(definition))


def _asked(definition: Mapping[str, Any]) -> Iterator[str]:
    rate = definition.get("rate")
    if isinstance(rate, int | float):
        yield f"hits {100 * rate:g} %"
    for member, words in (("operations", "of"), ("resources", "at")):
        names = definition.get(member)
        if isinstance(names, list) and names:
            yield f"{words} {', '.join(map(str, names))}"
    match definition.get("flows"):
        case {"first": first, "last": last}:
            yield f"of flow {first}" if first == last else f"of flows {first} to {last}"
    times, limit = definition.get("times", _ONCE), definition.get("limit", _NO_LIMIT)
    if times == EVERY_ATTEMPT:
        yield "each attempt"
    elif times != _ONCE:
        yield f"the first {times} attempts of each"
    if limit != _NO_LIMIT:
        yield f"at most {limit} times in all"
    yield from _delay_in_words(definition.get("delay"))
    yield from _times_in_words(definition)


def _times_in_words(definition: Mapping[str, Any]) -> Iterator[str]:
    match definition:
        case {"from_s": float() | int() as from_s} if from_s:
            yield f"from {from_s:g} s on"
    match definition:
        case {"from_flows": float() | int() as share} if share:
            yield f"when {100 * share:g} % of the flows have ended"
    match definition:
        case {"every_s": float() | int() as every_s}:
            yield f"again each time after {every_s:g} s"
    match definition:
        case {"for_s": float() | int() as for_s}:
            yield f"for {for_s:g} s"


def _delay_in_words(delay: object) -> Iterator[str]:
    match delay:
        case {"fixed_ms": fixed_ms} if fixed_ms:
            yield f"{fixed_ms:g} ms"
        case {"least_ms": least_ms, "most_ms": most_ms}:
            yield f"{least_ms:g} to {most_ms:g} ms"
        case {"mean_ms": mean_ms, "most_ms": most_ms}:
            yield f"{mean_ms:g} ms on average, at most {most_ms:g} ms"
