"""The server as a whole: what it serves, what it forgets, what it does not know, and races."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier
from typing import Any

import pytest

from emulator.services.dynamodb.server import Server
from model.dynamodb.errors import ConditionalCheckFailedError, TransactionCanceledError
from model.dynamodb.lagging import Lag
from model.dynamodb.values import Item
from tests.unit.model.dynamodb.local import HASH, attributes

KEY = {"pk": {"S": "1"}}


def call(server: Server, operation: str, **request: Any) -> dict[str, Any]:
    return server.handle(operation, request, account_id="000000000000", region="us-east-1")


def create(server: Server, *, account_id: str = "000000000000", region: str = "us-east-1") -> None:
    server.handle(
        "CreateTable",
        {
            "TableName": "table",
            "KeySchema": HASH,
            "AttributeDefinitions": attributes(pk="S"),
            "BillingMode": "PAY_PER_REQUEST",
        },
        account_id=account_id,
        region=region,
    )


def names(server: Server, *, account_id: str = "000000000000", region: str = "us-east-1") -> object:
    return server.handle("ListTables", {}, account_id=account_id, region=region)["TableNames"]


def test_accounts_and_regions_have_tables_of_their_own() -> None:
    server = Server()
    create(server)
    assert names(server) == ["table"]
    assert names(server, account_id="111111111111") == []
    assert names(server, region="eu-west-1") == []
    create(server, region="eu-west-1")


def test_a_reset_forgets_everything() -> None:
    server = Server()
    create(server)
    create(server, account_id="111111111111")
    server.reset()
    assert names(server) == names(server, account_id="111111111111") == []


def test_an_operation_that_is_not_served_says_so() -> None:
    with pytest.raises(NotImplementedError, match="CreateBackup is not supported"):
        Server().handle("CreateBackup", {}, account_id="000000000000", region="us-east-1")


def test_two_writes_that_each_end_a_lag_do_not_wait_for_each_other() -> None:
    both_write = Barrier(2, timeout=10)

    def end_a_lag(_operation: str, _table_arn: str, _item: Item) -> None:
        both_write.wait()
        server.catch_up()
        both_write.wait()

    server = Server(lag_of=end_a_lag)
    dynamodbs = "300000000001", "300000000002"
    table = {"TableName": "table", "KeySchema": HASH, "AttributeDefinitions": attributes(pk="S")}
    for account_id in dynamodbs:
        server.handle("CreateTable", table | {"BillingMode": "PAY_PER_REQUEST"}, account_id=account_id, region="r")
    put = {"TableName": "table", "Item": {"pk": {"S": "1"}}}

    with ThreadPoolExecutor(2) as threads:
        writes = [
            threads.submit(server.handle, "PutItem", put, account_id=account_id, region="r") for account_id in dynamodbs
        ]
        assert [write.result(timeout=20) for write in writes] == [{}, {}]


def test_accounts_share_nothing() -> None:
    server = Server()
    create(server)
    call(server, "PutItem", TableName="table", Item=KEY)

    assert server.handle("ListTables", {}, account_id="111111111111", region="us-east-1") == {"TableNames": []}


def test_of_20_threads_exactly_one_puts_the_item() -> None:
    server = Server()
    create(server)

    def put(number: int) -> bool:
        item = KEY | {"winner": {"N": str(number)}}
        condition = "attribute_not_exists(pk)"
        try:
            call(server, "PutItem", TableName="table", Item=item, ConditionExpression=condition)
        except ConditionalCheckFailedError:
            return False
        return True

    with ThreadPoolExecutor(20) as threads:
        won = [number for number, done in enumerate(threads.map(put, range(20))) if done]
    assert len(won) == 1
    assert call(server, "GetItem", TableName="table", Key=KEY)["Item"] == KEY | {"winner": {"N": str(won[0])}}


def test_concurrent_increments_are_all_counted() -> None:
    server = Server()
    create(server)
    one: dict[str, Any] = {"UpdateExpression": "ADD n :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}

    def increment(_: int) -> None:
        call(server, "UpdateItem", TableName="table", Key=KEY, **one)

    with ThreadPoolExecutor(20) as threads:
        list(threads.map(increment, range(500)))
    assert call(server, "GetItem", TableName="table", Key=KEY)["Item"] == KEY | {"n": {"N": "500"}}


def test_concurrent_transfers_neither_make_nor_lose_anything() -> None:
    server = Server()
    create(server)
    accounts = ["a", "b", "c"]
    for name in accounts:
        call(server, "PutItem", TableName="table", Item={"pk": {"S": name}, "n": {"N": "10"}})

    def move(name: str, amount: str, condition: str | None = None) -> dict[str, Any]:
        values = {":x": {"N": amount}} | ({":y": {"N": "1"}} if condition else {})
        return {
            "Update": {
                "TableName": "table",
                "Key": {"pk": {"S": name}},
                "UpdateExpression": "ADD n :x",
                "ExpressionAttributeValues": values,
                **({"ConditionExpression": condition} if condition else {}),
            }
        }

    def transfer(number: int) -> None:
        source, target = accounts[number % 3], accounts[(number * 7 + 1) % 3]
        if source == target:
            return
        with suppress(TransactionCanceledError):  # nothing left to give
            call(server, "TransactWriteItems", TransactItems=[move(source, "-1", "n >= :y"), move(target, "1")])

    def total(_: int) -> int:
        gets = [{"Get": {"TableName": "table", "Key": {"pk": {"S": name}}}} for name in accounts]
        found = call(server, "TransactGetItems", TransactItems=gets)["Responses"]
        return sum(int(one["Item"]["n"]["N"]) for one in found)

    with ThreadPoolExecutor(20) as threads:
        transfers = threads.map(transfer, range(300))
        assert set(threads.map(total, range(100))) == {30}
        list(transfers)
    assert total(0) == 30


def test_what_ended_its_own_fault_still_sees_what_was_and_what_comes_next_forgets_it() -> None:
    server = Server(lag_of=lambda _operation, _table_arn, _item: Lag(is_remembered=True))
    create(server)
    call(server, "PutItem", TableName="table", Item=KEY)
    server.forget("2" * 12)
    server.forget("0" * 12)

    def count(ago_s: float) -> object:
        scan = {"TableName": "table"}
        return server.handle("Scan", scan, account_id="0" * 12, region="us-east-1", ago_s=ago_s)["Count"]

    assert count(ago_s=60) == 0
    assert count(ago_s=0) == 1
    assert count(ago_s=60) == 1
