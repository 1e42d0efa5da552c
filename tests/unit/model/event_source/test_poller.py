"""When the poller receives, and what becomes a batch: told, and asked, at literal times."""

from typing import Any

import pytest

from model.event_source.poller import FULL_BATCHES_IN_A_ROW, Batch, Poller, Receive, Wait
from tests.unit.model.event_source.mappings import bodies_of, mapping_of, messages_of


def gather(poller: Poller, bodies: str, now_s: float) -> str:
    """Let a poller receive messages, and return what it makes a batch of at once."""
    assert isinstance(poller.next_step(now_s), Receive)
    poller.received(messages_of(bodies), now_s)
    batch = poller.next_step(now_s)
    assert isinstance(batch, Batch)
    return bodies_of(batch.messages)


def test_what_is_received_is_a_batch() -> None:
    poller = Poller(mapping_of())

    assert poller.next_step(7.0) == Receive(10, wait_s=0.25)
    assert poller.next_step(7.1) == Wait(), "a receive is under way"
    poller.received(messages_of("ab"), 7.2)
    assert poller.gathers

    batch = poller.next_step(7.2)
    assert batch == Batch(tuple(messages_of("ab")), began_s=7.0)
    assert not poller.gathers


def test_an_empty_queue_is_looked_at_again_at_once() -> None:
    poller = Poller(mapping_of())
    poller.next_step(0)
    poller.received([], 0.25)
    assert poller.next_step(0.25) == Receive(10, 0.25)


def test_a_batch_is_no_larger_than_the_mapping_says() -> None:
    poller = Poller(mapping_of(batch_size=3))
    assert poller.next_step(0) == Receive(3, 0.25)
    poller.mapping = mapping_of(batch_size=5)
    poller.received(messages_of("abc"), 0)
    poller.next_step(0)
    poller.batch_ended()
    assert poller.next_step(0) == Receive(5, 0.25)


def test_a_window_waits_for_the_batch_to_fill() -> None:
    poller = Poller(mapping_of(batch_size=3, window_s=10))
    poller.next_step(0)
    poller.received(messages_of("a"), 1)
    assert poller.next_step(1) == Receive(2, 0.25)
    poller.received(messages_of("b"), 2)
    assert poller.next_step(2) == Receive(1, 0.25)
    poller.received(messages_of("c"), 3)

    assert poller.next_step(3) == Batch(tuple(messages_of("abc")), began_s=0)


def test_a_window_is_as_long_as_it_says_whatever_comes_in_it() -> None:
    poller = Poller(mapping_of(window_s=1))
    poller.next_step(5.0)
    poller.received([], 5.25)
    poller.next_step(5.25)
    poller.received(messages_of("a"), 5.5)  # which opens it
    for body, now_s in (("b", 5.75), ("", 6.0), ("c", 6.25)):
        assert poller.next_step(now_s - 0.25) == Receive(10 - len(poller._gathered), 0.25)
        poller.received(messages_of(body), now_s)
    assert poller.next_step(6.375) == Receive(7, 0.125), "no longer than the window"
    poller.received([], 6.5)

    assert poller.next_step(6.5) == Batch(tuple(messages_of("abc")), began_s=5.25)


def test_disabling_ends_the_window() -> None:
    poller = Poller(mapping_of(window_s=300))
    poller.next_step(0)
    poller.received(messages_of("a"), 0)
    assert poller.next_step(0) == Receive(9, 0.25)
    poller.enabled = False
    assert poller.next_step(0.1) == Wait(), "the receive has not ended"
    poller.received(messages_of("b"), 0.2)

    assert poller.next_step(0.2) == Batch(tuple(messages_of("ab")), 0), "what it had taken is handed over"
    assert poller.next_step(0.2) is None


def test_a_poller_that_is_disabled_takes_nothing_until_it_is_enabled() -> None:
    poller = Poller(mapping_of())
    poller.enabled = False
    assert poller.next_step(0) is None
    poller.enabled = True
    assert poller.next_step(1) == Receive(10, 0.25)


def test_batches_run_side_by_side_up_to_the_mappings_concurrency() -> None:
    poller = Poller(mapping_of(batch_size=1, concurrent_batches=4))
    for number, body in enumerate("abcd"):
        assert gather(poller, body, number) == body

    assert poller.next_step(10) == Wait()
    poller.batch_ended()
    assert poller.next_step(10) == Receive(1, 0.25)


def test_what_comes_while_a_quick_function_runs_is_one_batch() -> None:
    poller = Poller(mapping_of())
    gather(poller, "a", 1.0)
    assert poller.next_step(1.0) == Wait(until_s=1.1)
    assert poller.next_step(1.05) == Wait(until_s=1.1)
    poller.batch_ended()
    assert poller.next_step(1.05) == Receive(10, 0.25)
    poller.received(messages_of("bc"), 1.05)
    assert poller.next_step(1.05) == Batch(tuple(messages_of("bc")), 1.05)


def test_a_slow_function_is_not_waited_for() -> None:
    poller = Poller(mapping_of())
    gather(poller, "a", 1.0)
    assert poller.next_step(1.1) == Receive(10, 0.25)
    poller.received([], 1.35)
    assert poller.next_step(1.35) == Wait(until_s=1.35 + 0.1), "and given way to again, while it is at work"


def test_a_long_queue_is_given_less_time_until_it_is_short() -> None:
    poller = Poller(mapping_of(batch_size=2))
    for number in range(FULL_BATCHES_IN_A_ROW):
        gather(poller, "ab", number)
        expected_s = 0.025 if number == FULL_BATCHES_IN_A_ROW - 1 else 0.1
        assert poller.next_step(number) == Wait(number + expected_s)
        poller.batch_ended()

    gather(poller, "c", 20)
    assert poller.next_step(20) == Wait(20.1)


def test_a_throttled_receive_is_made_again_soon_and_loses_nothing() -> None:
    poller = Poller(mapping_of(window_s=1))
    poller.next_step(0)
    poller.receive_throttled(0)
    assert poller.next_step(0) == Wait(until_s=0.1)
    assert poller.next_step(0.1) == Receive(10, 0.25)
    poller.received(messages_of("a"), 0.25)
    poller.next_step(0.25)
    poller.receive_throttled(0.5)
    assert poller.next_step(0.5) == Wait(until_s=0.6)
    assert poller.next_step(1.25) == Batch(tuple(messages_of("a")), began_s=0.1)


@pytest.mark.parametrize("gathered", ["", "a"])
def test_a_failed_receive_leaves_what_was_gathered_and_stops_nothing(gathered: Any) -> None:
    poller = Poller(mapping_of(window_s=1))
    poller.next_step(0)
    poller.received(messages_of(gathered), 0)
    poller.next_step(0)
    poller.receive_failed()
    assert not poller.gathers
    assert poller.next_step(2) == Receive(10, 0.25)
