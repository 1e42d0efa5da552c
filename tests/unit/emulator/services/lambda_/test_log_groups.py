"""Lines are kept in the order in which they came, and the oldest go when there are too many."""

import threading
from dataclasses import dataclass, field
from typing import Any

import pytest

from emulator.services.lambda_.log_groups import LINE_BYTES, LineKeeper, forget_oldest


@dataclass
class Event:
    timestamp: int
    message: str


@dataclass
class Stream:
    events: list[Any] = field(default_factory=list)


@dataclass(eq=False)
class Group:
    streams: dict[str, Any] = field(default_factory=lambda: {"a": Stream(), "b": Stream()})

    def put_log_events(self, log_stream_name: str, log_events: list[dict[str, Any]]) -> str:
        self.streams[log_stream_name].events += [Event(each["timestamp"], each["message"]) for each in log_events]
        return ""

    def lines(self, stream: str) -> list[str]:
        return [event.message for event in self.streams[stream].events]


def test_lines_are_added_with_their_time() -> None:
    group = Group()
    LineKeeper().add(group, "a", ["one", "two"], 7)
    assert group.streams["a"].events == [Event(7, "one"), Event(7, "two")]


def test_the_oldest_lines_of_all_streams_go_first() -> None:
    group = Group()
    keeper = LineKeeper(max_group_bytes=10 * (LINE_BYTES + 1))
    for number in range(10):
        keeper.add(group, "ab"[number % 2], [f"{number}"], number)
    assert group.lines("a") + group.lines("b") == ["0", "2", "4", "6", "8", "1", "3", "5", "7", "9"]

    keeper.add(group, "a", ["x"], 10)

    assert group.lines("a") == ["2", "4", "6", "8", "x"]
    assert group.lines("b") == ["3", "5", "7", "9"]


def test_a_group_holds_no_more_however_much_is_written() -> None:
    group, other = Group(), Group()
    keeper = LineKeeper(max_group_bytes=100 * LINE_BYTES)
    keeper.add(other, "a", ["kept"], 0)
    for number in range(5000):
        keeper.add(group, "ab"[number % 2], ["line"], number)
        assert len(group.lines("a")) + len(group.lines("b")) <= 100
    assert group.lines("b")[-1] == "line"
    assert group.streams["b"].events[-1].timestamp == 4999
    assert other.lines("a") == ["kept"]


def test_streams_that_were_deleted_count_no_more() -> None:
    group = Group()
    keeper = LineKeeper(max_group_bytes=10 * (LINE_BYTES + 1))
    for number in range(10):
        keeper.add(group, "a", [f"{number}"], number)
    group.streams["a"] = Stream()

    for number in range(10):
        keeper.add(group, "b", [f"{number}"], number)
    assert len(group.lines("b")) == 10


def test_lines_count_also_when_a_subscriber_fails() -> None:
    class Subscribed(Group):
        def put_log_events(self, log_stream_name: str, log_events: list[dict[str, Any]]) -> str:
            super().put_log_events(log_stream_name, log_events)
            raise RuntimeError("the subscriber is gone")

    group = Subscribed()
    keeper = LineKeeper(max_group_bytes=10 * (LINE_BYTES + 1))
    for number in range(30):
        with pytest.raises(RuntimeError, match="the subscriber is gone"):
            keeper.add(group, "a", [f"{number}"], number)
    assert len(group.lines("a")) <= 10
    assert group.lines("a")[-1] == "29"


def test_a_slow_subscriber_of_one_group_holds_up_no_other() -> None:
    go_on, called = threading.Event(), threading.Event()

    class Subscribed(Group):
        def put_log_events(self, log_stream_name: str, log_events: list[dict[str, Any]]) -> str:
            called.set()
            assert go_on.wait(10)
            return super().put_log_events(log_stream_name, log_events)

    slow, quick, keeper = Subscribed(), Group(), LineKeeper()
    slow_line = threading.Thread(target=keeper.add, args=(slow, "a", ["slow"], 1))
    slow_line.start()
    assert called.wait(10)
    keeper.add(quick, "a", ["quick"], 1)
    go_on.set()
    slow_line.join(10)
    assert (slow.lines("a"), quick.lines("a")) == (["slow"], ["quick"])


def test_a_single_line_may_be_longer_than_all_that_is_kept() -> None:
    group = Group()
    LineKeeper(max_group_bytes=10).add(group, "a", ["long" * 100], 0)
    assert group.lines("a") == []


def test_forgetting_says_how_much_went() -> None:
    group = Group()
    group.put_log_events("a", [{"timestamp": 1, "message": "abc"}, {"timestamp": 2, "message": "d"}])
    assert forget_oldest(group, 1) == LINE_BYTES + 3
    assert group.lines("a") == ["d"]
