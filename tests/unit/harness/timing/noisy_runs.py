"""Runs as noisy as real ones: what follows each other hangs together."""

import math
import random

from harness.history import FlowHistory, History
from harness.operations import Meaning
from tests.unit.harness.timing.histories import create, flow, history, poll, retrieve

_MOOD_CHANGES_EVERY_S = 0.2


def noisy_run(seed: int, *, flows: int = 400, clients: int = 4, slower: float = 1.0, moody: float = 0.5) -> History:
    """A closed loop of clients against a server whose calls take about 10 ms, times `slower`.

    The server's mood makes all calls of a moment slow or fast together; of it, the share `moody` stays from one
    moment to the next.
    """
    generator = random.Random(seed)
    moods = [generator.gauss(0, 1)]
    free_at_s = [0.0] * clients
    made: list[FlowHistory] = []

    def call_s(at_s: float) -> float:
        while at_s >= len(moods) * _MOOD_CHANGES_EVERY_S:
            moods.append(moody * moods[-1] + math.sqrt(1 - moody**2) * generator.gauss(0, 1))
        mood = moods[int(at_s / _MOOD_CHANGES_EVERY_S)]
        return 0.01 * slower * math.exp(0.2 * mood + generator.gauss(0, 0.4))

    for number in range(flows):
        client = free_at_s.index(min(free_at_s))
        marks_s = [free_at_s[client]]
        for _ in range(4):
            marks_s.append(marks_s[-1] + call_s(marks_s[-1]))
        calls = (
            create(marks_s[0], marks_s[1]),
            poll(marks_s[1], marks_s[2]),
            poll(marks_s[2], marks_s[3], Meaning.VISIBLE),
            retrieve(marks_s[3], marks_s[4]),
        )
        made.append(flow(*calls, number=number))
        free_at_s[client] = marks_s[4]
    return history(*made)
