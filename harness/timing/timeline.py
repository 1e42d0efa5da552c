"""A run by windows of time, in bounded memory however long it is and however much happens."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Self

from harness.timing.statistics import Durations

SHORTEST_WINDOW_S: Final = 0.1
MOST_WINDOWS: Final = 120


@dataclass(slots=True)
class Slot:
    """What happened in one window; see `harness.timing.Window`."""

    flows_started: int = 0
    flows_completed: int = 0
    errors: int = 0
    queue_depth: int | None = None
    timings: defaultdict[str, Durations] = field(default_factory=lambda: defaultdict(Durations))

    def add(self, other: Self) -> None:
        """Make this the slot of both windows."""
        self.flows_started += other.flows_started
        self.flows_completed += other.flows_completed
        self.errors += other.errors
        if other.queue_depth is not None:
            self.saw_depth(other.queue_depth)
        for name, durations in other.timings.items():
            self.timings[name].add(durations)

    def saw_depth(self, depth: int) -> None:
        """Keep the greatest depth that was seen."""
        self.queue_depth = depth if self.queue_depth is None else max(self.queue_depth, depth)


class Timeline:
    """Windows of equal length from the run's start on.

    They begin as short as `SHORTEST_WINDOW_S`. Whenever there would be more than `MOST_WINDOWS`, each two become one:
    a run of more than some seconds has between half of `MOST_WINDOWS` and all of them.
    """

    def __init__(self) -> None:
        self.length_s = SHORTEST_WINDOW_S
        self._slots: dict[int, Slot] = {}

    def at(self, time_s: float) -> Slot:
        """Return the slot that a time belongs to; what is before the start belongs to the first. Use it at once."""
        index = self._index(time_s)
        while index >= MOST_WINDOWS:
            self._halve()
            index = self._index(time_s)
        return self._slots.setdefault(index, Slot())

    def windows(self) -> Iterator[tuple[float, Slot]]:
        """Return the start of each window and what happened in it, those in which nothing did included."""
        for index in range(max(self._slots, default=-1) + 1):
            yield index * self.length_s, self._slots.get(index, Slot())

    def _index(self, time_s: float) -> int:
        return int(max(0.0, time_s) / self.length_s)

    def _halve(self) -> None:
        self.length_s *= 2
        slots, self._slots = self._slots, {}
        for index, slot in slots.items():
            if index // 2 in self._slots:
                self._slots[index // 2].add(slot)
            else:
                self._slots[index // 2] = slot
