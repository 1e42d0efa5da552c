"""Makes round after round, as long as there is time for another. Pure: what a round is, and the clock, are given."""

from collections.abc import Callable
from dataclasses import dataclass

from harness.errors import HarnessError
from harness.soaking.rounds import Round
from harness.soaking.summary import Ended, SoakResult


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long it may take."""

    within_s: float
    """No round is begun that would end later, if it took as long as the longest before it."""
    began_s: float
    """When the time began to run, on the clock that is given."""
    most_rounds: int | None = None

    def left_s(self, now_s: float) -> float:
        """Return how much time is left."""
        return self.began_s + self.within_s - now_s


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands, before each round."""

    number: int
    """The round's, from 1."""
    left_s: float


def make_rounds(
    make_round: Callable[[Standing], Round | None],
    bounds: Bounds,
    seed: int,
    kinds: tuple[str, ...],
    clock: Callable[[], float],
) -> tuple[SoakResult, HarnessError | None]:
    """Make rounds until the time is over; return them, and what ended them if that was a failure.

    A round that is not valid ends nothing: what the next ones say is worth as much.

    Args:
        make_round: makes a round. It returns None when it was interrupted, and may raise KeyboardInterrupt.
        bounds: how long it may take.
        seed: for the record.
        kinds: all kinds of faults that there are to draw from.
        clock: tells the time in seconds.
    """
    rounds: list[Round] = []
    failure: HarnessError | None = None
    longest_s = 0.0
    try:
        while (ended := _end(bounds, len(rounds), bounds.left_s(clock()), longest_s)) is None:
            round_began_s = clock()
            made = make_round(Standing(len(rounds) + 1, bounds.left_s(round_began_s)))
            if made is None:
                ended = Ended.INTERRUPTED
                break
            rounds.append(made)
            longest_s = max(longest_s, clock() - round_began_s)
    except KeyboardInterrupt:
        ended = Ended.INTERRUPTED
    except HarnessError as error:
        ended, failure = Ended.FAILED, error
    return SoakResult(seed, kinds, tuple(rounds), ended, clock() - bounds.began_s), failure


def _end(bounds: Bounds, made: int, left_s: float, longest_s: float) -> Ended | None:
    """Return why no round is begun; None: one is."""
    if made == bounds.most_rounds:
        return Ended.ENOUGH
    return Ended.OUT_OF_TIME if left_s <= 0 or left_s < longest_s else None
