"""What a call of a table is to its faults: whose, of which table, and the same again in another run."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from localstack.aws.api import CommonServiceException, RequestContext
from localstack.aws.spec import load_service
from localstack.http import Request

from emulator.faults.flows import FLOWS
from emulator.faults.registry import FAULTS
from emulator.faults.running import RUNNING
from emulator.services.dynamodb import faults
from model.faults.catalogue import BY_NAME
from model.faults.delays import Delay, FixedDelay
from model.faults.fault import Fault, Scope
from model.faults.identity import FLOW_MARK, TRACE_HEADER
from model.faults.registry import FaultRecord

ACCOUNT_ID = "300000000098"
MESSAGE_ID = "9d0f2f5e-1111-2222-3333-444444444444"
FLOW = 4711
ITEM = {"pk": {"S": "1"}, "messageId": {"S": MESSAGE_ID}}
TABLE_ARN = f"arn:aws:dynamodb:us-east-1:{ACCOUNT_ID}:table/users"


@pytest.fixture(autouse=True)
def healed() -> Iterator[None]:
    FLOWS.remember(MESSAGE_ID, FLOW)
    yield
    FAULTS.heal(ACCOUNT_ID)


def set_fault(
    kind: str, *, name: str = "fault", times: int = 1, scope: Scope | None = None, delay: Delay | None = None
) -> None:
    FAULTS.set(
        Fault(
            ACCOUNT_ID,
            name,
            BY_NAME[kind],
            seed=7,
            rate=1.0,
            ttl_s=60,
            times=times,
            scope=scope or Scope(),
            delay=delay,
        )
    )


def call(operation: str, request: Mapping[str, Any], ran: list[str] | None = None, trace_header: str = "") -> float:
    """Run an operation as the provider does, with a run that only says that it ran; return how far back it saw."""
    ago_s: list[float] = []
    headers = {TRACE_HEADER: trace_header} if trace_header else {}
    context = RequestContext(Request("POST", "/", headers=headers))
    context.account_id = ACCOUNT_ID
    context.operation = load_service("dynamodb").operation_model(operation)

    def run(_context: RequestContext, _request: Any) -> Any:
        if ran is not None:
            ran.append(operation)
        ago_s.append(faults.read_ago_s())
        return {}

    faults.breaking(run)(context, dict(request))
    return ago_s[0]


def record() -> FaultRecord:
    """The fault that the test set; faults that other tests healed are still listed."""
    (found,) = [each for each in FAULTS.records(ACCOUNT_ID) if each.fault.name == "fault"]
    return found


def firings(name: str = "fault") -> list[tuple[int | None, str]]:
    found = FAULTS.firings(ACCOUNT_ID, name, 0, 100)
    assert found is not None
    return [(firing.thing.identity.flow, firing.thing.resource) for firing in found]


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("PutItem", {"TableName": "users", "Item": ITEM}),
        ("PutItem", {"TableName": TABLE_ARN, "Item": ITEM}),
        ("GetItem", {"TableName": "users", "Key": {"messageId": {"S": MESSAGE_ID}}}),
        ("Query", {"TableName": "users", "ExpressionAttributeValues": {":id": {"S": MESSAGE_ID}}}),
        ("BatchWriteItem", {"RequestItems": {"users": [{"PutRequest": {"Item": ITEM}}]}}),
        ("BatchGetItem", {"RequestItems": {"users": {"Keys": [{"messageId": {"S": MESSAGE_ID}}]}}}),
        ("TransactWriteItems", {"TransactItems": [{"Put": {"TableName": "users", "Item": ITEM}}]}),
        ("TransactGetItems", {"TransactItems": [{"Get": {"TableName": TABLE_ARN, "Key": {"a": {"S": MESSAGE_ID}}}}]}),
    ],
)
def test_a_call_is_of_its_table_and_of_the_flow_whose_message_it_names(
    operation: str, request_: dict[str, Any]
) -> None:
    set_fault("slow-tables", scope=Scope(resources=frozenset({"users"})))
    call(operation, request_)

    assert firings() == [(FLOW, "users")]


def test_a_call_is_of_the_flow_that_its_trace_names() -> None:
    set_fault("slow-tables")
    call("GetItem", {"TableName": "users"}, trace_header=f"Root=1-5759e988-{FLOW_MARK}{12:016x}")

    assert firings() == [(12, "users")]


def test_the_same_call_is_the_same_thing_whatever_its_table_and_its_token_are_called() -> None:
    set_fault("slow-tables", times=9)
    for table, token in (("users-1", "a"), ("users-2", "b")):
        put = {"Put": {"TableName": table, "Item": {"pk": {"S": "1"}}}}
        call("TransactWriteItems", {"TransactItems": [put], "ClientRequestToken": token})
        call("BatchWriteItem", {"RequestItems": {table: [{"PutRequest": {"Item": {"pk": {"S": "1"}}}}]}})

    found = FAULTS.firings(ACCOUNT_ID, "fault", 0, 100) or []
    keys = [firing.thing.key for firing in found]
    assert len(keys) == 4
    assert len(set(keys)) == 2


def test_a_call_of_control_is_never_hit() -> None:
    set_fault("table-errors")
    ran: list[str] = []
    call("DescribeTable", {"TableName": "users"}, ran)

    assert ran == ["DescribeTable"]
    assert record().eligible == 0


@pytest.mark.parametrize(
    ("kind", "runs"), [("table-throttles", 0), ("table-errors", 0), ("lost-answers", 1), ("crashes", 0)]
)
def test_what_is_refused_is_run_only_if_its_answer_is_lost(kind: str, runs: int) -> None:
    killed: list[str] = []
    set_fault(kind)
    ran: list[str] = []
    with RUNNING.function("Root=1-a-b", lambda: killed.append("function")):
        with pytest.raises(CommonServiceException):
            call("PutItem", {"TableName": "users", "Item": ITEM}, ran, trace_header="Root=1-a-b")
        call("PutItem", {"TableName": "users", "Item": ITEM}, ran, trace_header="Root=1-a-b")

    assert len(ran) == runs + 1
    assert killed == (["function"] if kind == "crashes" else [])


def test_a_late_crash_is_one_after_the_write() -> None:
    ran: list[str] = []
    set_fault("late-crashes")
    with RUNNING.function("Root=1-a-b", lambda: ran.append("killed")):
        call("PutItem", {"TableName": "users", "Item": ITEM}, ran, trace_header="Root=1-a-b")

    assert ran == ["PutItem", "killed"]


def test_a_write_lags_in_the_flow_whose_message_it_stores() -> None:
    assert faults.lag_of("PutItem", TABLE_ARN, ITEM) is None
    set_fault("gsi-lag")

    assert faults.lag_of("PutItem", TABLE_ARN, ITEM) is not None
    assert firings() == [(FLOW, "users")]


ASKED = {"TableName": "users"}


@pytest.mark.parametrize(
    ("operation", "request_", "is_hit"),
    [
        ("GetItem", ASKED, True),
        ("GetItem", ASKED | {"ConsistentRead": True}, False),
        ("Query", ASKED | {"ConsistentRead": False}, True),
        ("Scan", ASKED | {"ConsistentRead": True}, False),
        ("BatchGetItem", {"RequestItems": {"users": {"Keys": [], "ConsistentRead": True}}}, False),
        ("BatchGetItem", {"RequestItems": {"a": {"Keys": [], "ConsistentRead": True}, "b": {"Keys": []}}}, True),
        ("TransactGetItems", {"TransactItems": []}, False),
        ("PutItem", {"TableName": "users", "Item": ITEM}, False),
    ],
)
def test_only_a_read_that_need_not_be_consistent_sees_what_was(
    operation: str, request_: dict[str, Any], *, is_hit: bool
) -> None:
    set_fault("stale-reads", delay=FixedDelay(1500))

    assert call(operation, request_) == (1.5 if is_hit else 0)
    assert (record().eligible, record().fired) == (is_hit, is_hit)


def test_of_several_replicas_the_one_that_is_furthest_behind_answers_and_nobody_waits_for_it() -> None:
    set_fault("stale-reads", delay=FixedDelay(1_000_000))
    set_fault("stale-reads", name="other", delay=FixedDelay(2_000_000))

    assert call("Query", ASKED) == 2000
    assert faults.read_ago_s() == 0


def test_a_write_is_remembered_only_while_reads_of_its_account_may_see_what_was() -> None:
    elsewhere = TABLE_ARN.replace(ACCOUNT_ID, "300000000097")
    set_fault("stale-reads", delay=FixedDelay(1))

    lag = faults.lag_of("PutItem", TABLE_ARN, ITEM)
    assert lag is not None
    assert (lag.is_remembered, lag.index_s, lag.table_s) == (True, 0, 0)
    assert faults.lag_of("PutItem", elsewhere, ITEM) is None
    FAULTS.heal(ACCOUNT_ID, "fault")
    assert faults.lag_of("PutItem", TABLE_ARN, ITEM) is None


def test_what_is_remembered_may_be_forgotten_with_the_last_fault_that_asks_for_it() -> None:
    set_fault("stale-reads")
    (fault,) = (record.fault for record in FAULTS.records(ACCOUNT_ID) if record.state == "active")
    assert not faults.ends_remembering(fault)
    FAULTS.heal(ACCOUNT_ID)
    assert faults.ends_remembering(fault)
