"""Kinds are dealt like cards: each has its turn before any comes again, whatever the seed."""

from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from harness.soaking.kind_selection import MOST_AT_ONCE, kinds_of_round

DECKS = st.lists(st.text(min_size=1), min_size=1, max_size=40, unique=True)
SEEDS = st.integers(0, 2**63)


@given(DECKS, SEEDS)
def test_each_kind_is_dealt_once_before_any_comes_again(deck: list[str], seed: int) -> None:
    dealt: list[str] = []
    for number in range(1, 2 * len(deck) + 1):
        dealt += kinds_of_round(deck, seed, number)
    assert sorted(dealt[: len(deck)]) == sorted(deck)
    assert sorted(dealt[len(deck) : 2 * len(deck)]) == sorted(deck)


@given(DECKS, SEEDS, st.integers(1, 60))
def test_a_hand_has_each_kind_once_and_is_the_same_each_time(deck: list[str], seed: int, number: int) -> None:
    hand = kinds_of_round(deck, seed, number)
    assert 1 <= len(hand) <= MOST_AT_ONCE
    assert len(set(hand)) == len(hand)
    assert kinds_of_round(deck, seed, number) == hand


def test_another_seed_and_another_turn_deal_otherwise() -> None:
    deck = [f"kind-{number}" for number in range(30)]
    hands = {seed: [kinds_of_round(deck, seed, number) for number in range(1, 20)] for seed in range(5)}
    assert len({tuple(dealt) for dealt in hands.values()}) == 5
    assert len({len(hand) for hand in chain.from_iterable(hands.values())}) == MOST_AT_ONCE
