"""Which kinds of faults a round gets: drawn without replacement, until every kind was drawn; then all again. Pure.

So each kind is drawn as often as any other, each time together with others.
"""

import random
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

MOST_AT_ONCE: Final = 4
"""Kinds in one round. With more, creates that none of them touches grow few."""


def kinds_of_round(kinds: Sequence[str], seed: int, number: int) -> tuple[str, ...]:
    """Return the kinds of a round, each once. They depend on nothing but the arguments.

    Args:
        kinds: all of them.
        seed: decides which kinds come together, and in which order.
        number: the round's, from 1.
    """
    return next(islice(_selections(kinds, seed), number - 1, None))


def _selections(kinds: Sequence[str], seed: int) -> Iterator[tuple[str, ...]]:
    """Yield the kinds of one round after the other, without an end."""
    drawn = random.Random(f"{seed}/deck")  # noqa: S311  - repeatable is the point
    while True:
        remaining = list(kinds)
        drawn.shuffle(remaining)
        while remaining:
            size = drawn.randint(1, MOST_AT_ONCE)
            yield tuple(remaining[:size])
            del remaining[:size]
