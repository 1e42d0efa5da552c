"""The in-process server as a test uses it: no engine, no network, a clock that stands still."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import botocore.session
import pytest
from botocore.model import OperationModel, ServiceModel

from emulator.dynamodb import constraints
from emulator.dynamodb.errors import DynamoDbError
from emulator.dynamodb.lagging import Lag
from emulator.dynamodb.server import Server
from emulator.dynamodb.values import Item

HASH = [{"AttributeName": "pk", "KeyType": "HASH"}]
HASH_AND_RANGE = [*HASH, {"AttributeName": "sk", "KeyType": "RANGE"}]


class LocalDynamoDb:
    """One account's DynamoDB. `now` is what its clock says."""

    def __init__(self, lag_of: Callable[[str, str, Item], Lag | None] | None = None) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self._server = Server(clock=lambda: self.now, lag_of=lag_of)
        self.catch_up = self._server.catch_up

    def call(self, operation: str, /, *, account_id: str = "000000000000", **request: Any) -> dict[str, Any]:
        """Return an operation's response; the request is checked as the provider does."""
        constraints.check(_operation_model(operation).input_shape, request)
        return self._server.handle(operation, request, account_id=account_id, region="us-east-1")

    def an_hour_ago(self, operation: str, /, **request: Any) -> dict[str, Any]:
        """Return the same as it is where reads, which need not be consistent, see what was an hour ago."""
        constraints.check(_operation_model(operation).input_shape, request)
        return self._server.handle(
            operation, request, account_id="000000000000", region="us-east-1", ago_s=timedelta(hours=1).total_seconds()
        )

    def refusal(self, operation: str, /, **request: Any) -> DynamoDbError:
        """Return what an operation is refused with."""
        with pytest.raises(DynamoDbError) as caught:
            self.call(operation, **request)
        return caught.value

    def create(self, name: str = "table", **overrides: Any) -> None:
        """Make a table, by default one whose only key is the string `pk`."""
        declared: dict[str, Any] = {
            "KeySchema": HASH,
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
            "BillingMode": "PAY_PER_REQUEST",
        }
        self.call("CreateTable", TableName=name, **declared | overrides)

    def put(self, **item: Any) -> None:
        """Put an item, each attribute in DynamoDB's notation."""
        self.call("PutItem", TableName="table", Item=item)

    def get(self, **key: Any) -> dict[str, Any] | None:
        """Return the item with this key, or None."""
        return self.call("GetItem", TableName="table", Key=key).get("Item")


def attributes(**types: str) -> list[dict[str, str]]:
    """Return attribute definitions: `attributes(pk="S")`."""
    return [{"AttributeName": name, "AttributeType": kind} for name, kind in types.items()]


def index(name: str, *keys: str, projection: str = "ALL", **more: Any) -> dict[str, Any]:
    """Return an index's declaration: a hash key's name and perhaps a range key's."""
    schema = [{"AttributeName": key, "KeyType": role} for key, role in zip(keys, ("HASH", "RANGE"), strict=False)]
    return {
        "IndexName": name,
        "KeySchema": schema,
        "Projection": {"ProjectionType": projection, **more},
    }


@cache
def _service_model(name: str) -> ServiceModel:
    return botocore.session.get_session().get_service_model(name)


@cache
def _operation_model(operation: str) -> OperationModel:
    streams = _service_model("dynamodbstreams")
    service = streams if operation in streams.operation_names else _service_model("dynamodb")
    return service.operation_model(operation)
