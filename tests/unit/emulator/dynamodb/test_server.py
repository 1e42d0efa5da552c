"""The server as a whole: what it serves, what it forgets, and what it does not know."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from emulator.dynamodb.server import Server
from emulator.dynamodb.values import Item
from tests.unit.emulator.dynamodb.local import HASH, attributes


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
