"""Writes that are seen late: by global secondary indexes, and by reads that need not be consistent."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.dynamodb.keys import KeyCondition, PrimaryKey
from model.dynamodb.lagging import Lag
from model.dynamodb.order import LateOrder, Order
from model.dynamodb.schema import KeyAttribute, KeySchema
from model.dynamodb.store import ItemStore
from model.dynamodb.values import Item
from tests.unit.model.dynamodb.local import HASH, HASH_AND_RANGE, LocalDynamoDb, attributes, index
from tests.unit.model.dynamodb.virtual_time import VirtualTime

TABLE_KEYS = KeySchema(KeyAttribute("pk", "S", "HASH"), KeyAttribute("sk", "S", "RANGE"))
BY_OWNER = KeySchema(KeyAttribute("owner", "S", "HASH"))
BY_RANK = KeySchema(KeyAttribute("pk", "S", "HASH"), KeyAttribute("rank", "S", "RANGE"))
WHOSE = {"owner": "ada"}

# A write: the item's number, its owner (None: it is taken away; empty: it has none), how late it is seen, and how much
# later the next step is. Few items and times: so they meet.
WRITES = st.tuples(
    st.integers(0, 3),
    st.sampled_from([None, "", "ada", "bob"]),
    st.integers(0, 5),
    st.integers(0, 5),
    st.integers(0, 3),
)


def item(number: int, owner: str, version: int) -> Item:
    made: Item = {"pk": {"S": f"{number % 2}"}, "sk": {"S": f"{number}"}, "version": {"N": f"{version}"}}
    return made | ({"owner": {"S": owner}, "rank": {"S": f"{owner} {version % 3}"}} if owner else {})


def key_of(number: int) -> PrimaryKey:
    return f"{number % 2}", f"{number}"


class SeenLate:
    """What is to be seen, said in another way: of each item all writes with the times at which they are heard of."""

    def __init__(self) -> None:
        self._heard: dict[int, list[tuple[float, Item | None]]] = {}

    def write(self, number: int, new: Item | None, due: float) -> None:
        heard = self._heard.setdefault(number, [(0, None)])
        heard.append((max(due, heard[-1][0]), new))

    def at(self, now: float) -> list[Item]:
        latest = ([new for due, new in heard if due <= now][-1] for heard in self._heard.values())
        return [new for new in latest if new is not None]


def store_of(clock: VirtualTime) -> ItemStore:
    store = ItemStore(TABLE_KEYS, clock.monotonic_s)
    store.add_index("by-owner", BY_OWNER)
    store.add_index("by-rank", BY_RANK)
    return store


def indexed(store: ItemStore) -> list[Item]:
    """Scan the global index, as an operation does."""
    keys = [entry.primary_key for entry in store.order("by-owner").scan(0, 1)]
    return [found for key in keys if (found := store.get_ordered(key, "by-owner")) is not None or pytest.fail(str(key))]


def seen(store: ItemStore, order: Order | LateOrder) -> list[Item]:
    """Scan an order of what inconsistent reads see."""
    keys = [entry.primary_key for entry in order.scan(0, 1)]
    return [found for key in keys if (found := store.get_ordered(key, None)) is not None or pytest.fail(str(key))]


def queried(store: ItemStore, order: Order | LateOrder, name: str, value: str, *, forward: bool = True) -> list[Item]:
    condition = KeyCondition({"S": value}, None)
    found = [
        store.get_ordered(entry.primary_key, None if name == "pk" else "by-owner")
        for entry in order.query(condition, forward=forward)
    ]
    return [one for one in found if one is not None]


def versions(items: Sequence[Item]) -> list[int]:
    return sorted(int(one["version"]["N"]) for one in items)


@given(st.lists(WRITES, max_size=30))
def test_each_reader_sees_each_item_as_of_its_last_write_that_is_due(
    steps: list[tuple[int, str | None, int, int, int]],
) -> None:
    clock = VirtualTime()
    store, never_lagged = store_of(clock), store_of(clock)
    by_index, by_reads = SeenLate(), SeenLate()
    for version, (number, owner, index_s, table_s, pause_s) in enumerate(steps):
        new = None if owner is None else item(number, owner, version)
        store.replace(key_of(number), new, Lag(index_s, table_s), {"by-owner"})
        never_lagged.replace(key_of(number), new)
        by_index.write(number, new, clock.now_s + index_s)
        by_reads.write(number, new, clock.now_s + table_s)
        clock.now_s += pause_s

        in_index = [one for one in by_index.at(clock.now_s) if "owner" in one]
        assert versions(indexed(store)) == versions(in_index)
        assert versions(queried(store, store.order("by-owner"), "owner", "ada")) == versions(
            [one for one in in_index if one["owner"] == {"S": "ada"}]
        )
        wanted = by_reads.at(clock.now_s)
        assert versions(seen(store, store.order_seen())) == versions(wanted)
        assert versions(seen(store, store.order_seen("by-rank"))) == versions([one for one in wanted if "rank" in one])
        for other in range(4):
            found = store.get_seen(key_of(other))
            assert found == next((one for one in wanted if one["sk"] == {"S": f"{other}"}), None)
            assert store.get(key_of(other)) == never_lagged.get(key_of(other))
        part = [one["sk"]["S"] for one in wanted if one["pk"] == {"S": "0"}]
        for forward in (True, False):
            found_keys = [one["sk"]["S"] for one in queried(store, store.order_seen(), "pk", "0", forward=forward)]
            assert found_keys == sorted(part, reverse=not forward)
        assert list(store.order().scan(0, 1)) == list(never_lagged.order().scan(0, 1))
        assert list(store.order("by-rank").scan(0, 1)) == list(never_lagged.order("by-rank").scan(0, 1))

    store.catch_up()
    assert indexed(store) == indexed(never_lagged)
    assert seen(store, store.order_seen()) == seen(never_lagged, never_lagged.order_seen())


@given(st.lists(WRITES, max_size=20), st.integers(0, 19))
def test_a_store_that_has_caught_up_by_itself_is_as_if_it_never_lagged(
    steps: list[tuple[int, str | None, int, int, int]], healed_after: int
) -> None:
    clock = VirtualTime()
    store, never_lagged = store_of(clock), store_of(clock)
    for version, (number, owner, index_s, table_s, pause_s) in enumerate(steps):
        new = None if owner is None else item(number, owner, version)
        store.replace(key_of(number), new, Lag(index_s, table_s), {"by-owner"})
        never_lagged.replace(key_of(number), new)
        clock.now_s += pause_s
        if version == healed_after:
            store.catch_up()
    clock.now_s += 100

    assert indexed(store) == indexed(never_lagged)
    for name in (None, "by-rank"):
        assert list(store.order_seen(name).scan(0, 1)) == list(never_lagged.order_seen(name).scan(0, 1))
        assert isinstance(store.order_seen(name), Order)


class LaggingDynamoDb(LocalDynamoDb):
    """A DynamoDB whose writes are seen late, by `lag`."""

    def __init__(self) -> None:
        super().__init__(lag_of=lambda _operation, _table_arn, _item: self.lag)
        self.lag: Lag | None = None

    def keys(self, operation: str = "Scan", **request: Any) -> list[str]:
        return [one["pk"]["S"] for one in self.call(operation, TableName="table", **request)["Items"]]

    def owned_by(self, owner: str, **request: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.call(
            "Query",
            TableName="table",
            IndexName="by-owner",
            KeyConditionExpression="#owner = :owner",
            ExpressionAttributeNames={"#owner": "owner"},
            ExpressionAttributeValues={":owner": {"S": owner}},
            **request,
        )["Items"]
        return found


FOREVER_S = 3600


@pytest.fixture
def dynamodb() -> LaggingDynamoDb:
    made = LaggingDynamoDb()
    made.create(
        AttributeDefinitions=attributes(pk="S", owner="S"),
        KeySchema=HASH,
        GlobalSecondaryIndexes=[index("by-owner", "owner", projection="KEYS_ONLY")],
    )
    return made


def test_an_index_shows_a_deleted_item_whole_until_it_hears_of_it(dynamodb: LaggingDynamoDb) -> None:
    dynamodb.put(pk={"S": "1"}, owner={"S": "ada"}, name={"S": "n"})
    dynamodb.lag = Lag(index_s=FOREVER_S)
    dynamodb.call("DeleteItem", TableName="table", Key={"pk": {"S": "1"}})

    assert dynamodb.get(pk={"S": "1"}) is None
    assert dynamodb.owned_by("ada") == [{"pk": {"S": "1"}, "owner": {"S": "ada"}}]
    assert dynamodb.keys(IndexName="by-owner") == ["1"]
    dynamodb.catch_up()
    assert dynamodb.owned_by("ada") == []


def test_an_index_never_shows_half_of_a_write(dynamodb: LaggingDynamoDb) -> None:
    dynamodb.put(pk={"S": "1"}, owner={"S": "ada"})
    dynamodb.lag = Lag(index_s=FOREVER_S)
    dynamodb.put(pk={"S": "1"}, owner={"S": "bob"})

    assert dynamodb.owned_by("bob") == []
    assert dynamodb.owned_by("ada") == [{"pk": {"S": "1"}, "owner": {"S": "ada"}}]


def test_a_write_that_is_seen_at_once_waits_for_the_one_before_it(dynamodb: LaggingDynamoDb) -> None:
    dynamodb.lag = Lag(index_s=FOREVER_S)
    dynamodb.put(pk={"S": "1"}, owner={"S": "ada"})
    dynamodb.lag = None
    dynamodb.put(pk={"S": "1"}, owner={"S": "bob"})
    dynamodb.put(pk={"S": "2"}, owner={"S": "bob"})

    assert [one["pk"] for one in dynamodb.owned_by("bob")] == [{"S": "2"}]
    assert dynamodb.owned_by("ada") == []


def test_each_item_of_a_transaction_and_of_a_batch_is_seen_late(dynamodb: LaggingDynamoDb) -> None:
    dynamodb.lag = Lag(index_s=FOREVER_S)
    put = {"Item": {"pk": {"S": "1"}, **{name: {"S": value} for name, value in WHOSE.items()}}}
    dynamodb.call("TransactWriteItems", TransactItems=[{"Put": {"TableName": "table", **put}}])
    other = {"Item": put["Item"] | {"pk": {"S": "2"}}}
    dynamodb.call("BatchWriteItem", RequestItems={"table": [{"PutRequest": other}]})

    assert sorted(dynamodb.keys()) == ["1", "2"]
    assert dynamodb.owned_by("ada") == []
    dynamodb.catch_up()
    assert sorted(one["pk"]["S"] for one in dynamodb.owned_by("ada")) == ["1", "2"]


def test_a_condition_sees_the_newest_item(dynamodb: LaggingDynamoDb) -> None:
    dynamodb.lag = Lag(FOREVER_S, FOREVER_S)
    dynamodb.put(pk={"S": "1"}, owner={"S": "ada"})

    refusal = dynamodb.refusal(
        "PutItem", TableName="table", Item={"pk": {"S": "1"}}, ConditionExpression="attribute_not_exists(pk)"
    )
    assert refusal.code == "ConditionalCheckFailedException"


@pytest.mark.parametrize("operation", ["Scan", "Query"])
def test_a_page_that_need_not_be_consistent_shows_the_table_as_it_was(
    operation: str, dynamodb: LaggingDynamoDb
) -> None:
    by_key: dict[str, Any] = {
        "KeyConditionExpression": "pk = :pk",
        "ExpressionAttributeValues": {":pk": {"S": "1"}},
    }
    request = by_key if operation == "Query" else {}
    dynamodb.put(pk={"S": "1"})
    dynamodb.lag = Lag(table_s=FOREVER_S)
    dynamodb.call("DeleteItem", TableName="table", Key={"pk": {"S": "1"}})

    assert dynamodb.keys(operation, **request) == ["1"]
    assert dynamodb.keys(operation, **request, ConsistentRead=True) == []
    dynamodb.catch_up()
    assert dynamodb.keys(operation, **request) == []


def test_pages_of_late_and_settled_items_are_in_one_order_and_whole() -> None:
    dynamodb = LaggingDynamoDb()
    dynamodb.create(AttributeDefinitions=attributes(pk="S", sk="S"), KeySchema=HASH_AND_RANGE)
    for number in range(0, 20, 2):
        dynamodb.put(pk={"S": "1"}, sk={"S": f"{number:02}"})
    dynamodb.lag = Lag(table_s=FOREVER_S)
    for number in range(1, 20, 2):
        dynamodb.put(pk={"S": "1"}, sk={"S": f"{number:02}"})
    for number in (4, 6):
        dynamodb.call("DeleteItem", TableName="table", Key={"pk": {"S": "1"}, "sk": {"S": f"{number:02}"}})

    found: list[str] = []
    start: dict[str, Any] = {}
    while True:
        page = dynamodb.call(
            "Query",
            TableName="table",
            Limit=3,
            ScanIndexForward=False,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": "1"}},
            **start,
        )
        found += [one["sk"]["S"] for one in page["Items"]]
        if "LastEvaluatedKey" not in page:
            break
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
    assert found == [f"{number:02}" for number in range(18, -1, -2)]
