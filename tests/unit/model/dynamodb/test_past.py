"""Reads that see what was: a while ago, each reader as it saw it then, and only while that is remembered."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.dynamodb.errors import ConditionalCheckFailedError
from model.dynamodb.keys import KeyCondition, PrimaryKey
from model.dynamodb.lagging import Lag
from model.dynamodb.past import Past, Sight
from model.dynamodb.store import ItemStore
from model.dynamodb.values import Item
from tests.unit.model.dynamodb.local import HASH, LocalDynamoDb, attributes, index
from tests.unit.model.dynamodb.test_lagging import BY_OWNER, BY_RANK, TABLE_KEYS, WRITES, item, key_of
from tests.unit.model.dynamodb.virtual_time import VirtualTime

type Steps = list[tuple[int, str | None, int, int, int]]
READERS = (("by-owner", "by-owner"), (None, "by-rank"), (None, None))
"""A reader's name, and the index that it reads."""


def items_in(sight: Sight) -> list[Item]:
    """Scan what a read sees, as an operation does."""
    keys = [entry.primary_key for entry in sight.order.scan(0, 1)]
    return [found for key in keys if (found := sight.item(key)) is not None or pytest.fail(f"{key} is no item")]


def owned_in(sight: Sight, owner: str) -> list[Item]:
    keys: list[PrimaryKey] = [entry.primary_key for entry in sight.order.query(KeyCondition({"S": owner}, None))]
    return [found for key in keys if (found := sight.item(key)) is not None]


def store_of(clock: VirtualTime) -> ItemStore:
    store = ItemStore(TABLE_KEYS, clock.monotonic_s)
    store.add_index("by-owner", BY_OWNER)
    store.add_index("by-rank", BY_RANK)
    return store


class Kept:
    """A store that remembers, and that nobody reads meanwhile; and what each reader saw of another, and when."""

    def __init__(self) -> None:
        self.clock = VirtualTime()
        self.store, self._watched = store_of(self.clock), store_of(self.clock)
        self.seen: list[tuple[float, dict[str | None, list[Item]]]] = []

    def run(self, steps: Steps) -> None:
        """Make the writes; between any two, every reader looks at each tick of the clock."""
        self._look()
        for version, (number, owner, index_s, table_s, pause_s) in enumerate(steps):
            new = None if owner is None else item(number, owner, version)
            self.store.replace(key_of(number), new, Lag(index_s, table_s, is_remembered=True), {"by-owner"})
            self._watched.replace(key_of(number), new, Lag(index_s, table_s), {"by-owner"})
            self._look()
            for _ in range(pause_s):
                self.clock.now_s += 1
                self._look()

    def at(self, at_s: float) -> dict[str | None, list[Item]]:
        """Return what the readers saw at a time, after all that was then."""
        return [seen for seen_s, seen in self.seen if seen_s <= at_s][-1]

    def _look(self) -> None:
        self.seen.append((self.clock.now_s, seen_now(self._watched)))


def seen_now(store: ItemStore) -> dict[str | None, list[Item]]:
    """Return what each reader sees, by the index that it reads."""
    return {name: items_in(store.sight_ago(reader, name, 0)) for reader, name in READERS}


@given(st.lists(WRITES, max_size=25), st.integers(0, 30))
def test_each_reader_sees_all_items_as_it_saw_them_then(steps: Steps, ago_s: int) -> None:
    kept = Kept()
    kept.run(steps)
    then_s = kept.clock.now_s - ago_s
    if then_s < kept.seen[0][0]:
        then_s = kept.seen[0][0]
        ago_s = int(kept.clock.now_s - then_s)
    before = kept.at(then_s)

    for reader, name in READERS:
        assert items_in(kept.store.sight_ago(reader, name, ago_s)) == before[name]
    owned = [one for one in before["by-owner"] if one["owner"] == {"S": "ada"}]
    assert owned_in(kept.store.sight_ago("by-owner", "by-owner", ago_s), "ada") == owned
    by_key = {(one["pk"]["S"], one["sk"]["S"]): one for one in before[None]}
    for number in range(4):
        assert kept.store.get_seen(key_of(number), ago_s) == by_key.get(key_of(number))


@given(st.lists(WRITES, max_size=25), st.integers(0, 30))
def test_what_was_seen_changes_nothing_of_what_is(steps: Steps, ago_s: int) -> None:
    kept = Kept()
    kept.run(steps)
    before = seen_now(kept.store)
    for reader, name in READERS:
        items_in(kept.store.sight_ago(reader, name, ago_s))

    assert seen_now(kept.store) == before


@given(st.lists(WRITES, max_size=10))
def test_what_is_not_remembered_any_more_is_seen_as_it_is(steps: Steps) -> None:
    kept = Kept()
    kept.run(steps)
    kept.store.replace(key_of(9), item(9, "ada", 99))

    for reader, name in READERS:
        assert items_in(kept.store.sight_ago(reader, name, 1000)) == seen_now(kept.store)[name]


def test_only_the_latest_changes_are_kept() -> None:
    past = Past(kept=3)
    for number in range(5):
        past.note(key_of(number), None, at=number)

    assert list(past.images(at=-1)) == [key_of(4), key_of(3), key_of(2)]


def test_an_index_that_is_made_meanwhile_has_a_past_from_then_on() -> None:
    clock = VirtualTime()
    store = ItemStore(TABLE_KEYS, clock.monotonic_s)
    remembered = Lag(is_remembered=True)
    store.replace(key_of(1), item(1, "ada", 1), remembered)
    store.add_index("by-owner", BY_OWNER)
    clock.now_s += 1
    store.replace(key_of(2), item(2, "ada", 2), remembered)

    assert items_in(store.sight_ago("by-owner", "by-owner", 0.5)) == [item(1, "ada", 1)]
    assert items_in(store.sight_ago(None, None, 1.5)) == [], "what was there before is not forgotten"
    store.drop_index("by-owner")
    store.replace(key_of(3), item(3, "ada", 3), remembered)


class RememberingDynamoDb(LocalDynamoDb):
    """A DynamoDB that remembers its few writes, which are all less than an hour old."""

    def __init__(self) -> None:
        super().__init__(lag_of=lambda _operation, _table_arn, _item: Lag(is_remembered=True))


@pytest.fixture
def dynamodb() -> RememberingDynamoDb:
    made = RememberingDynamoDb()
    made.create(
        AttributeDefinitions=attributes(pk="S", owner="S"),
        KeySchema=HASH,
        GlobalSecondaryIndexes=[index("by-owner", "owner")],
    )
    made.put(pk={"S": "1"}, owner={"S": "ada"})
    return made


BY_KEY = {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": {"S": "1"}}}
KEY = {"pk": {"S": "1"}}


@pytest.mark.parametrize(("operation", "request_"), [("Query", BY_KEY), ("Scan", {})])
def test_a_page_shows_what_was_unless_it_is_consistent(
    operation: str, request_: dict[str, Any], dynamodb: RememberingDynamoDb
) -> None:
    assert dynamodb.an_hour_ago(operation, TableName="table", **request_)["Count"] == 0
    assert dynamodb.an_hour_ago(operation, TableName="table", ConsistentRead=True, **request_)["Count"] == 1
    assert dynamodb.call(operation, TableName="table", **request_)["Count"] == 1


def test_an_item_is_shown_as_it_was_unless_the_read_is_consistent(dynamodb: RememberingDynamoDb) -> None:
    assert "Item" not in dynamodb.an_hour_ago("GetItem", TableName="table", Key=KEY)
    assert "Item" in dynamodb.an_hour_ago("GetItem", TableName="table", Key=KEY, ConsistentRead=True)
    assert "Item" in dynamodb.call("GetItem", TableName="table", Key=KEY)
    for consistent in (False, True):
        asked = {"table": {"Keys": [KEY], "ConsistentRead": consistent}}
        assert bool(dynamodb.an_hour_ago("BatchGetItem", RequestItems=asked)["Responses"]["table"]) == consistent
    gets = [{"Get": {"TableName": "table", "Key": KEY}}]
    assert "Item" in dynamodb.an_hour_ago("TransactGetItems", TransactItems=gets)["Responses"][0]


def test_a_global_index_shows_what_was_and_what_is_the_next_time(dynamodb: RememberingDynamoDb) -> None:
    asked: dict[str, Any] = {
        "TableName": "table",
        "IndexName": "by-owner",
        "KeyConditionExpression": "#owner = :owner",
        "ExpressionAttributeNames": {"#owner": "owner"},
        "ExpressionAttributeValues": {":owner": {"S": "ada"}},
    }
    assert dynamodb.an_hour_ago("Query", **asked)["Items"] == []
    assert len(dynamodb.call("Query", **asked)["Items"]) == 1


def test_a_write_sees_what_is_whatever_its_reads_would(dynamodb: RememberingDynamoDb) -> None:
    put = {"TableName": "table", "Item": KEY, "ConditionExpression": "attribute_not_exists(pk)"}

    with pytest.raises(ConditionalCheckFailedError):
        dynamodb.an_hour_ago("PutItem", **put)
