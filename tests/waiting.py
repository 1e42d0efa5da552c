"""Waiting for a state: with a deadline, and with what was last seen when it passes."""

import time
from collections.abc import Callable


def wait_until[T](
    look: Callable[[], T], holds: Callable[[T], bool] = bool, *, deadline_s: float = 20, every_s: float = 0.02
) -> T:
    """Call `look` until `holds` is true of what it returned, and return that.

    Raises:
        AssertionError: `deadline_s` passed first; its message shows what was last seen.
    """
    give_up_at = time.monotonic() + deadline_s
    while True:
        seen = look()
        if holds(seen):
            return seen
        assert time.monotonic() < give_up_at, f"not within {deadline_s} s; last seen: {seen!r}"
        time.sleep(every_s)  # the pause between two looks, not a wait for a time
