"""What faults hold back, each until it is due or until its fault ends. Pure: it is told the time."""

import heapq
import itertools

from model.faults.fault import Fault


class Held[T]:
    """Things with the times at which they are due, on a clock that never goes back."""

    def __init__(self) -> None:
        self._numbers = itertools.count()
        self._due: list[tuple[float, int]] = []
        self._held: dict[int, tuple[tuple[Fault, ...], T]] = {}

    def hold(self, what: T, due_at_s: float, faults: tuple[Fault, ...]) -> None:
        """Hold something back until a time, or until `let_go` of one of these faults."""
        number = next(self._numbers)
        self._held[number] = faults, what
        heapq.heappush(self._due, (due_at_s, number))

    @property
    def due_at_s(self) -> float | None:
        """When `take_due` has something next; None: nothing is held."""
        return self._due[0][0] if self._due else None

    def take_due(self, now_s: float) -> list[T]:
        """Return what is due and was not taken before, in the order of its times."""
        taken = []
        while self._due and self._due[0][0] <= now_s:
            _, number = heapq.heappop(self._due)
            taken.append(self._held.pop(number)[1])
            self._forget_taken()
        return taken

    def let_go(self, fault: Fault) -> list[T]:
        """Return what a fault holds back, in the order in which it was held: it is held no more."""
        numbers = [number for number, (faults, _) in self._held.items() if fault in faults]
        taken = [self._held.pop(number)[1] for number in numbers]
        self._forget_taken()
        return taken

    def _forget_taken(self) -> None:
        while self._due and self._due[0][1] not in self._held:
            heapq.heappop(self._due)
