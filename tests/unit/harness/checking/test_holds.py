"""From when a bound counts: the arithmetic of intervals."""

from hypothesis import given
from hypothesis import strategies as st

from harness.checking.holds import Interval, covers, held_until, merged

INF = float("inf")
TIMES = st.integers(0, 30).map(float)
INTERVALS = st.lists(st.tuples(TIMES, st.integers(0, 10)).map(lambda drawn: (drawn[0], drawn[0] + drawn[1])))


def test_intervals_that_touch_are_one() -> None:
    assert merged([(5, 6), (0, 2), (1, 3), (3, 4), (0.5, 1)]) == ((0, 4), (5, 6))
    assert merged([]) == ()


def test_a_bound_counts_from_the_end_of_what_held_it_back() -> None:
    assert held_until(1, 2, ((0, 5),)) == 5
    assert held_until(1, 2, ((2.9, 5),)) == 5, "it began before the bound was over"
    assert held_until(1, 2, ((3, 5),)) == 1, "it began when the bound was over"
    assert held_until(1, 2, ((0, 1), (9, 10))) == 1
    assert held_until(1, 2, ((0, 5), (6, 8), (9, 11), (14, 20))) == 11, "from one to the next"
    assert held_until(1, 2, (), own=[(6, 8), (0, 7)]) == 8
    assert held_until(1, 2, ((0, INF),)) == INF
    assert held_until(1, 2, ()) == 1


@given(TIMES, st.integers(1, 5), INTERVALS, INTERVALS)
def test_whichever_way_the_intervals_come_the_answer_is_that_of_trying_them_one_by_one(
    since_s: float, bound_s: float, shared: list[Interval], own: list[Interval]
) -> None:
    base_s, before_s = since_s, -INF
    while base_s != before_s:
        before_s = base_s
        for from_s, until_s in [*shared, *own]:
            if from_s < base_s + bound_s and until_s > base_s:
                base_s = until_s
    assert held_until(since_s, bound_s, merged(shared), own) == base_s


def test_what_shares_a_moment() -> None:
    assert covers([(0, 1), (5, INF)], 1, 2)
    assert covers([(5, INF)], 9, 9)
    assert not covers([(0, 1), (5, 6)], 1.5, 4.5)
