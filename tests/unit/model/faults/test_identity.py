"""What a thing is: the flow in its trace header, else what is in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.faults.flows import Flows
from model.faults.identity import FLOW_MARK, Identity, flow_in, identity_of_message


def header(number: int, rest: str = "") -> str:
    return f"Root=1-5759e988-{FLOW_MARK}{number:016x}{rest}"


@given(st.integers(0, 2**64 - 1), st.sampled_from(["", ";Sampled=1", ";Parent=53995c3f42cd8ad8;Sampled=0"]))
def test_a_flow_says_its_number(number: int, rest: str) -> None:
    assert flow_in(header(number, rest)) == number
    assert flow_in("Self=1-5759e988-bd862e3fe1be46a994272793;" + header(number, rest)) == number


@pytest.mark.parametrize(
    "other",
    [
        None,
        "",
        "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1",
        header(7, "0"),
        header(7)[:-1],
        header(7).upper(),
        "Parent=1-5759e988-0f10f10f0000000000000007",
    ],
)
def test_any_other_header_is_of_no_flow(other: str | None) -> None:
    assert flow_in(other) is None


@given(st.lists(st.text() | st.binary()), st.lists(st.text() | st.binary()))
def test_things_of_different_content_are_different_things(first: list[str | bytes], second: list[str | bytes]) -> None:
    def data(parts: list[str | bytes]) -> list[bytes]:
        return [part.encode() if isinstance(part, str) else part for part in parts]

    same = Identity.of_content(*first) == Identity.of_content(*second)
    assert same == (data(first) == data(second))


def test_content_that_is_no_text_has_an_identity() -> None:
    assert Identity.of_content("\ud800").flow is None


def test_a_message_is_of_the_flow_in_its_header_else_of_its_body() -> None:
    assert identity_of_message({"Body": "x", "Attributes": {"AWSTraceHeader": header(3)}}) == Identity.of_flow(3)
    for attributes in ({}, {"Attributes": None}, {"Attributes": {"AWSTraceHeader": "Root=1-x"}}):
        assert identity_of_message({"Body": "x", **attributes}) == Identity.of_content("x")


def test_values_are_of_the_first_message_among_them() -> None:
    flows = Flows()
    flows.remember("a", 1)
    flows.remember("b", 2)
    assert flows.identity_of([1, ["a"], "x", "b", "a"]) == Identity.of_flow(2)
    assert flows.identity_of(["x"]) is None


def test_the_oldest_messages_are_forgotten_first() -> None:
    flows = Flows(kept=2)
    for number, message_id in enumerate("abc"):
        flows.remember(message_id, number)
    assert [flows.identity_of(message_id) for message_id in "abc"] == [None, Identity.of_flow(1), Identity.of_flow(2)]
