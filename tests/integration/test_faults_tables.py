"""Faults of tables: each does what it says, to whom it says, that often, and heals."""

import json
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError

from tests.integration.engine_fixture import AwsClients, RunningEngine, aws_clients
from tests.integration.faults_fixture import EngineFaults, flow_header
from tests.integration.stack_fixture import Stack, deploy
from tests.waiting import wait_until

pytestmark = pytest.mark.xdist_group("faults-tables")

ACCOUNT_ID = "300000000005"
TABLE, INDEX = "things", "by-owner"
WRITES = 200


@dataclass(frozen=True)
class Table:
    """A table of its own, with one global secondary index."""

    aws: AwsClients

    def put(self, key: str, owner: str = "ada", **more: Any) -> None:
        item = {"id": {"S": key}, "owner": {"S": owner}, **more}
        self.aws("dynamodb").put_item(TableName=TABLE, Item=item)

    def delete(self, key: str) -> None:
        self.aws("dynamodb").delete_item(TableName=TABLE, Key={"id": {"S": key}})

    def get(self, key: str, *, consistent: bool = True) -> dict[str, Any] | None:
        answer: dict[str, dict[str, Any]] = self.aws("dynamodb").get_item(
            TableName=TABLE, Key={"id": {"S": key}}, ConsistentRead=consistent
        )
        return answer.get("Item")

    def owned_by(self, owner: str) -> list[str]:
        """Return the keys that the index has of an owner."""
        answer = self.aws("dynamodb").query(
            TableName=TABLE,
            IndexName=INDEX,
            KeyConditionExpression="#owner = :owner",
            ExpressionAttributeNames={"#owner": "owner"},
            ExpressionAttributeValues={":owner": {"S": owner}},
        )
        return sorted(item["id"]["S"] for item in answer["Items"])


@pytest.fixture(scope="module")
def own_aws(engine: RunningEngine) -> AwsClients:
    return aws_clients(engine.endpoint_url, ACCOUNT_ID)


@pytest.fixture(scope="module")
def faults(engine: RunningEngine) -> EngineFaults:
    return EngineFaults(engine.endpoint_url, ACCOUNT_ID)


@pytest.fixture
def table(own_aws: AwsClients) -> Iterator[Table]:
    text = {"AttributeType": "S"}
    own_aws("dynamodb").create_table(
        TableName=TABLE,
        AttributeDefinitions=[{"AttributeName": "id", **text}, {"AttributeName": "owner", **text}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": INDEX,
                "KeySchema": [{"AttributeName": "owner", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    yield Table(own_aws)
    own_aws("dynamodb").delete_table(TableName=TABLE)


@pytest.fixture(autouse=True)
def all_healed(faults: EngineFaults) -> Iterator[None]:
    yield
    faults.heal_all()


def test_an_index_that_lags_sees_a_write_later_and_the_table_at_once(table: Table, faults: EngineFaults) -> None:
    faults.set("lag", "gsi-lag", delay={"fixed_ms": 1500})
    began_s = time.monotonic()
    table.put("1")

    assert table.get("1") is not None
    assert table.get("1", consistent=False) is not None
    assert table.owned_by("ada") == []
    wait_until(lambda: table.owned_by("ada"), lambda keys: keys == ["1"])
    assert time.monotonic() - began_s >= 1.5


def test_an_index_that_lags_shows_an_item_as_it_was_until_all_of_it_moves(table: Table, faults: EngineFaults) -> None:
    table.put("1", owner="ada")
    table.put("2", owner="ada")
    faults.set("lag", "gsi-lag", delay={"fixed_ms": 60_000})
    table.put("1", owner="bob")
    table.delete("2")

    assert table.owned_by("ada") == ["1", "2"]
    assert table.owned_by("bob") == []
    faults.heal("lag")
    assert table.owned_by("ada") == []
    assert table.owned_by("bob") == ["1"]


def test_an_index_catches_up_when_the_fault_dies_of_age(table: Table, faults: EngineFaults) -> None:
    faults.set("lag", "gsi-lag", ttl_s=1.5, delay={"fixed_ms": 60_000})
    table.put("1")

    assert table.owned_by("ada") == []
    assert wait_until(lambda: table.owned_by("ada")) == ["1"]
    assert faults.get("lag")["state"] == "expired"


def test_a_write_that_its_condition_refuses_is_none(table: Table, faults: EngineFaults) -> None:
    table.put("1")
    faults.set("lag", "gsi-lag")

    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        table.aws("dynamodb").put_item(
            TableName=TABLE, Item={"id": {"S": "1"}}, ConditionExpression="attribute_not_exists(id)"
        )
    assert faults.get("lag")["eligible"] == 0


def test_a_read_that_need_not_be_consistent_sees_a_write_later(table: Table, faults: EngineFaults) -> None:
    faults.set("lag", "table-lag", delay={"fixed_ms": 60_000})
    table.put("1")

    assert table.get("1", consistent=False) is None
    assert table.get("1", consistent=True) is not None
    scan = table.aws("dynamodb").scan
    assert scan(TableName=TABLE)["Items"] == []
    assert scan(TableName=TABLE, ConsistentRead=True)["Count"] == 1
    assert table.owned_by("ada") == ["1"]
    faults.heal("lag")
    assert table.get("1", consistent=False) is not None
    assert scan(TableName=TABLE)["Count"] == 1


def test_a_fault_of_one_table_hits_its_transactions_and_batches(table: Table, faults: EngineFaults) -> None:
    faults.set("refused", "table-errors", rate=1, scope={"resources": [TABLE]})
    dynamodb = table.aws("dynamodb")
    put = {"Item": {"id": {"S": "1"}}}

    with pytest.raises(ClientError, match="InternalServerError"):
        dynamodb.transact_write_items(TransactItems=[{"Put": {"TableName": TABLE, **put}}])
    with pytest.raises(ClientError, match="InternalServerError"):
        dynamodb.batch_write_item(RequestItems={TABLE: [{"PutRequest": put}]})
    faults.heal("refused")
    assert table.get("1") is None


@pytest.mark.parametrize(
    ("kind", "code", "status", "written"),
    [
        ("table-throttles", "ProvisionedThroughputExceededException", 400, False),
        ("table-errors", "InternalServerError", 500, False),
        ("lost-answers", "InternalServerError", 500, True),
    ],
)
def test_a_call_is_refused_as_dynamodb_does(
    kind: str, code: str, status: int, *, written: bool, table: Table, faults: EngineFaults
) -> None:
    faults.set("refused", kind, rate=1, scope={"operations": ["PutItem"]})

    with pytest.raises(ClientError) as refused:
        table.put("1")
    assert refused.value.response["Error"]["Code"] == code
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert (table.get("1") is not None) == written
    table.put("1")
    assert table.get("1") is not None


def test_a_slow_table_takes_longer(table: Table, faults: EngineFaults) -> None:
    faults.set("slow", "slow-tables", rate=1, delay={"fixed_ms": 300}, scope={"operations": ["GetItem"]})
    began_s = time.monotonic()

    table.get("1")
    assert time.monotonic() - began_s >= 0.3


def test_the_rate_is_kept_and_the_same_seed_hits_the_same_writes(table: Table, faults: EngineFaults) -> None:
    hit = []
    for _ in range(2):
        faults.set("some", "gsi-lag", rate=0.2, seed=7, ttl_s=60, delay={"fixed_ms": 1})
        for number in range(WRITES):
            table.put(str(number))
            table.delete(str(number))
        hit.append({(one["identity"], one["operation"]) for one in faults.firings("some")})
        faults.heal("some")

    assert hit[0] == hit[1]
    # Five standard deviations of a binomial distribution.
    assert abs(len(hit[0]) - 2 * WRITES * 0.2) < 5 * math.sqrt(2 * WRITES * 0.2 * 0.8)


@pytest.fixture(scope="module")
def stack(engine: RunningEngine, own_aws: AwsClients, tmp_path_factory: pytest.TempPathFactory) -> Stack:
    parameters = {"FunctionTimeoutSeconds": "2", "VisibilityTimeoutSeconds": "12", "MaxReceiveCount": "20"}
    work_dir = tmp_path_factory.mktemp("stack")
    made = deploy(
        engine.endpoint_url, ACCOUNT_ID, own_aws, stack_name="faulted", work_dir=work_dir, parameters=parameters
    )
    made.redeliver_after(4)
    return made


def create(stack: Stack, flow: int) -> str:
    answer = requests.post(
        f"{stack.api_url}/users",
        data=json.dumps({"name": f"name {flow}", "email": "a@b.c"}),
        headers={"Content-Type": "application/json", **flow_header(flow)},
        timeout=30,
    )
    assert answer.status_code == 202, answer.text
    return str(answer.json()["messageId"])


def test_a_write_is_of_the_flow_whose_message_it_stores(stack: Stack, faults: EngineFaults) -> None:
    faults.set("lag", "gsi-lag", delay={"fixed_ms": 200})
    stack.wait_until_visible(create(stack, 17))

    assert [(one["flow"], one["operation"]) for one in faults.firings("lag")] == [(17, "PutItem")]


@pytest.mark.parametrize(("kind", "written_first"), [("crashes", False), ("late-crashes", True)])
def test_a_function_dies_right_before_or_after_its_write_and_the_message_comes_again(
    kind: str, *, written_first: bool, stack: Stack, faults: EngineFaults
) -> None:
    faults.set("crash", kind, rate=1, ttl_s=60)
    message_id = create(stack, 18 if written_first else 19)
    wait_until(lambda: faults.get("crash")["fired"], lambda fired: fired == 1)

    stored = [item for item in stack.items() if item["messageId"] == message_id]
    assert bool(stored) == written_first
    assert stack.queue_depth() == 1
    stack.wait_until_visible(message_id)
    stack.wait_until_quiet()
    assert len([item for item in stack.items() if item["messageId"] == message_id]) == 1


def test_only_what_functions_write_can_crash_them(stack: Stack, table: Table, faults: EngineFaults) -> None:
    assert stack.api_url
    faults.set("crash", "crashes", rate=1)
    table.put("1")

    assert faults.get("crash")["eligible"] == 0


def test_a_read_that_a_replica_answers_sees_what_was_and_the_next_one_what_is(
    stack: Stack, faults: EngineFaults
) -> None:
    asker = flow_header(21)
    faults.set("stale", "stale-reads", rate=1, times=2, delay={"fixed_ms": 60_000}, scope={"flows": [21, 21]})
    message_id = create(stack, 20)
    user_id = stack.wait_until_visible(message_id)

    def status_of(path: str, headers: dict[str, str]) -> int:
        return requests.get(f"{stack.api_url}{path}", headers=headers, timeout=30).status_code

    assert [status_of(f"/status/{message_id}", headers) for headers in (asker, {}, asker, asker)] == [
        404,
        200,
        404,
        200,
    ]
    assert status_of(f"/users/{user_id}", asker) == 200, "it is a consistent read"
    state = faults.get("stale")
    assert (state["eligible"], state["fired"]) == (3, 2)
    assert [(one["flow"], one["operation"], one["attempt"]) for one in faults.firings("stale")] == [
        (21, "Query", 1),
        (21, "Query", 2),
    ]
