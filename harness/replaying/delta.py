"""Delta debugging: the few of many things that a failure needs. Pure.

A. Zeller and R. Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", IEEE Transactions on Software
Engineering 28 (2002), 183-200: the algorithm called ddmin there.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise


def minimized[T](items: Sequence[T], fails: Callable[[Sequence[T]], bool]) -> Sequence[T]:
    """Return a part of `items`, in their order, that still fails, and fails no more without any one of its items.

    It is the smallest such part where a failure needs certain items and nothing disturbs it (`fails` is monotone); else
    it is one that cannot be made smaller by leaving out one item.

    Args:
        items: which fail together.
        fails: whether a part fails. It is never asked for all of them, nor for none, nor twice for the same part.
    """
    asked: dict[tuple[int, ...], bool] = {}

    def fails_by_place(part: Sequence[int]) -> bool:
        key = tuple(part)
        if key not in asked:
            asked[key] = fails([items[place] for place in part])
        return asked[key]

    left: Sequence[int] = range(len(items))
    pieces = 2
    while len(left) > 1:
        parts = list(_split(left, pieces))
        smaller = next(filter(fails_by_place, parts), None)
        if smaller is not None:
            left, pieces = smaller, 2
            continue
        # Of two parts, each is what is left without the other.
        rests = _rests(left, parts) if pieces > 2 else iter(())  # noqa: PLR2004 - see above
        rest = next(filter(fails_by_place, rests), None)
        if rest is not None:
            left, pieces = rest, max(pieces - 1, 2)
            continue
        if pieces == len(left):
            break
        pieces = min(2 * pieces, len(left))
    return [items[place] for place in left]


def _split(places: Sequence[int], pieces: int) -> Iterator[Sequence[int]]:
    """Return so many parts, as even as can be, none of them empty."""
    marks = [len(places) * number // pieces for number in range(pieces + 1)]
    return (places[begin:end] for begin, end in pairwise(marks))


def _rests(places: Sequence[int], parts: Sequence[Sequence[int]]) -> Iterator[Sequence[int]]:
    """Return what is left without each of the parts."""
    for part in parts:
        out = set(part)
        yield [place for place in places if place not in out]
