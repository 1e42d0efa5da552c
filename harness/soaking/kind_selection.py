"""Which kinds of faults a round gets: dealt like cards, until none is left and the deck is shuffled anew. Pure.

So each kind has its turn as often as any other, and in ever other company.
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
        kinds: the whole deck.
        seed: decides how it is shuffled and dealt.
        number: the round's, from 1.
    """
    return next(islice(_selections(kinds, seed), number - 1, None))


def _selections(kinds: Sequence[str], seed: int) -> Iterator[tuple[str, ...]]:
    """Return one hand after the other, without an end."""
    drawn = random.Random(f"{seed}/deck")  # noqa: S311  - repeatable is the point
    while True:
        deck = list(kinds)
        drawn.shuffle(deck)
        while deck:
            size = drawn.randint(1, MOST_AT_ONCE)
            yield tuple(deck[:size])
            del deck[:size]
