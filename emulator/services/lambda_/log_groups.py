"""The lines that functions write, kept in LocalStack's log groups, and no more of them than memory should hold.

A log group never forgets by itself: a function that runs all night would fill the engine's memory with its lines.
"""

import heapq
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol
from weakref import WeakKeyDictionary

# For each log group, the lines and what it costs to keep them: some 50,000 lines of usual length.
MAX_GROUP_BYTES = 32 * 1024 * 1024
# What a line takes beside its text, about: an object, its time, its place in a list.
LINE_BYTES = 500
# How much goes at once, so that this is not done for each line.
_SHARE_THAT_GOES = 0.1


class LogEvent(Protocol):
    """A line."""

    message: str
    timestamp: int


class LogStream(Protocol):
    """The lines of one execution environment, in the order in which they were written."""

    events: list[LogEvent]


class LogGroup(Protocol):
    """The streams of one function, by their names."""

    streams: dict[str, LogStream]

    def put_log_events(self, log_stream_name: str, log_events: list[dict[str, Any]]) -> str:
        """Add lines to a stream."""


class LineKeeper:
    """Adds lines to log groups; when a group holds more than it should, the oldest of all its streams go."""

    def __init__(self, max_group_bytes: int = MAX_GROUP_BYTES) -> None:
        self._max_group_bytes = max_group_bytes
        self._held_bytes: WeakKeyDictionary[LogGroup, int] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def add(self, group: LogGroup, stream_name: str, lines: Sequence[str], timestamp_ms: int) -> None:
        """Add lines of one moment to a stream that is there."""
        try:
            # Outside the lock: whoever subscribed to the group is called by it, a function for as long as it runs.
            group.put_log_events(stream_name, [{"timestamp": timestamp_ms, "message": line} for line in lines])
        finally:  # a subscriber that failed leaves the lines in the group
            with self._lock:
                self._held_bytes[group] = self._bounded(group, self._held_bytes.get(group, 0) + _bytes_of(lines))

    def _bounded(self, group: LogGroup, counted_bytes: int) -> int:
        """Let a group hold no more than it should; return how much it holds, as far as that is known."""
        if counted_bytes <= self._max_group_bytes:
            return counted_bytes
        # Streams go without a word, so what was counted is no more than a reason to count again.
        held_bytes = sum(_bytes_of(event.message for event in stream.events) for stream in list(group.streams.values()))
        if held_bytes <= self._max_group_bytes:
            return held_bytes
        return held_bytes - forget_oldest(group, int(held_bytes - self._max_group_bytes * (1 - _SHARE_THAT_GOES)))


def forget_oldest(group: LogGroup, least_bytes: int) -> int:
    """Remove the oldest lines of a group, so many bytes or just above; return how many bytes that were."""
    gone: Counter[str] = Counter()
    gone_bytes = 0
    for _, stream_name, line in heapq.merge(*(_dated(name, stream) for name, stream in list(group.streams.items()))):
        if gone_bytes >= least_bytes:
            break
        gone[stream_name] += 1
        gone_bytes += _line_bytes(line)
    for stream_name, lines in gone.items():
        # Of the same list, at once: somebody may be adding to it. Who reads it just now may miss some.
        del group.streams[stream_name].events[:lines]
    return gone_bytes


def _dated(stream_name: str, stream: LogStream) -> Iterator[tuple[int, str, str]]:
    return ((event.timestamp, stream_name, event.message) for event in stream.events)


def _bytes_of(lines: Iterable[str]) -> int:
    return sum(map(_line_bytes, lines))


def _line_bytes(line: str) -> int:
    return len(line) + LINE_BYTES
