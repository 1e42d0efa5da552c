"""What is held comes out once: in its time, or when all is let go."""

import queue

from emulator.faults.held import Held

DEADLINE_S = 10


def test_what_is_held_comes_out_in_its_time() -> None:
    out: queue.Queue[str] = queue.Queue()
    held = Held()
    held.hold(0.01, lambda: out.put("a"))

    assert out.get(timeout=DEADLINE_S) == "a"
    held.release_all()
    assert out.empty()


def test_all_that_is_held_comes_out_at_once_and_only_once() -> None:
    out: list[str] = []
    held = Held()
    held.hold(3600, lambda: out.append("a"))
    held.hold(3600, lambda: out.append("b"))

    held.release_all()
    held.release_all()
    assert out == ["a", "b"]
