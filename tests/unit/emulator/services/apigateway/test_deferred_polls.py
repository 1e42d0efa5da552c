"""A poll waits for a write, not longer than it may, and only while there is something to wait for."""

from collections.abc import Callable
from dataclasses import dataclass, field

from emulator.services.apigateway.deferred_polls import LONGEST_S, DeferredPolls, Servable


@dataclass(eq=False)
class FakeRequest:
    name: str

    def serve(self) -> None:
        raise AssertionError("it is served in its turn, by who has the turns")


@dataclass
class FakeServer:
    """A server's thread: what is due later, and whose turn it is."""

    busy: bool = True
    due: list[tuple[float, Callable[[], None]]] = field(default_factory=list)
    turns: list[Servable] = field(default_factory=list)

    def polls(self) -> DeferredPolls:
        return DeferredPolls(
            lambda: self.busy, lambda after_s, call: self.due.append((after_s, call)), self.turns.append
        )

    def let_time_pass(self) -> None:
        for _, call in self.due:
            call()


def test_a_poll_is_not_held_where_no_function_is_at_work() -> None:
    server = FakeServer(busy=False)

    assert not server.polls().holds(FakeRequest("poll"))
    assert server.due == []


def test_a_held_poll_has_its_turn_when_something_was_written() -> None:
    server, first, second = FakeServer(), FakeRequest("first"), FakeRequest("second")
    polls = server.polls()

    assert polls.holds(first)
    assert polls.holds(second)
    assert server.turns == []
    polls.release_all()
    assert server.turns == [first, second]


def test_a_held_poll_waits_no_longer_than_it_may() -> None:
    server, poll = FakeServer(), FakeRequest("poll")

    assert server.polls().holds(poll)
    assert [after_s for after_s, _ in server.due] == [LONGEST_S]
    server.let_time_pass()
    assert server.turns == [poll]


def test_a_poll_has_one_turn_also_when_its_time_is_over_after_the_write() -> None:
    server, poll = FakeServer(), FakeRequest("poll")
    polls = server.polls()
    polls.holds(poll)

    polls.release_all()
    server.let_time_pass()
    polls.release_all()
    assert server.turns == [poll]
