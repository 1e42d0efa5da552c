"""What faults hold back is taken once: when it is due, or when its fault lets go."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from model.faults.catalogue import BY_NAME
from model.faults.fault import Fault
from model.faults.held import Held

FAULT = Fault("000000000000", "a", BY_NAME["delays"], seed=0, rate=1, ttl_s=1000)
OTHER = replace(FAULT, name="b")


def test_nothing_is_due_where_nothing_is_held() -> None:
    held: Held[str] = Held()
    assert held.take_due(1000) == []
    assert held.due_at_s is None


def test_it_says_when_it_has_something_next() -> None:
    held: Held[str] = Held()
    held.hold("late", 60, (FAULT,))
    held.hold("early", 30, (OTHER,))
    assert held.due_at_s == 30
    assert held.let_go(OTHER) == ["early"]
    assert held.due_at_s == 60
    assert held.take_due(59) == []
    assert held.take_due(60) == ["late"]
    assert held.due_at_s is None


@given(st.lists(st.tuples(st.integers(0, 20), st.sampled_from([(FAULT,), (OTHER,), (FAULT, OTHER)]))), st.data())
def test_everything_is_taken_once_and_in_time(things: list[tuple[int, tuple[Fault, ...]]], data: st.DataObject) -> None:
    held: Held[int] = Held()
    left = dict(enumerate(things))
    for number, (due_at_s, faults) in left.items():
        held.hold(number, due_at_s, faults)
    for now_s in range(21):
        due = sorted((due_at_s, number) for number, (due_at_s, _) in left.items() if due_at_s <= now_s)
        assert held.take_due(now_s) == [number for _, number in due]
        for _, number in due:
            del left[number]
        if data.draw(st.booleans()):
            fault = data.draw(st.sampled_from([FAULT, OTHER]))
            own = [number for number, (_, faults) in left.items() if fault in faults]
            assert held.let_go(fault) == own
            for number in own:
                del left[number]
        assert held.due_at_s == min((due_at_s for due_at_s, _ in left.values()), default=None)
    assert not left
