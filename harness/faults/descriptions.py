"""What a run's definition of a fault asks for, in words. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from model.faults.kinds import EVERY_ATTEMPT, NO_LIMIT

_ONCE: Final = 1


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
    times, limit = definition.get("times", _ONCE), definition.get("limit", NO_LIMIT)
    if times == EVERY_ATTEMPT:
        yield "each attempt"
    elif times != _ONCE:
        yield f"the first {times} attempts of each"
    if limit != NO_LIMIT:
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
