"""How often it failed, from what each try came to."""

from harness.replaying.rates import Try, rate_of
from harness.verdicts import VerdictWord


def a_try(word: str, *broken: str) -> Try:
    return Try("a-run", VerdictWord(word), frozenset(broken))


def test_invalid_and_unknown_are_counted_apart_and_claims_by_how_often_they_broke() -> None:
    tries = [a_try("invalid", "a", "b"), a_try("valid"), a_try("invalid", "b"), a_try("unknown")]
    rate = rate_of(tries)
    assert (rate.tries, rate.invalid.count, rate.unknown.count) == (4, 2, 1)
    assert [(name, share.count) for name, share in rate.broken.items()] == [("b", 2), ("a", 1)]
    low, high = rate.invalid.interval
    assert low < 0.5 < high


def test_the_word_is_the_worst_of_all() -> None:
    assert rate_of([a_try("valid"), a_try("invalid"), a_try("unknown")]).word == "invalid"
    assert rate_of([a_try("valid"), a_try("unknown")]).word == "unknown"
    assert rate_of([a_try("valid")]).word == "valid"
    assert rate_of([]).word == "unknown"
