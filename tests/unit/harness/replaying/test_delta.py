"""ddmin: what is left fails, and nothing of it can be left out."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from harness.replaying.delta import minimized


@given(st.integers(1, 200), st.data())
def test_what_a_failure_needs_is_found_exactly(count: int, data: st.DataObject) -> None:
    needed = data.draw(st.sets(st.integers(0, count - 1), min_size=1, max_size=6))
    asked: list[tuple[int, ...]] = []

    def fails(part: Sequence[int]) -> bool:
        asked.append(tuple(part))
        return needed <= set(part)

    assert list(minimized(range(count), fails)) == sorted(needed)
    assert len(asked) == len(set(asked)), "nothing is tried twice"
    assert all(0 < len(part) < count for part in asked)


@given(st.integers(1, 12), st.integers(0, 2**32))
def test_for_any_failure_the_result_fails_and_does_not_without_any_one_item(count: int, seed: int) -> None:
    def fails(part: Sequence[int]) -> bool:
        return len(part) == count or (bool(part) and hash((seed, tuple(part))) % 3 == 0)

    left = minimized(range(count), fails)
    assert fails(left)
    for item in left:
        rest = [other for other in left if other != item]
        assert not rest or not fails(rest)


def test_one_of_a_thousand_is_found_in_few_tries() -> None:
    tries = 0

    def fails(part: Sequence[int]) -> bool:
        nonlocal tries
        tries += 1
        return 777 in part

    assert list(minimized(range(1000), fails)) == [777]
    assert tries <= 20
