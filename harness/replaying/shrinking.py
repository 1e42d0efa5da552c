"""The smallest workload that still fails, found within a time. Pure: what a try is, and the clock, are given."""

import enum
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from harness.replaying.simplifications import SIMPLIFICATIONS
from harness.workload import Workload
from harness.workload.document import workload_to_json

ORIGINAL_TRIES: Final = 3
"""The original is tried so many times as often as any candidate before it is said not to fail any more."""
_MOST_ROUNDS: Final = 10


class Ended(enum.StrEnum):
    """Why it ended."""

    MINIMAL = "nothing more can be left out"
    OUT_OF_TIME = "the time was over"
    FAILS_NO_MORE = "the original does not fail any more"
    INTERRUPTED = "interrupted"


class _OutOfTimeError(Exception):
    """There is no time for another attempt."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands, before each attempt."""

    smallest: Workload
    """That is known to fail, or the original."""
    candidate: Workload
    """What is tried now."""
    attempts: int
    """Made so far."""
    left_s: float


@dataclass(frozen=True, slots=True)
class Shrunk:
    """What came of it."""

    smallest: Workload | None
    """The last that failed when it was tried; None: none did."""
    ended: Ended
    attempts: int
    """How many runs that took."""


def shrink(
    original: Workload,
    attempt: Callable[[Workload], bool],
    *,
    hints: Sequence[Sequence[int]] = (),
    tries: int = 2,
    within_s: float,
    clock: Callable[[], float],
    on_attempt: Callable[[Standing], None] = lambda _standing: None,
) -> Shrunk:
    """Look for the smallest workload that fails.

    A workload is taken to fail when one of `tries` attempts does: many a bug does not show each time. A candidate that
    never failed is not tried again.

    Args:
        original: what failed once.
        attempt: makes a run of a workload, and says whether it fails. May raise KeyboardInterrupt, which ends all.
        hints: numbers of flows that may be enough; they are tried first, and save the way there.
        tries: how many attempts a candidate gets, at the most.
        within_s: how long it may take. No attempt is begun that would end later, if it took as long as the longest.
        clock: tells the time in seconds.
        on_attempt: hears of each attempt before it is made.
    """
    search = _Search(original, attempt, tries, _Budget(within_s, clock), on_attempt)
    try:
        ended = search.run(hints)
    except _OutOfTimeError:
        ended = Ended.OUT_OF_TIME
    except KeyboardInterrupt:
        ended = Ended.INTERRUPTED
    return Shrunk(search.smallest if search.has_failed else None, ended, search.attempts)


class _Budget:
    """How much time there is, and how long the longest attempt took."""

    def __init__(self, within_s: float, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._ends_s = clock() + within_s
        self._longest_s = 0.0

    def left_s(self) -> float:
        """Return how much time is left."""
        return self._ends_s - self._clock()

    def spend(self, work: Callable[[], bool]) -> bool:
        """Do it if there seems to be time for it.

        Raises:
            _OutOfTimeError: there is not.
        """
        left_s = self.left_s()
        if left_s <= 0 or left_s < self._longest_s:
            raise _OutOfTimeError
        began_s = self._clock()
        done = work()
        self._longest_s = max(self._longest_s, self._clock() - began_s)
        return done


class _Search:
    """Keeps the smallest workload that failed, and what did not."""

    def __init__(
        self,
        original: Workload,
        attempt: Callable[[Workload], bool],
        tries: int,
        budget: _Budget,
        on_attempt: Callable[[Standing], None],
    ) -> None:
        self.smallest = original
        self.has_failed = False
        self.attempts = 0
        self._attempt = attempt
        self._tries = tries
        self._budget = budget
        self._on_attempt = on_attempt
        self._sound: set[str] = set()

    def run(self, hints: Sequence[Sequence[int]]) -> Ended:
        """Look for it."""
        original = self.smallest
        small = any(self._fails(candidate) for candidate in _hinted(original, hints))
        if not small and not self._fails(original, ORIGINAL_TRIES * self._tries):
            return Ended.FAILS_NO_MORE
        for _ in range(_MOST_ROUNDS):
            before = self.smallest
            for simplify in SIMPLIFICATIONS:
                simplify(self.smallest, self._fails)
            if self.smallest == before:
                break
        return Ended.MINIMAL

    def _fails(self, candidate: Workload, tries: int | None = None) -> bool:
        """Return whether one of the attempts fails, which makes it the smallest so far."""
        if self.has_failed and candidate == self.smallest:
            return True
        key = json.dumps(workload_to_json(candidate), sort_keys=True)
        if key in self._sound:
            return False
        for _ in range(tries or self._tries):
            self._on_attempt(Standing(self.smallest, candidate, self.attempts, self._budget.left_s()))
            if self._budget.spend(lambda: self._counted(candidate)):
                self.smallest, self.has_failed = candidate, True
                return True
        self._sound.add(key)
        return False

    def _counted(self, candidate: Workload) -> bool:
        self.attempts += 1
        return self._attempt(candidate)


def _hinted(original: Workload, hints: Sequence[Sequence[int]]) -> Iterator[Workload]:
    """Return the original with those flows only, the smallest hint first."""
    known = set(original.flow_numbers())
    parts = {tuple(sorted(known.intersection(hint))) for hint in hints}
    for numbers in sorted(parts, key=lambda part: (len(part), part)):
        if numbers and len(numbers) < len(known):
            yield replace(original, only_flows=numbers)
