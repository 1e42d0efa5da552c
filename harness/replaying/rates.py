"""How often a run fails that is made again and again. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.replaying.intervals import wilson_interval
from harness.verdicts import VerdictWord


@dataclass(frozen=True, slots=True)
class Try:
    """What came of making it once more."""

    run_id: str
    word: VerdictWord
    broken: frozenset[str]
    """What is shown to be wrong: see `harness.replaying.failure.broken_in`."""


@dataclass(frozen=True, slots=True)
class Share:
    """So many of the tries, and between what the true share is, with 95 % confidence."""

    count: int
    interval: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Rate:
    """How often it failed."""

    tries: int
    invalid: Share
    unknown: Share
    broken: Mapping[str, Share]
    """By what was broken, the most frequent first."""

    @property
    def word(self) -> VerdictWord:
        """The worst that any try came to; unknown without a try."""
        if self.invalid.count:
            return VerdictWord.INVALID
        return VerdictWord.UNKNOWN if self.unknown.count or not self.tries else VerdictWord.VALID


def rate_of(tries: Sequence[Try]) -> Rate:
    """Return how often it failed."""

    def share(count: int) -> Share:
        return Share(count, wilson_interval(count, len(tries)))

    words = Counter(each.word for each in tries)
    broken = Counter(name for each in tries for name in each.broken)
    ordered = sorted(broken.items(), key=lambda item: (-item[1], item[0]))
    return Rate(
        len(tries),
        share(words[VerdictWord.INVALID]),
        share(words[VerdictWord.UNKNOWN]),
        {name: share(count) for name, count in ordered},
    )
