"""Whose flow a message is, by its ID."""

from model.faults.flows import Flows
from model.faults.identity import Identity


def test_the_first_value_that_is_a_known_message_says_whose_it_is() -> None:
    flows = Flows()
    flows.remember("m-1", 7)

    assert flows.identity_of(["x", 3, None, "m-1"]) == Identity.of_flow(7)
    assert flows.identity_of(["x"]) is None


def test_the_oldest_messages_are_forgotten_first() -> None:
    flows = Flows(kept=2)
    for number in range(3):
        flows.remember(f"m-{number}", number)

    assert [flows.identity_of([f"m-{number}"]) is not None for number in range(3)] == [False, True, True]
