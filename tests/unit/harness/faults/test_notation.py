"""What a person writes for a fault, and the fault that it is."""

from typing import Any

import click
import pytest

from harness.commands.notations import FaultInWords, FaultKinds
from harness.errors import MisuseError
from harness.faults import ExponentialDelay, Fault, FixedDelay, FlowRange, UniformDelay
from harness.faults.notation import fault_in_words, faults_of_kinds
from model.faults.catalogue import KINDS
from model.faults.kinds import Kind


def test_kinds_alone_are_faults_that_do_what_the_catalogue_says() -> None:
    assert faults_of_kinds("gsi-lag, crashes") == (
        Fault("gsi-lag", "gsi-lag", 1.0, delay=UniformDelay(0, 2000)),
        Fault("crashes", "crashes", 0.05),
    )


def test_a_kind_that_is_there_twice_is_one_fault() -> None:
    assert len(faults_of_kinds("crashes,crashes")) == 1


def test_every_word_of_a_fault_is_a_member_of_it() -> None:
    text = (
        "duplicates rate=0.25 times=2 limit=100 delay=0ms-2s flows=0-99 operations=ReceiveMessage "
        "resources=a,b from=5s for=10s name=dup2"
    )
    assert fault_in_words(text) == Fault(
        kind="duplicates",
        name="dup2",
        rate=0.25,
        times=2,
        limit=100,
        operations=frozenset({"ReceiveMessage"}),
        resources=frozenset({"a", "b"}),
        flows=FlowRange(0, 99),
        delay=UniformDelay(0, 2000),
        from_s=5,
        for_s=10,
    )


@pytest.mark.parametrize(
    ("text", "delay"),
    [
        ("200ms", FixedDelay(200)),
        ("1.5s", FixedDelay(1500)),
        ("0ms-2s", UniformDelay(0, 2000)),
        ("exponential:300ms-3s", ExponentialDelay(300, 3000)),
    ],
)
def test_a_delay_has_three_forms(text: str, delay: object) -> None:
    assert fault_in_words(f"slow-tables delay={text}").delay == delay


def test_one_flow_is_a_range_of_itself() -> None:
    assert fault_in_words("crashes flows=7").flows == FlowRange(7, 7)


def test_a_value_in_quotation_marks_may_hold_spaces() -> None:
    assert fault_in_words("api-500 operations='POST /users'").operations == {"POST /users"}


@pytest.mark.parametrize(
    ("text", "members"),
    [
        ("kills", {"from_flows": 0.33}),
        ("kills from=50%", {"from_flows": 0.5}),
        ("kills from=5s", {"from_s": 5}),
        ("kills limit=1", {"from_flows": 0.33, "limit": 1}),
        ("kills every=20s limit=3 for=1min", {"from_flows": 0.33, "every_s": 20, "limit": 3, "for_s": 60}),
        ("kills delay=2s", {"from_flows": 0.33, "delay": FixedDelay(2000)}),
    ],
)
def test_a_kill_begins_at_a_time_or_with_a_share_of_the_flows_and_may_come_again(
    text: str, members: dict[str, Any]
) -> None:
    assert fault_in_words(text) == Fault("kills", "kills", 1.0, **{"delay": FixedDelay(0)} | members)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("crashs", "did you mean crashes?"),
        ("crashes rat=0.5", "did you mean rate=?"),
        ("crashes 0.5", "'0.5' is not known"),
        ("crashes rate=2", r"crashes\.rate: 0 to 1 is expected, not 2"),
        ("crashes rate=often", "rate=often is not like 0.2"),
        ("crashes rate=0.1 rate=0.2", "rate is there twice"),
        ("crashes delay=1s", "crashes has nothing to wait for"),
        ("crashes times=0", r"crashes\.times: 1 to"),
        ("crashes operations=GetItem", r"crashes\.operations: one of .*PutItem.* is expected, not 'GetItem'"),
        ("api-500 operations=PutItem", "a method and a path"),
        ("pauses operations=PutItem", "pauses has none"),
        ("gsi-lag delay=2s-1s", "the least comes first, not 2000ms-1000ms"),
        ("gsi-lag flows=9-3", "first and then the last number are expected, not 9-3"),
        ("gsi-lag from=33%", "a share of the flows as from= are for kills alone"),
        ("crashes every=5s", "every= and a share of the flows as from= are for kills alone"),
        ("gsi-lag from=soon", r"from=soon is not like 5s, or 33% \(of the flows\)"),
        ("kills rate=0.5", "kills hits the whole engine; leave rate= out"),
        ("kills times=2", "leave times= out"),
        ("kills flows=0-9", "leave flows= out"),
        ("kills resources=users", "leave resources= out"),
        ("kills operations=PutItem", "kills has none"),
        ("kills limit=3", "kills comes once; for= and limit= need every=, like every=20s"),
        ("kills for=10s", "kills comes once; for= and limit= need every=, like every=20s"),
        ("kills every=0s", r"every_s: 0\.001 to 3,600 is expected"),
        ("kills from=100%", "from=100% is not like"),
        ("gsi-lag name=Lag", "a-z, 0-9 and - are expected"),
        ("gsi-lag name='", "close the quotation"),
        ("", "a fault is empty"),
    ],
)
def test_what_is_wrong_is_named_with_what_it_should_be(text: str, complaint: str) -> None:
    with pytest.raises(MisuseError, match=complaint) as caught:
        fault_in_words(text)
    assert "\n" not in str(caught.value)


def test_a_command_line_says_the_same() -> None:
    with pytest.raises(click.BadParameter, match="did you mean crashes"):
        FaultInWords().convert("crashs rate=1", None, None)
    with pytest.raises(click.BadParameter, match="did you mean gsi-lag"):
        FaultKinds().convert("gsi-lags", None, None)
    with pytest.raises(click.BadParameter, match="names no fault"):
        FaultKinds().convert(",", None, None)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_makes_sense_as_it_is(kind: Kind) -> None:
    assert fault_in_words(kind.name) == faults_of_kinds(kind.name)[0]
